import "server-only";
import type { Tx } from "#lib/db/client";
import { direct } from "#lib/db/direct";
import { Prisma } from "#lib/db/generated/client";
import { type InstructionContent, instructionContent } from "#lib/instructions/schema";
import type { StreamKind } from "#lib/record/schema";
import { noSerialsYet } from "./delivery.rules.ts";
import type { KnownRecord, RecordOfLot, RuleInForce } from "./routing.rules.ts";
import type { RuleVersion } from "./rules.rules.ts";
import { type RuleContent, ruleContent } from "./rules.schema.ts";

export type Queued = {
  id: bigint;
  site: string;
  stream: string;
  kind: StreamKind;
  seq: number;
  hash: string;
  line: string;
  type: string;
  recordedAt: string;
};

/** Asked often: whoever waits for the next entry opens no transaction for it. */
export async function isAnythingQueued(): Promise<boolean> {
  const [row] = await direct<{ isAny: boolean }>(
    { name: "anything_queued", text: 'select exists (select from routing_queue) as "isAny"' },
    [],
  );
  return row?.isAny ?? false;
}

/** In the order of the record. Only the router that holds the lock reads here, so no row is skipped. */
export const queued = (tx: Tx, limit: number): Promise<Queued[]> =>
  tx.$queryRaw<Queued[]>`
    select q.id, q.site_id as site, q.stream_id as stream, s.kind::text as kind, q.seq, e.hash,
           e.line, e.type, utc_text(e.recorded_at) as "recordedAt"
      from routing_queue q
      join entries e on e.stream_id = q.stream_id and e.seq = q.seq
      join streams s on s.id = q.stream_id
     order by q.id
     limit ${limit}`;

/** Content never changes under its hash, so it is read once per process. */
const contents = new Map<string, InstructionContent>();

export async function contentOf(tx: Tx, sha256: string | null): Promise<InstructionContent | null> {
  if (sha256 === null) return null;
  const known = contents.get(sha256);
  if (known) return known;
  const row = await tx.instructionRevision.findUnique({
    where: { contentSha256: sha256 },
    select: { content: true },
  });
  if (!row) return null;
  const content = instructionContent.parse(JSON.parse(row.content));
  contents.set(sha256, content);
  return content;
}

/** The entry that logged a defect, in the lot that it was logged in. */
export async function loggingEntry(
  tx: Tx,
  stream: string,
  defect: string,
): Promise<{ line: string; hash: string } | null> {
  const [row] = await tx.$queryRaw<{ line: string; hash: string }[]>`
    with first as (
      select i.defect, coalesce(
        (select m.from_traveler from defect_moves m where m.from_defect = i.defect), ${stream}::uuid) as stream
        from defect_ids(${defect}::uuid) i order by i.step desc limit 1)
    select e.line, e.hash from entries e join first on e.stream_id = first.stream
     where e.type = 'defect.logged' and e.line::jsonb->'body'->>'defect' = first.defect::text`;
  return row ?? null;
}

/** The same of several. One that moved with pieces of its lot is not among them, and is asked for by itself. */
export async function loggingEntries(
  tx: Tx,
  asked: readonly { stream: string; defect: string }[],
): Promise<{ stream: string; defect: string; line: string; hash: string }[]> {
  if (asked.length === 0) return [];
  const streams = asked.map(({ stream }) => stream);
  const defects = asked.map(({ defect }) => defect);
  return tx.$queryRaw`
    select a.stream::text, a.defect::text, e.line, e.hash
      from unnest(${streams}::uuid[], ${defects}::uuid[]) a(stream, defect)
      cross join lateral (
        select e.line, e.hash from entries e
         where e.stream_id = a.stream and e.type = 'defect.logged'
           and e.line::jsonb->'body'->>'defect' = a.defect::text
           and not exists (select from defect_moves m where m.to_defect = a.defect)
         limit 1) e`;
}

/** A record as the router knows it, of a delivery d that made it and what r says of it. */
const knownColumns = Prisma.sql`d.external_key as "externalKey", d.connector_id::text as connector,
  d.traveler_id::text as stream, d.defect_id::text as defect,
  coalesce(d.payload->>'recordedAt', utc_text(d.created_at)) as "openedAt", d.state::text as state,
  r.status, d.fence = 0 and d.state in ('pending', 'gated') as "isUntouched",
  coalesce(r.number, d.external_number) as number`;

/** The last record that was opened under a correlation at a site, wherever it was sent. */
export async function latestRecord(
  tx: Tx,
  site: string,
  correlation: string,
): Promise<KnownRecord | null> {
  const rows = await tx.$queryRaw<(Omit<KnownRecord, "recurrence"> & { count: number })[]>`
    select ${knownColumns}, count(*) over ()::int as count
      from deliveries d
      left join external_records r on r.connector_id = d.connector_id and r.external_id = d.external_id
     where d.site_id = ${site}::uuid and d.correlation = ${correlation} and d.operation = 'create'
     order by d.position desc limit 1`;
  const [row] = rows;
  if (!row) return null;
  const { count, ...known } = row;
  return { ...known, recurrence: count - 1 };
}

/**
 * What a rule has opened about the pieces that a lot has now: a defect that has left with its pieces is spoken of where
 * it is. Without what waits for the numbers of the pieces, or has gone on with them already: it is sent with them.
 */
export const recordsOfLot = (
  tx: Tx,
  site: string,
  rule: string,
  { stream: lot, seq }: { stream: string; seq: number },
): Promise<RecordOfLot[]> =>
  tx.$queryRaw<RecordOfLot[]>`
    with recursive brought as (
      select from_defect as defect from defect_moves where to_traveler = ${lot}::uuid
      union
      select m.from_defect from brought join defect_moves m on m.to_defect = brought.defect)
    select ${knownColumns}, d.correlation, 0 as recurrence
      from deliveries d
      left join external_records r on r.connector_id = d.connector_id and r.external_id = d.external_id
     where d.site_id = ${site}::uuid and d.rule = ${rule} and d.operation = 'create' and d.correlation is not null
       and d.state not in ('cancelled', 'superseded')
       and not (d.state = 'parked' and starts_with(d.last_result, ${noSerialsYet}))
       and not exists (
         select from delivery_events v where v.delivery_id = d.id and v.stream_id = ${lot}::uuid and v.seq = ${seq})
       and (d.traveler_id = ${lot}::uuid or d.defect_id in (select defect from brought))
       and coalesce((select traveler from defect_now(d.defect_id)), d.traveler_id) = ${lot}::uuid
     order by d.position`;

type VersionRow = {
  rule: string;
  site: string;
  code: string;
  version: number;
  content: string;
  sha256: string;
  effectiveFrom: string;
  retiredAt: string | null;
};

/** A version of a rule with when it is in force. */
export type ApprovedRule = RuleInForce & RuleVersion;

// By its hash: what was approved never changes.
const contentsOfRules = new Map<string, RuleContent>();

export function contentOfRule(sha256: string, text: string): RuleContent {
  const known = contentsOfRules.get(sha256);
  if (known) return known;
  const content = ruleContent.parse(JSON.parse(text));
  contentsOfRules.set(sha256, content);
  return content;
}

/** All that was ever approved at these sites, with where it sends to: which is in force, the entry's time says. */
export async function approvedRules(
  tx: Tx,
  sites: readonly string[],
): Promise<Map<string, ApprovedRule[][]>> {
  const rows = await tx.$queryRaw<VersionRow[]>`
    select r.id::text as rule, r.site_id::text as site, r.code, v.version, v.content, v.content_sha256 as sha256,
           utc_text(v.effective_from) as "effectiveFrom", utc_text(v.retired_at) as "retiredAt"
      from routing_rules r join routing_rule_versions v on v.rule_id = r.id
     where r.site_id = any(${[...sites]}::uuid[]) and v.approved_at is not null
     order by r.code, v.version`;
  const connectors = await tx.connector.findMany({
    where: { siteId: { in: [...sites] }, status: { not: "retired" } },
    select: { id: true, siteId: true, code: true },
  });
  const made = rows.map((row): ApprovedRule & { site: string } => {
    const content = contentOfRule(row.sha256, row.content);
    const connector = connectors.find(
      ({ siteId, code }) => siteId === row.site && code === content.connector,
    );
    return {
      site: row.site,
      id: row.rule,
      code: row.code,
      version: row.version,
      contentSha256: row.sha256,
      content,
      connector: connector?.id ?? null,
      isTested: true,
      approvedAt: row.effectiveFrom,
      effectiveFrom: row.effectiveFrom,
      retiredAt: row.retiredAt,
    };
  });
  const bySite = Map.groupBy(made, ({ site }) => site);
  return new Map(
    [...bySite].map(([site, own]) => [site, [...Map.groupBy(own, ({ id }) => id).values()]]),
  );
}

/** Which of these entries' events a rule has evaluated already: a redelivery does nothing. */
export async function evaluatedBefore(
  tx: Tx,
  entries: readonly Pick<Queued, "stream" | "seq">[],
): Promise<ReadonlySet<string>> {
  const asked = JSON.stringify(entries.map(({ stream, seq }) => ({ stream, seq })));
  const rows = await tx.$queryRaw<{ stream: string; seq: number; event: string; rule: string }[]>`
    select e.stream_id::text as stream, e.seq, e.event, e.rule
      from routing_evaluations e
      join jsonb_to_recordset(${asked}::jsonb) as asked(stream uuid, seq int)
        on asked.stream = e.stream_id and asked.seq = e.seq`;
  return new Set(
    rows.map(({ stream, seq, event, rule }) => evaluationKey(stream, seq, event, rule)),
  );
}

export const evaluationKey = (stream: string, seq: number, event: string, rule: string): string =>
  `${stream}/${seq}/${event}/${rule}`;
