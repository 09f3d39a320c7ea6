import "server-only";
import { db, inTransaction } from "#lib/db/client";
import { instant } from "#lib/kit/time";
import type { CodeKind } from "./code-kinds.schema.ts";
import { connectorById, isRecordsConnector } from "./connector.queries.ts";
import { recordOf } from "./connectors/rest/talk.gateway.ts";
import { bookAt } from "./crosswalk-book.queries.ts";
import { noSerialsYet, serialsByNow } from "./delivery.rules.ts";
import { keepWords } from "./external.commands.ts";
import { tellLive } from "./live.commands.ts";

type Waiting = {
  id: string;
  site: string;
  connector: string;
  traveler: string | null;
  eventAt: Date;
  codes: { kind: CodeKind; code: string }[];
};

/**
 * What waits for a code goes on by itself once all of its codes are mapped, at whatever site the company's
 * list holds; everything else that is parked stays, and so does what somebody asks to discard. Looked at
 * only after a list of the kind has changed, with an overlap, because a change is seen only when its
 * transaction has ended.
 */
export async function redriveMapped(limit = 200): Promise<number> {
  const waiting = await db.$queryRaw<Waiting[]>`
    select d.id, d.site_id as site, c.code as connector, d.traveler_id as traveler,
           coalesce((select min(e.occurred_at) from delivery_events v
                       join entries e on e.stream_id = v.stream_id and e.seq = v.seq
                      where v.delivery_id = d.id), d.created_at) as "eventAt",
           (select jsonb_agg(jsonb_build_object('kind', m.kind, 'code', m.code)) from delivery_codes m
             where m.delivery_id = d.id and m.how = 'missing') as codes
      from deliveries d
      join connectors c on c.id = d.connector_id
     where d.state = 'parked' and d.discard_asked_by is null and exists (
       select from delivery_codes m
         join crosswalks w on w.kind = m.kind and w.changed_at > m.checked_at - interval '30 seconds'
        where m.delivery_id = d.id and m.how = 'missing'
          and (w.site_id is null or w.site_id = d.site_id))
     order by d.updated_at
     limit ${limit}`;
  let redriven = 0;
  for (const one of waiting) if (await goesOn(one)) redriven += 1;
  return redriven;
}

type Unnumbered = {
  id: string;
  site: string;
  traveler: string;
  stream: string;
  seq: number;
};

/**
 * What waits for the serial numbers of a lot's pieces goes on by itself once they have them, wherever its defect has
 * gone meanwhile. The entry that gave them stands beside the message from then on: its numbers are those of that entry,
 * whatever becomes of the lot.
 */
export async function redriveNumbered(limit = 200): Promise<number> {
  const numbered = await db.$queryRaw<Unnumbered[]>`
    select d.id, d.site_id as site, d.traveler_id as traveler, given.stream_id as stream, given.seq
      from deliveries d
      join lateral (
        select e.stream_id, e.seq from entries e
         where e.stream_id = coalesce((select traveler from defect_now(d.defect_id)), d.traveler_id)
           and e.type in ('traveler.serials_assigned', 'traveler.split_off')
           and jsonb_array_length(coalesce(e.line::jsonb->'body'->'serials', '[]')) > 0
         order by e.seq desc limit 1) given on true
     where d.state = 'parked' and d.discard_asked_by is null and starts_with(d.last_result, ${noSerialsYet})
     order by d.updated_at
     limit ${limit}`;
  let redriven = 0;
  for (const one of numbered) if (await goesOnNumbered(one)) redriven += 1;
  return redriven;
}

const goesOnNumbered = ({ id, site, traveler, stream, seq }: Unnumbered): Promise<boolean> =>
  inTransaction(async (tx) => {
    const moved = await tx.$executeRaw`
      update deliveries
         set state = case when operation = 'create' and external_id is not null
                          then 'delivered'::delivery_state else 'pending'::delivery_state end,
             lookups = 0, next_at = clock_timestamp(), updated_at = clock_timestamp(), last_result = ${serialsByNow}
       where id = ${id}::uuid and state = 'parked' and discard_asked_by is null
         and starts_with(last_result, ${noSerialsYet})`;
    if (moved !== 1) return false;
    await tx.$executeRaw`
      insert into delivery_events (delivery_id, stream_id, seq, site_id)
      values (${id}::uuid, ${stream}::uuid, ${seq}, ${site}::uuid) on conflict do nothing`;
    await tellLive(tx, site, { kinds: ["delivery"], travelers: [traveler] });
    return true;
  });

type Unread = { connector: string; externalId: string; raw: unknown };

/** A record whose decision is in a word that was mapped meanwhile is read again, from what it said. */
export async function rereadMapped(limit = 50): Promise<number> {
  const unread = await db.$queryRaw<Unread[]>`
    select r.connector_id as connector, r.external_id as "externalId", r.raw
      from external_records r
     where r.missing_words is not null and exists (
       select from crosswalks w
        where w.kind = 'disposition' and w.changed_at > r.words_checked_at - interval '30 seconds'
          and (w.site_id is null or w.site_id = r.site_id))
     order by r.words_checked_at
     limit ${limit}`;
  let read = 0;
  for (const one of unread) if (await readAgain(one)) read += 1;
  return read;
}

async function readAgain({ connector: id, externalId, raw }: Unread): Promise<boolean> {
  const connector = await connectorById(db, id);
  if (!connector || !isRecordsConnector(connector)) return false;
  const record = await recordOf(connector, raw);
  return keepWords(connector, externalId, record);
}

async function goesOn({
  id,
  site,
  connector,
  traveler,
  eventAt,
  codes,
}: Waiting): Promise<boolean> {
  const book = bookAt({ site, connector }, () => instant(eventAt.getTime()));
  for (const { kind, code } of codes) await book.find(kind, code);
  const isMapped = book.missing().length === 0;
  return inTransaction(async (tx) => {
    await tx.$executeRaw`
      update delivery_codes set checked_at = clock_timestamp()
       where delivery_id = ${id}::uuid and how = 'missing'`;
    if (!isMapped) return false;
    // A record that is there already is only read and compared.
    const moved = await tx.$executeRaw`
      update deliveries
         set state = case when operation = 'create' and external_id is not null
                          then 'delivered'::delivery_state else 'pending'::delivery_state end,
             lookups = 0, next_at = clock_timestamp(), updated_at = clock_timestamp(),
             last_result = 'its codes are mapped by now'
       where id = ${id}::uuid and state = 'parked' and discard_asked_by is null`;
    if (moved === 1)
      await tellLive(tx, site, {
        kinds: ["delivery"],
        travelers: traveler === null ? [] : [traveler],
      });
    return moved === 1;
  });
}
