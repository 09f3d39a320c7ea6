import "server-only";
import { db, forSite, type Tx } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import type { Instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { Closing, Detail, Known, Ours } from "./reconcile.rules.ts";
import { type DayCount, dayCounts, type LineKind, lineKinds } from "./reconcile.schema.ts";

/** A run that this worker has in hand. */
export type Run = {
  id: string;
  site: string;
  zone: string;
  connector: string;
  from: Instant;
  to: Instant;
  askedBy: string | null;
  fence: number;
};

const leaseMs = 120_000;

/** The longest waiting first; one whose worker never came back is taken up again. */
export async function claimRun(): Promise<Run | null> {
  const [run] = await db.$queryRaw<Run[]>`
    update reconciliations r
       set state = 'running', fence = r.fence + 1,
           leased_until = clock_timestamp() + ${leaseMs}::int * interval '1 millisecond'
      from sites s
     where s.id = r.site_id and r.id = (
       select id from reconciliations
        where state = 'waiting' or (state = 'running' and leased_until < clock_timestamp())
        order by asked_at limit 1 for update skip locked)
    returning r.id::text, r.site_id::text as site, s.time_zone as zone, r.connector_id::text as connector,
      utc_text(r.from_at) as "from", utc_text(r.to_at) as "to", r.asked_by::text as "askedBy", r.fence`;
  return run ?? null;
}

export async function renewRun({ id, fence }: Run): Promise<boolean> {
  const renewed = await db.$executeRaw`
    update reconciliations set leased_until = clock_timestamp() + ${leaseMs}::int * interval '1 millisecond'
     where id = ${id}::uuid and fence = ${fence} and state = 'running'`;
  return renewed === 1;
}

/** Back to where it waited: the worker is asked to stop. */
export async function letGoOfRun({ id, fence }: Run): Promise<void> {
  await db.$executeRaw`
    update reconciliations set state = 'waiting', leased_until = null
     where id = ${id}::uuid and fence = ${fence} and state = 'running'`;
}

export type OursRow = Omit<Ours, "held"> & {
  payload: unknown;
  defect: string | null;
  /** Of what it tells: the codes of that time are its codes. */
  eventAt: Date;
};

export const messagesMax = 20_000;

/**
 * What was made in the range, and what is still open there however old it is. Events that arrived are counted
 * beside it: there is nothing to read back of them.
 */
export const oursOf = (run: Run): Promise<OursRow[]> =>
  db.$queryRaw<OursRow[]>`
    select d.id::text as delivery, d.rule, d.operation, d.external_key as key, d.state::text as state,
      to_char(d.created_at at time zone ${run.zone}, 'YYYY-MM-DD') as day,
      d.created_at >= ${run.from}::timestamptz as "isInRange", d.last_result as "lastResult",
      case when d.operation = 'create' then d.external_id else coalesce(made.external_id, d.external_id) end as record,
      coalesce(d.external_number, made.external_number) as number,
      (extract(epoch from clock_timestamp() - d.created_at) * 1000)::float8 as "ageMs",
      coalesce(d.leased_until > clock_timestamp(), false) as "isInHand",
      d.traveler_id::text as traveler, coalesce(t.serial, t.lot) as unit, t.work_order as "order",
      coalesce(f.status = 'withdrawn', false) as "isWithdrawn", d.payload, d.defect_id::text as defect,
      coalesce((select min(e.occurred_at) from delivery_events v
                  join entries e on e.stream_id = v.stream_id and e.seq = v.seq
                 where v.delivery_id = d.id), d.created_at) as "eventAt"
    from deliveries d
    left join deliveries made on d.operation in ('update', 'attach') and made.operation = 'create'
      and made.connector_id = d.connector_id and made.external_key = d.ordering_key
    left join travelers t on t.id = d.traveler_id
    left join defects f on f.id = d.defect_id
    where d.connector_id = ${run.connector}::uuid and d.created_at < ${run.to}::timestamptz
      and (d.created_at >= ${run.from}::timestamptz
        or (d.operation = 'create' and d.state in ('delivered', 'tracking')))
      and not (d.operation = 'publish' and d.state = 'verified')
    order by d.position limit ${messagesMax + 1}`;

export const eventsArrived = (run: Run): Promise<{ day: string; rule: string; count: number }[]> =>
  db.$queryRaw`
    select to_char(created_at at time zone ${run.zone}, 'YYYY-MM-DD') as day, rule, count(*)::int as count
      from deliveries
     where connector_id = ${run.connector}::uuid and operation = 'publish' and state = 'verified'
       and created_at >= ${run.from}::timestamptz and created_at < ${run.to}::timestamptz
     group by 1, 2`;

type KnownRow = Known & { externalId: string };

export async function knownRecords(
  connector: string,
  records: readonly string[],
): Promise<Map<string, Known>> {
  const rows = await db.$queryRaw<KnownRow[]>`
    select external_id as "externalId", status, version, merged_into as "mergedInto", applied_note as note
      from external_records where connector_id = ${connector}::uuid and external_id = any(${records})`;
  return new Map(rows.map(({ externalId, ...known }) => [externalId, known]));
}

/** Which of these ids are known by a message of ours or by what we keep of their records. */
export async function ownIds(connector: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    select external_id as id from deliveries
     where connector_id = ${connector}::uuid and external_id = any(${ids})
    union select external_id from external_records
     where connector_id = ${connector}::uuid and external_id = any(${ids})`;
  return new Set(rows.map(({ id }) => id));
}

export async function ownKeys(connector: string, keys: readonly string[]): Promise<Set<string>> {
  const rows = await db.$queryRaw<{ key: string }[]>`
    select external_key as key from deliveries
     where connector_id = ${connector}::uuid and external_key = any(${keys})`;
  return new Set(rows.map(({ key }) => key));
}

export type OnOurs = {
  traveler: string;
  unit: string | null;
  order: string;
  pairs: string[];
  /** No other traveler is named as well. */
  isOne: boolean;
  /** Nothing is built of it any more. */
  isOver: boolean;
};

/**
 * The traveler that a record there names by its unit, its order or both; and messages of ours on that traveler
 * that were made within a day of it: what a person may have typed a second time.
 */
export async function namedTraveler(
  { site, connector }: Pick<Run, "site" | "connector">,
  about: { order?: string | null | undefined; unit?: string | null | undefined },
  at: Instant | null,
): Promise<OnOurs | null> {
  const order = about.order?.trim() || null;
  const unit = about.unit?.trim() || null;
  if (order === null && unit === null) return null;
  const isNamed = Prisma.sql`t.site_id = ${site}::uuid
    and (${order}::text is null or t.id in (select traveler_id from traveler_keys
      where site_id = ${site}::uuid and kind = 'order' and key = lower(${order})))
    and (${unit}::text is null or t.id in (select traveler_id from traveler_keys
      where site_id = ${site}::uuid and kind = 'unit' and key = lower(${unit})))`;
  const [found] = await db.$queryRaw<OnOurs[]>`
    select t.id::text as traveler, coalesce(t.serial, t.lot) as unit, t.work_order as "order",
      array(select coalesce(d.external_number, d.external_key) from deliveries d
             where d.connector_id = ${connector}::uuid and d.traveler_id = t.id and d.operation = 'create'
               and d.state not in ('cancelled', 'superseded')
               and (${at}::timestamptz is null
                 or d.created_at between ${at}::timestamptz - interval '1 day' and ${at}::timestamptz + interval '1 day')
             order by d.position limit 3) as pairs,
      count(*) over () = 1 as "isOne", t.status in ('accepted', 'cancelled', 'scrapped') as "isOver"
    from travelers t where ${isNamed}
    order by (t.status in ('cancelled', 'scrapped')), t.released_at desc limit 1`;
  return found ?? null;
}

/** A run as the desk shows it. */
export type RunShown = {
  id: string;
  connector: { id: string; name: string };
  state: "waiting" | "running" | "done" | "failed";
  from: Date;
  to: Date;
  askedBy: string | null;
  askedById: string | null;
  askedAt: Date;
  endedAt: Date | null;
  isListed: boolean | null;
  note: string | null;
  counts: DayCount[];
  resultSha256: string | null;
  lines: number;
  /** Neither closed by a person nor explained by an earlier one that was. */
  unexplained: number;
  signed: { by: string; at: Date; meaning: string } | null;
};

type RunRow = Omit<RunShown, "counts" | "signed"> & {
  counts: unknown;
  signedBy: string | null;
  signedAt: Date | null;
  meaning: string | null;
};

const shownRuns = (actor: Actor, which: Prisma.Sql, most: number) =>
  forSite(actor.site).$queryRaw<RunRow[]>`
    select r.id::text, jsonb_build_object('id', c.id, 'name', c.name) as connector, r.state,
      r.from_at as "from", r.to_at as "to", coalesce(p.name, r.asked_by::text) as "askedBy",
      r.asked_by::text as "askedById", r.asked_at as "askedAt", r.ended_at as "endedAt",
      r.is_listed as "isListed", r.note, r.counts, r.result_sha256 as "resultSha256",
      coalesce(s.name, r.signed_by::text) as "signedBy", r.signed_at as "signedAt", r.signature->>'meaning' as meaning,
      (select count(*)::int from reconciliation_lines l where l.run_id = r.id) as lines,
      (select count(*)::int from reconciliation_lines l
        where l.run_id = r.id and l.closed_by is null and l.explained_by is null) as unexplained
    from reconciliations r
    join connectors c on c.id = r.connector_id
    left join people p on p.id = r.asked_by
    left join people s on s.id = r.signed_by
    where r.site_id = ${actor.site}::uuid and ${which}
    order by r.asked_at desc limit ${most}`;

const runOf = ({ counts, signedBy, signedAt, meaning, ...row }: RunRow): RunShown => ({
  ...row,
  counts: dayCounts.parse(counts),
  signed: signedBy && signedAt ? { by: signedBy, at: signedAt, meaning: meaning ?? "" } : null,
});

export const runsPerPage = 50;

/** The newest first. */
export const reconciliations = async (actor: Actor): Promise<RunShown[]> =>
  (await shownRuns(actor, Prisma.sql`true`, runsPerPage)).map(runOf);

export async function reconciliation(actor: Actor, id: string): Promise<RunShown | null> {
  const [row] = await shownRuns(actor, Prisma.sql`r.id = ${id}::uuid`, 1);
  return row ? runOf(row) : null;
}

export type LineShown = {
  id: string;
  kind: LineKind;
  delivery: string | null;
  traveler: string | null;
  number: string | null;
  url: string | null;
  unit: string | null;
  order: string | null;
  rule: string | null;
  day: string | null;
  detail: Detail;
  /** By whom, when and why: of this line, or of the earlier one that it repeats. */
  closed: { by: string; at: Date; reason: string | null; isEarlier: boolean } | null;
};

export const linesPerPage = 100;

type LineRow = Omit<LineShown, "closed"> & {
  closedBy: string | null;
  closedAt: Date | null;
  reason: string | null;
  isEarlier: boolean;
};

export type LinesAsked = { run: string; kind: LineKind | null; page: number; most?: number };

/** What nobody has explained first, then by kind. */
export async function linesOf(actor: Actor, ask: LinesAsked): Promise<LineShown[]> {
  const most = ask.most ?? linesPerPage;
  const rows = await forSite(actor.site).$queryRaw<LineRow[]>`
    select l.id::text, l.kind, l.delivery_id::text as delivery, l.traveler_id::text as traveler, l.number, l.url,
      l.unit, l.work_order as "order", l.rule, to_char(l.day, 'YYYY-MM-DD') as day, l.detail,
      coalesce(p.name, w.closed_by::text) as "closedBy", w.closed_at as "closedAt", b.text as reason,
      l.explained_by is not null as "isEarlier"
    from reconciliation_lines l
    left join reconciliation_lines w on w.id = coalesce(l.explained_by, l.id)
    left join people p on p.id = w.closed_by
    left join text_blobs b on b.site_id = l.site_id and b.sha256 = w.reason_sha256
    where l.site_id = ${actor.site}::uuid and l.run_id = ${ask.run}::uuid
      and (${ask.kind}::text is null or l.kind = ${ask.kind})
    order by (w.closed_by is not null), array_position(${[...lineKinds]}::text[], l.kind), l.day, l.id
    limit ${most} offset ${ask.page * most}`;
  return rows.map(({ closedBy, closedAt, reason, isEarlier, ...line }) => ({
    ...line,
    closed: closedBy && closedAt ? { by: closedBy, at: closedAt, reason, isEarlier } : null,
  }));
}

/** How many lines of each kind, and how many of those nobody has explained. */
export const kindsOf = (
  actor: Actor,
  run: string,
): Promise<{ kind: LineKind; lines: number; unexplained: number }[]> =>
  forSite(actor.site).$queryRaw`
    select kind, count(*)::int as lines,
      count(*) filter (where closed_by is null and explained_by is null)::int as unexplained
    from reconciliation_lines where site_id = ${actor.site}::uuid and run_id = ${run}::uuid
    group by kind order by array_position(${[...lineKinds]}::text[], kind)`;

/** What a signature is given for beside the result: who closed each line and why; how many nobody has. */
export async function closingsOf(
  from: Pick<Tx, "$queryRaw">,
  run: string,
): Promise<{ open: number; closings: Closing[] }> {
  const rows = await from.$queryRaw<(Omit<Closing, "closed"> & { closed: string | null })[]>`
    select l.id::text as line, w.id::text as closed, w.closed_by::text as by, w.reason_sha256 as reason
    from reconciliation_lines l
    left join reconciliation_lines w on w.id = coalesce(l.explained_by, l.id) and w.closed_by is not null
    where l.run_id = ${run}::uuid`;
  const closings = rows.flatMap(({ closed, ...row }) =>
    closed === null ? [] : [{ ...row, closed }],
  );
  return { open: rows.length - closings.length, closings };
}

export const closingsShown = (actor: Actor, run: string) => closingsOf(forSite(actor.site), run);

/** Who can be compared with, and when that is done by itself. */
export type Schedule = { id: string; name: string; isRecords: boolean; hour: number | null };

export async function schedules(actor: Actor): Promise<Schedule[]> {
  return forSite(actor.site).$queryRaw<Schedule[]>`
    select id::text, name, config->>'kind' = 'rest' as "isRecords", reconcile_hour::int as hour
      from connectors where site_id = ${actor.site}::uuid and status <> 'retired' order by name`;
}
