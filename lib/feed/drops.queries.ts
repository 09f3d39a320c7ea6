import "server-only";
import { db, type Tx } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import type { Instant } from "#lib/kit/time";
import type { StreamKind } from "#lib/record/schema";
import type { Disclosure, DropTrouble } from "./drops.schema.ts";

/** A batch that this worker has in hand. */
export type Drop = {
  id: string;
  site: string;
  siteCode: string;
  connector: string;
  connectorCode: string;
  told: string | null;
  from: Instant;
  to: Instant;
  order: string | null;
  part: string | null;
  discloses: Disclosure;
  askedBy: string | null;
  attempts: number;
  fence: number;
};

/**
 * The longest waiting first; one whose worker never came back is taken up again. Not before everything is in the
 * record that was on its way when it was asked for; where another cluster counts its transactions anew, after ten
 * minutes in any case.
 */
export async function claimDrop(leaseMs: number): Promise<Drop | null> {
  const [drop] = await db.$queryRaw<Drop[]>`
    update drops d
       set state = 'writing', fence = d.fence + 1, files_written = 0,
           leased_until = clock_timestamp() + ${leaseMs}::int * interval '1 millisecond'
      from sites s, connectors c
     where s.id = d.site_id and c.id = d.connector_id and d.id = (
       select one.id from drops one join connectors at on at.id = one.connector_id
        where at.status = 'active' and one.next_at <= clock_timestamp()
          and (one.state = 'waiting' or (one.state = 'writing' and one.leased_until < clock_timestamp()))
          and (one.asked_xid < pg_snapshot_xmin(pg_current_snapshot())
            or one.asked_at < clock_timestamp() - interval '10 minutes')
        order by one.next_at limit 1 for update of one skip locked)
    returning d.id::text, d.site_id::text as site, s.code as "siteCode", d.connector_id::text as connector,
      c.code as "connectorCode", d.told_id::text as told, utc_text(d.from_at) as "from", utc_text(d.to_at) as "to",
      d.work_order as "order", d.part_number as part, d.discloses, d.asked_by::text as "askedBy", d.attempts, d.fence`;
  return drop ?? null;
}

export async function renewDrop({ id, fence }: Drop, leaseMs: number, written: number) {
  const renewed = await db.$executeRaw`
    update drops set leased_until = clock_timestamp() + ${leaseMs}::int * interval '1 millisecond',
           files_written = ${written}
     where id = ${id}::uuid and fence = ${fence} and state = 'writing'`;
  return renewed === 1;
}

/** To be taken again, now or later: the worker is asked to stop, or the destination can't take it at the moment. */
export async function letGoOfDrop(
  { id, fence }: Drop,
  why: { trouble: DropTrouble; note: string; attempts: number; waitMs: number } | null,
): Promise<void> {
  await db.$executeRaw`
    update drops set state = 'waiting', leased_until = null, trouble = coalesce(${why?.trouble ?? null}, trouble),
           note = coalesce(${why?.note ?? null}, note), attempts = coalesce(${why?.attempts ?? null}::int, attempts),
           next_at = clock_timestamp() + ${why?.waitMs ?? 0}::int * interval '1 millisecond'
     where id = ${id}::uuid and fence = ${fence} and state = 'writing'`;
}

/** What a plant makes and does; neither its people's own data nor how this feed is sent. */
const kinds: readonly StreamKind[] = ["traveler", "gage", "order", "lot", "instruction", "site"];

type Scope = Pick<Drop, "site" | "from" | "to" | "order" | "part">;

/** Is an entry e, of a stream s, in the batch? */
const isIn = ({ site, from, to, order, part }: Scope) => Prisma.sql`
  e.site_id = ${site}::uuid and e.recorded_at >= ${from}::timestamptz and e.recorded_at < ${to}::timestamptz
  and s.kind = any(${[...kinds]}::text[])
  and (${order}::text is null and ${part}::text is null or exists (
    select from travelers t where t.id = e.stream_id
       and (${order}::text is null or t.work_order = ${order})
       and (${part}::text is null or t.part_number = ${part})))`;

export type EntryRow = {
  stream: string;
  kind: StreamKind;
  seq: number;
  hash: string;
  line: string;
  type: string;
  at: string;
};
export type EntryPlace = Pick<EntryRow, "at" | "stream" | "seq">;

/** The next entries of a batch, in the order of their time. */
export const entriesAfter = (
  tx: Tx,
  drop: Scope,
  after: EntryPlace | null,
  most: number,
): Promise<EntryRow[]> =>
  tx.$queryRaw<EntryRow[]>`
    with page as (
      select e.stream_id, e.seq, s.kind
        from entries e join streams s on s.id = e.stream_id
       where ${isIn({ ...drop, from: after?.at ?? drop.from })}
         and (${after?.at ?? null}::timestamptz is null or (e.recorded_at, e.stream_id, e.seq)
           > (${after?.at ?? null}::timestamptz, ${after?.stream ?? null}::uuid, ${after?.seq ?? null}::int))
       order by e.recorded_at, e.stream_id, e.seq limit ${most}
    )
    select e.stream_id::text as stream, p.kind::text as kind, e.seq, e.hash, e.line, e.type, utc_text(e.recorded_at) as at
      from page p join entries e on e.stream_id = p.stream_id and e.seq = p.seq
     order by e.recorded_at, e.stream_id, e.seq`;

export type Written = { id: string; folder: string; manifestSha256: string };

/** The last batch of the same scope that was written, and is not this one. */
export async function writtenBefore(drop: Drop, contentSha256: string): Promise<Written | null> {
  const [row] = await db.$queryRaw<Written[]>`
    select id::text, folder, manifest_sha256 as "manifestSha256" from drops
     where site_id = ${drop.site}::uuid and connector_id = ${drop.connector}::uuid and id <> ${drop.id}::uuid
       and from_at = ${drop.from}::timestamptz and work_order is not distinct from ${drop.order}
       and part_number is not distinct from ${drop.part} and written_at is not null
       and content_sha256 <> ${contentSha256}
     order by written_at desc limit 1`;
  return row ?? null;
}

export type Parent = {
  key: string;
  process: string;
  rule: string;
  ruleVersion: number;
  traveler: string | null;
  defect: string | null;
  priority: number;
};

/** The records of a system that tell of anything in the batch. */
export const recordsOf = (tx: Tx, drop: Drop): Promise<Parent[]> =>
  tx.$queryRaw<Parent[]>`
    select d.external_key as key, d.process, d.rule, d.rule_version as "ruleVersion", d.traveler_id::text as traveler,
           d.defect_id::text as defect, d.priority
      from deliveries d
     where d.site_id = ${drop.site}::uuid and d.connector_id = ${drop.told}::uuid and d.operation = 'create'
       and d.state not in ('cancelled', 'superseded')
       and exists (
         select from delivery_events v
           join entries e on e.stream_id = v.stream_id and e.seq = v.seq
           join streams s on s.id = e.stream_id
          where v.delivery_id = d.id and ${isIn(drop)})
     order by d.position`;

export type ToldDrop = {
  id: string;
  site: string;
  connector: string;
  connectorCode: string;
  told: string;
  from: Instant;
  to: Instant;
  manifestSha256: string;
  numbers: string[];
  unsent: number;
};

/** Batches of which every record has been told, or will never be. */
export const dropsTold = (): Promise<ToldDrop[]> =>
  db.$queryRaw<ToldDrop[]>`
    select d.id::text, d.site_id::text as site, d.connector_id::text as connector, c.code as "connectorCode",
           d.told_id::text as told, utc_text(d.from_at) as "from", utc_text(d.to_at) as "to",
           d.manifest_sha256 as "manifestSha256",
           array_agg(coalesce(v.external_number, v.external_id) order by v.position)
             filter (where v.state = 'verified') as numbers,
           count(*) filter (where v.state <> 'verified')::int as unsent
      from drops d
      join connectors c on c.id = d.connector_id
      join drop_messages m on m.drop_id = d.id
      join deliveries v on v.id = m.delivery_id
     where d.state = 'written'
     group by d.id, c.code
    having bool_and(v.state in ('verified', 'cancelled', 'superseded')) and bool_or(v.state = 'verified')`;
