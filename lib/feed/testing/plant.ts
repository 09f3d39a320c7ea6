import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { instructionContent } from "#lib/instructions/schema";
import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";
import { derivedId, uuidv7 } from "#lib/kit/ids";
import { sealText } from "#lib/kit/keys";
import { type EntryLine, seal } from "#lib/record/schema";
import { parseEvent, type TravelerEvent } from "#lib/travelers/schema";
import { qmsSandboxConfig } from "../../../prisma/seed/qms-sandbox-connector.ts";
import type { RestConnectorConfig } from "../connectors/rest/schema.ts";
import { externalKeyOf } from "../routing.rules.ts";
import { sandboxToken, sandboxWebhookSecret } from "./sandbox.ts";

const file = path.resolve(
  import.meta.dirname,
  "../../../prisma/seed/instructions/wi-4471-2210-rev-03.json",
);
const content = instructionContent.parse(JSON.parse(readFileSync(file, "utf8")));
const contentText = canonicalJson(content as unknown as Canonical);
const step = content.operations
  .flatMap(({ steps }) => steps)
  .find(({ number }) => number === "060.3");
const balloon12 = content.characteristics.find(({ balloon }) => balloon === "12");
const comment = "Bolt 3 went over: the wrench clicked twice.";

export type TestPlant = Awaited<ReturnType<typeof aPlant>>;

/** Quick, so that a test waits for facts and not for a plant's patience. */
const quick: Partial<RestConnectorConfig> = {
  timeoutMs: 400,
  settlingMs: 300,
  lookupsMax: 2,
  retry: { attemptsMax: 8, baseMs: 20, factor: 2, capMs: 100 },
};

/** A site with its connector, and a hand that writes entries as the record keeps them. */
export async function aPlant(sandboxUrl: string, config: Partial<RestConnectorConfig> = {}) {
  const admin = new pg.Client({ connectionString: process.env.BUYOFF_TEST_ADMIN_URL });
  await admin.connect();
  const site = uuidv7();
  const connector = uuidv7();
  const person = uuidv7();
  const card = canonicalJson({ name: "Marisol Reyes", employeeNumber: "E-2041", stamps: [] });
  const policy = {
    defectCodes: [{ code: "TRQ-01", label: { en: "Over high limit" }, holdReason: null }],
    holdSeverities: [],
    holdReasons: [],
    lateAfterMinutes: 15,
  };
  await admin.query(
    "insert into sites (id, code, name, time_zone, policy, shifts) values ($1, $2, 'Test', 'UTC', $3, '[]')",
    [site, `T-${randomBytes(4).toString("hex")}`, policy],
  );
  await admin.query(
    "insert into person_cards (hash, person_id, version, card) values ($1, $2, 1, $3) on conflict do nothing",
    [sha256Hex(card), person, card],
  );
  await admin.query(
    "insert into instruction_revisions (content_sha256, instruction_id, revision, status, content) values ($1, $2, $3, 'effective', $4) on conflict do nothing",
    [
      sha256Hex(contentText),
      derivedId("instruction", content.number),
      content.revision,
      contentText,
    ],
  );
  await admin.query("insert into text_blobs (site_id, sha256, text) values ($1, $2, $3)", [
    site,
    sha256Hex(comment),
    comment,
  ]);
  const full = { ...qmsSandboxConfig(sandboxUrl), ...quick, ...config };
  await admin.query(
    "insert into connectors (id, site_id, code, name, config, secret, webhook_secret) values ($1, $2, 'qms', 'QMS', $3, $4, $5)",
    [
      connector,
      site,
      full,
      sealText("connector-credential", sandboxToken, connector),
      sealText("webhook-secret", sandboxWebhookSecret, connector),
    ],
  );

  const streams = new Map<string, { seq: number; head: string | null }>();
  const append = async (stream: string, event: TravelerEvent): Promise<EntryLine> => {
    const before = streams.get(stream) ?? { seq: 0, head: null };
    const at = new Date().toISOString();
    const entry: EntryLine = {
      ...lineBase,
      stream,
      seq: before.seq + 1,
      prev: before.head,
      type: event.type,
      site,
      person,
      card: sha256Hex(card),
      occurredAt: at,
      recordedAt: at,
      body: parseEvent(event.type, event.body).body,
    };
    const sealed = seal(entry);
    if (before.seq === 0)
      await admin.query(
        "insert into streams (id, site_id, kind, seq, head) values ($1, $2, 'traveler', 0, '')",
        [stream, site],
      );
    await admin.query(
      "insert into entries (stream_id, seq, site_id, hash, line, type, person_id, occurred_at, recorded_at, shift) values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
      [stream, entry.seq, site, sealed.hash, sealed.line, entry.type, person, at, entry.shift],
    );
    await admin.query("update streams set seq = $2, head = $3 where id = $1", [
      stream,
      entry.seq,
      sealed.hash,
    ]);
    await admin.query("insert into routing_queue (site_id, stream_id, seq) values ($1, $2, $3)", [
      site,
      stream,
      entry.seq,
    ]);
    streams.set(stream, { seq: entry.seq, head: sealed.hash });
    return entry;
  };

  return {
    site,
    connector,
    person,
    append,
    query: async <T extends pg.QueryResultRow>(sql: string, values: unknown[] = []) =>
      (await admin.query<T>(sql, values)).rows,
    /** Bolt 3 of op 060 over torque: the NCR of story 2. */
    logDefect: async (traveler = uuidv7()) => {
      const defect = uuidv7();
      const entry = await append(traveler, { type: "defect.logged", body: aDefect(defect) });
      return { traveler, defect, key: externalKeyOf(entry, aDefect(defect)) };
    },
    attachPhoto: async (traveler: string, defect: string, bytes: Uint8Array) => {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      await append(traveler, {
        type: "photo.attached",
        body: {
          photo: uuidv7(),
          sha256,
          mediaType: "image/png",
          bytes: bytes.length,
          step: null,
          field: null,
          position: null,
          attempt: null,
          defect,
        },
      });
      return sha256;
    },
    comment: async (traveler: string, defect: string, quantity: string) => {
      await append(traveler, { type: "defect.updated", body: { defect, quantity } });
    },
    deliveries: async () =>
      (
        await admin.query<DeliveryRow>(
          "select id, operation, state::text, external_id, external_key, attempts, lookups, fence::int, last_result, next_at from deliveries where site_id = $1 order by position",
          [site],
        )
      ).rows,
    attempts: async (act?: string) =>
      (
        await admin.query<{
          act: string;
          classification: string | null;
          request: string;
          response: string | null;
          fence: number;
        }>(
          "select act, classification, request, response, fence::int from delivery_attempts where site_id = $1 and ($2::text is null or act = $2) order by started_at, id",
          [site, act ?? null],
        )
      ).rows,
    stop: async () => {
      await admin.query("update connectors set status = 'retired' where id = $1", [connector]);
      await admin.end();
    },
  };
}

export type DeliveryRow = {
  id: string;
  operation: string;
  state: string;
  external_id: string | null;
  external_key: string;
  attempts: number;
  lookups: number;
  fence: number;
  last_result: string | null;
  next_at: Date;
};

const lineBase = {
  v: 1 as const,
  kind: "traveler" as const,
  typeVersion: 1,
  command: null,
  second: null,
  device: null,
  station: "ASM-2",
  shift: "2026-03-02/1",
  clock: null,
  unit: "FSB-0118",
  order: "WO-700118",
  part: content.part.number,
  partRevision: content.part.revision,
  instruction: {
    number: content.number,
    revision: content.revision,
    sha256: sha256Hex(contentText),
  },
  step: step?.id ?? null,
  attempt: 1,
  requirementHash: null,
};

const aDefect = (defect: string): Extract<TravelerEvent, { type: "defect.logged" }>["body"] => ({
  defect,
  code: "TRQ-01",
  severity: "major",
  quantity: "1",
  step: step?.id ?? null,
  field: step?.fields[1]?.id ?? null,
  position: "3",
  attempt: 1,
  reading: null,
  measured: {
    characteristic: balloon12?.id ?? null,
    balloon: "12",
    value: "27.2",
    unit: "N·m",
    limits: { min: "21.9", max: "24.9" },
    gage: { id: derivedId("gage", "TW-0209"), code: "TW-0209", calibrationDueOn: "2026-12-01" },
  },
  location: null,
  comment: sha256Hex(comment),
});
