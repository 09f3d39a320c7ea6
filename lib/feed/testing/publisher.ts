import { randomBytes } from "node:crypto";
import pg from "pg";
import { actorOfSeed } from "#lib/boundary/actor";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import { envelope } from "#lib/catalogue/envelope.schema";
import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { sealText } from "#lib/kit/keys";
import type { PublisherConfig, Secrets } from "../connectors/publishers/schema.ts";

export const quickRetry = { attemptsMax: 8, baseMs: 20, factor: 2, capMs: 100 };

/** What every publisher's configuration of a test has. */
export const publisherBase = {
  v: 1 as const,
  process: "EVENTS" as const,
  allow: ["127.0.0.1", "localhost"],
  timeoutMs: 5_000,
  eventBytesMax: 1_000_000,
  overflow: "park" as const,
  retry: quickRetry,
  breaker: { baseMs: 20, capMs: 100 },
};

let sequence = 0;

/** An event as the router hands it on; `padding` makes it as large as a test needs. */
export function anEvent(partitionkey = uuidv7(), padding = 0): CloudEvent {
  sequence += 1;
  const at = new Date().toISOString();
  const site = "11111111-1111-7111-8111-111111111111";
  const attributes = envelope.parse({
    specversion: "1.0",
    id: uuidv7(),
    source: "https://buyoff.northgate.example/sites/NG1",
    type: "dev.buyoff.defect.logged.v1",
    subject: "orders/WO-700118/units/FSB-0118",
    time: at,
    datacontenttype: "application/json",
    dataschema: "https://buyoff.northgate.example/api/schemas/events/defect.logged.v1.json",
    partitionkey,
    sequence: String(sequence).padStart(11, "0"),
    recordedtime: at,
    correlationid: partitionkey,
  });
  return {
    ...attributes,
    data: {
      context: {
        place: { siteId: site, site: "NG1", timeZone: "America/Chicago" },
        integrity: { stream: partitionkey, seq: sequence, eventHash: "0".repeat(64) },
      },
      defectId: uuidv7(),
      description: `Bolt 3 — 27,2 N·m ${"·".repeat(padding / 2)}`,
    },
  };
}

export type PublisherPlant = Awaited<ReturnType<typeof aPublisherPlant>>;

/** A site with one connector that hears events, and a hand that puts events before its worker. */
export async function aPublisherPlant(config: PublisherConfig, secrets: Secrets = {}) {
  const admin = new pg.Client({ connectionString: process.env.BUYOFF_TEST_ADMIN_URL });
  await admin.connect();
  const query = async <T extends pg.QueryResultRow>(sql: string, values: unknown[] = []) =>
    (await admin.query<T>(sql, values)).rows;
  const [site, connector] = [uuidv7(), uuidv7()];
  await query(
    "insert into sites (id, code, name, time_zone, policy, shifts) values ($1, $2, 'Test', 'UTC', '{}', '[]')",
    [site, `P-${randomBytes(4).toString("hex")}`],
  );
  await query(
    "insert into connectors (id, site_id, code, name, config, secret) values ($1, $2, 'bus', 'Bus', $3, $4)",
    [connector, site, config, sealText("connector-credential", JSON.stringify(secrets), connector)],
  );
  return {
    site,
    connector,
    actor: actorOfSeed(site),
    query,
    enqueue: async (event: CloudEvent) => {
      const id = uuidv7();
      await query(
        `insert into deliveries (id, site_id, connector_id, process, rule, rule_version, ordering_key, operation,
           external_key, state, payload, payload_sha256, next_at, created_at, updated_at)
         values ($1, $2, $3, 'EVENTS', 'events-to-bus', 1, $4, 'publish', $5, 'pending', $6, $7,
           clock_timestamp(), clock_timestamp(), clock_timestamp())`,
        [
          id,
          site,
          connector,
          event.partitionkey,
          `buyoff:${site}:EVENT:${event.id}`,
          JSON.stringify(event),
          canonicalSha256(event as unknown as Canonical),
        ],
      );
      return id;
    },
    deliveries: () =>
      query<PublishedRow>(
        `select id, state::text, external_id, external_number, attempts, last_result from deliveries
          where connector_id = $1 order by position`,
        [connector],
      ),
    attempts: () =>
      query<{ request: string; response: string | null; classification: string | null }>(
        "select request, response, classification from delivery_attempts where site_id = $1 order by started_at, id",
        [site],
      ),
    status: async () => {
      const [row] = await query<{ status: string; status_note: string | null }>(
        "select status, status_note from connectors where id = $1",
        [connector],
      );
      return row;
    },
    /** As a person who has put the credential right. */
    reseal: async (right: Secrets) => {
      await query(
        "update connectors set secret = $2, status = 'active', status_note = null where id = $1",
        [connector, sealText("connector-credential", JSON.stringify(right), connector)],
      );
    },
    stop: async () => {
      await query("update connectors set status = 'retired' where id = $1", [connector]);
      await admin.end();
    },
  };
}

type PublishedRow = {
  id: string;
  state: string;
  external_id: string | null;
  external_number: string | null;
  attempts: number;
  last_result: string | null;
};
