import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { instructionContent } from "#lib/instructions/schema";
import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";
import { derivedId, uuidv7 } from "#lib/kit/ids";
import { sealText } from "#lib/kit/keys";
import { type EntryLine, seal } from "#lib/record/schema";
import { parseEvent, type TravelerEvent } from "#lib/travelers/events.schema";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import type { CodeKind } from "../code-kinds.schema.ts";
import { qmsSandboxConfig } from "../connectors/qms-sandbox/rules.ts";
import type { RestConnectorConfig } from "../connectors/rest/schema.ts";
import { canonicalOf } from "../crosswalk-lines.rules.ts";
import { defaultRules } from "../default-rules.rules.ts";
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

const policy = {
  defectCodes: [{ code: "TRQ-01", label: { en: "Over high limit" }, holdReason: "NCR" }],
  holdSeverities: [],
  holdReasons: [{ code: "NCR", label: { en: "Nonconformance" }, owner: "quality" }],
  lateAfterMinutes: 15,
} satisfies PlantPolicy;
const shifts = JSON.stringify([
  { validFrom: "2020-01-01", shifts: [{ code: "1", from: "06:00", to: "14:00" }] },
]);

/** Quick, so that a test waits for facts and not for a plant's patience. */
const quick: Partial<RestConnectorConfig> = {
  timeoutMs: 1_000,
  settlingMs: 300,
  lookupsMax: 2,
  retry: { attemptsMax: 8, baseMs: 20, factor: 2, capMs: 100 },
  breaker: { baseMs: 20, capMs: 100 },
};

/** What a system calls one of our codes, in the place of its usual list: kind, ours, theirs. */
export type OtherCode = readonly [kind: CodeKind, from: string, to: string];

/** What it was done under, where that is not the usual. */
type Under = Partial<Pick<EntryLine, "instruction" | "partRevision">>;

type Place = { site: string; connector: string; person: string; card: string };

/** A site with its connector, and a hand that writes entries as the record keeps them. */
export async function aPlant(
  sandboxUrl: string,
  config: Partial<RestConnectorConfig> = {},
  secret = sandboxToken,
  codes: readonly OtherCode[] = [],
) {
  const admin = new pg.Client({ connectionString: process.env.BUYOFF_TEST_ADMIN_URL });
  await admin.connect();
  const card = canonicalJson({ name: "Marisol Reyes", employeeNumber: "E-2041", stamps: [] });
  const place: Place = { site: uuidv7(), connector: uuidv7(), person: uuidv7(), card };
  await furnish(admin, place, { ...qmsSandboxConfig(sandboxUrl), ...quick, ...config }, secret);
  await mapCodes(admin, place.site, codes);
  const { site, connector } = place;
  const query = async <T extends pg.QueryResultRow>(sql: string, values: unknown[] = []) =>
    (await admin.query<T>(sql, values)).rows;
  return {
    site,
    connector,
    contentSha256: sha256Hex(contentText),
    query,
    ...handOf(admin, place),
    /** A text that an entry names by its hash. */
    say: async (text: string) => {
      const hash = sha256Hex(text);
      await query(
        "insert into text_blobs (site_id, sha256, text) values ($1, $2, $3) on conflict do nothing",
        [site, hash, text],
      );
      return hash;
    },
    deliveries: () =>
      query<DeliveryRow>(
        `select id, operation, state::text, external_id, attempts, fence::int, last_result
           from deliveries where site_id = $1 order by position`,
        [site],
      ),
    attempts: (act?: string) =>
      query<AttemptRow>(
        `select act, classification, request, response, fence::int from delivery_attempts
          where site_id = $1 and ($2::text is null or act = $2) order by started_at, id`,
        [site, act ?? null],
      ),
    stop: async () => {
      await query("update connectors set status = 'retired' where id = $1", [connector]);
      await admin.end();
    },
  };
}

async function furnish(
  admin: pg.Client,
  { site, connector, person, card }: Place,
  config: object,
  secret: string,
) {
  await admin.query(
    `insert into sites (id, code, name, time_zone, policy, shifts)
     values ($1, $2, 'Test', 'UTC', $3, $4)`,
    [site, `T-${randomBytes(4).toString("hex")}`, policy, shifts],
  );
  await admin.query(
    `insert into person_cards (hash, person_id, version, card)
     values ($1, $2, 1, $3) on conflict do nothing`,
    [sha256Hex(card), person, card],
  );
  await admin.query(
    `insert into instruction_revisions (content_sha256, instruction_id, revision, status, content)
     values ($1, $2, $3, 'effective', $4) on conflict do nothing`,
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
  await admin.query(
    `insert into connectors (id, site_id, code, name, config, secret, webhook_secret)
     values ($1, $2, 'qms', 'QMS', $3, $4, $5)`,
    [
      connector,
      site,
      config,
      sealText("connector-credential", secret, connector),
      sealText("webhook-secret", sandboxWebhookSecret, connector),
    ],
  );
  await ruleInForce(admin, site);
}

/** The rule that the product comes with, in force from the beginning. */
export async function ruleInForce(admin: pg.Client, site: string) {
  const rule = defaultRules["ncr-from-defect"];
  if (!rule) throw new Error("no rule for NCRs");
  const text = canonicalJson(rule.content("qms") as unknown as Canonical);
  const id = derivedId(site, "rule/ncr-from-defect");
  await admin.query(
    "insert into routing_rules (id, site_id, code, created_at) values ($1, $2, 'ncr-from-defect', now())",
    [id, site],
  );
  await admin.query(
    `insert into routing_rule_versions (rule_id, version, site_id, content, content_sha256, changed_at,
       approved_at, effective_from) values ($1, 1, $2, $3, $4, now(), now(), '2000-01-01Z')`,
    [id, site, text, sha256Hex(text)],
  );
}

/** As the demo's company has them, but of this site: other tests' plants are in the same database. */
export async function mapCodes(admin: pg.Client, site: string, others: readonly OtherCode[]) {
  const usual = [
    ["defect_code", "park", null, "TRQ-01", "Q-2001"],
    ["gage", "park", null, "TW-0209", "CAL-TW-0209"],
    ["person", "default", "buyoff-integration", "E-1", "mreyes"],
  ] as const;
  const lists = [
    ...usual.filter(([kind]) => !others.some(([other]) => other === kind)),
    ...others.map(([kind, from, to]) => [kind, "park", null, from, to] as const),
  ];
  for (const [kind, missing, otherwise, from, to] of lists) {
    const list = uuidv7();
    await admin.query(
      `insert into crosswalks (id, site_id, kind, connector, version, on_missing, default_code, changed_at)
       values ($1, $2, $3, 'qms', 1, $4, $5, clock_timestamp())`,
      [list, site, kind, missing, otherwise],
    );
    await admin.query(
      `insert into crosswalk_lines (id, list_id, site_id, from_code, canonical, to_code, entered_in, entered_at)
       values ($1, $2, $3, $4, $5, $6, 1, clock_timestamp())`,
      [uuidv7(), list, site, from, canonicalOf(kind, from), to],
    );
  }
}

/** Writes entries straight into the record, for what no command would make on demand. */
function handOf(admin: pg.Client, place: Place) {
  const heads = new Map<string, { seq: number; head: string | null }>();
  const append = async (
    stream: string,
    event: TravelerEvent,
    under: Under = {},
  ): Promise<EntryLine> => {
    const before = heads.get(stream) ?? { seq: 0, head: null };
    const entry = { ...entryOf(place, stream, before, event), ...under };
    const { hash, line } = seal(entry);
    const { seq, type, occurredAt, shift } = entry;
    await admin.query(
      `insert into streams (id, site_id, kind, seq, head) values ($1, $2, 'traveler', 0, '')
       on conflict do nothing`,
      [stream, place.site],
    );
    await admin.query(
      `insert into entries (stream_id, seq, site_id, hash, line, type, person_id, occurred_at,
         recorded_at, shift) values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)`,
      [stream, seq, place.site, hash, line, type, place.person, occurredAt, shift],
    );
    await admin.query("update streams set seq = $2, head = $3 where id = $1", [
      stream,
      entry.seq,
      hash,
    ]);
    await admin.query("insert into routing_queue (site_id, stream_id, seq) values ($1, $2, $3)", [
      place.site,
      stream,
      entry.seq,
    ]);
    heads.set(stream, { seq: entry.seq, head: hash });
    return entry;
  };
  return {
    append,
    /** Bolt 3 of op 060 over torque: the NCR of story 2. */
    logDefect: async (traveler = uuidv7(), as: Partial<DefectBody> = {}, under: Under = {}) => {
      const defect = uuidv7();
      if (!heads.has(traveler)) await append(traveler, release(traveler, place.site), under);
      const body = { ...aDefect(defect), ...as };
      await append(traveler, { type: "defect.logged", body }, under);
      return { traveler, defect, key: keyOf(place.site, body) };
    },
    attachPhoto: async (traveler: string, defect: string, bytes: Uint8Array) => {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const shown = {
        photo: uuidv7(),
        sha256,
        mediaType: "image/png",
        bytes: bytes.length,
        defect,
      };
      const body = { ...shown, step: null, field: null, position: null, attempt: null };
      await append(traveler, { type: "photo.attached", body });
      return sha256;
    },
    comment: async (traveler: string, defect: string, quantity: string) => {
      await append(traveler, { type: "defect.updated", body: { defect, quantity } });
    },
  };
}

const entryOf = (
  { site, person, card }: Place,
  stream: string,
  before: { seq: number; head: string | null },
  event: TravelerEvent,
): EntryLine => {
  const at = new Date().toISOString();
  return {
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
};

type DeliveryRow = {
  id: string;
  operation: string;
  state: string;
  external_id: string | null;
  attempts: number;
  fence: number;
  last_result: string | null;
};
type AttemptRow = {
  act: string;
  classification: string | null;
  request: string;
  response: string | null;
  fence: number;
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

const release = (
  traveler: string,
  site: string,
): Extract<TravelerEvent, { type: "traveler.released" }> => ({
  type: "traveler.released",
  body: {
    traveler,
    site,
    workOrder: "WO-700118",
    part: { number: content.part.number, revision: content.part.revision },
    unit: { serial: "FSB-0118", lot: null, quantity: "1" },
    revision: {
      instruction: derivedId("instruction", content.number),
      number: content.number,
      revision: content.revision,
      contentSha256: sha256Hex(contentText),
    },
    operations: content.operations.map(({ id, number, steps }) => ({
      id,
      number,
      steps: steps.map((of) => of.id),
    })),
  },
});

/** As it stands in the QMS since the first version: order, unit, step, characteristic and defect. */
const keyOf = (site: string, { defect }: DefectBody): string => {
  const about = ["WO-700118", "FSB-0118", step?.id, balloon12?.id, defect].join("|");
  return `buyoff:${site}:NCR:${sha256Hex(about).slice(0, 20)}`;
};

type DefectBody = Extract<TravelerEvent, { type: "defect.logged" }>["body"];
const aDefect = (defect: string): DefectBody => ({
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
