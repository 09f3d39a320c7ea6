import "server-only";
import { db, forSite } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import type { OpenConnector } from "./connector.queries.ts";
import type { ReadRecord } from "./connectors/rest/talk.gateway.ts";
import { isLater } from "./delivery.rules.ts";
import type { ForeignRecord } from "./schema.ts";

/** What the record is about: its traveler, and the defect where there is one. */
type Ours = { traveler: string | null; defect: string | null };

const statusOf = ({ status }: ForeignRecord): string => status ?? "unmapped";

/** Kept under the id it was made with: its delivery and its defect are known by that. */
const mergedIn = ({ asked, record }: ReadRecord): string | null =>
  record.externalId === asked ? null : record.externalId;

const inserted = (connector: OpenConnector, ours: Ours, read: ReadRecord) => {
  const { asked, record, raw } = read;
  const words = record.missingWords ?? null;
  return Prisma.sql`
    insert into external_records (connector_id, external_id, site_id, traveler_id, defect_id, number, status,
      version, url, dispositions, raw, merged_into, seen_at, missing_words, words_checked_at)
    values (${connector.id}::uuid, ${asked}, ${connector.site}::uuid, ${ours.traveler}::uuid,
      ${ours.defect}::uuid, ${record.number}, ${statusOf(record)}, ${record.version}, ${record.url},
      ${JSON.stringify(record.dispositions)}::jsonb, ${JSON.stringify(raw)}::jsonb, ${mergedIn(read)}, clock_timestamp(),
      ${words}::text[], case when ${words}::text[] is null then null else clock_timestamp() end)`;
};

/** Its message follows it: ended there, or open again. */
const followed = ({ id }: OpenConnector, { asked, record }: ReadRecord) => {
  const isOver = ["closed", "void", "merged"].includes(statusOf(record));
  return Prisma.sql`
    update deliveries
       set state = case when ${isOver} then 'closed' else 'tracking' end::delivery_state, updated_at = clock_timestamp()
     where connector_id = ${id}::uuid and external_id = ${asked} and operation = 'create'
       and state in ('tracking', 'closed')`;
};

type Known = { isNew: boolean; version: string; mergedInto: string | null; isGone: boolean };

/**
 * The QMS's record as just fetched, unless a later version is known already: notices and polls overtake
 * one another. The traveler is told of it afterwards, by `tellTravelers`. One round trip for a new one and two for any
 * other: what is compared is the version that is replaced, and where that is another by then it is looked at again.
 */
export async function keepExternal(
  connector: OpenConnector,
  ours: Ours,
  read: ReadRecord,
): Promise<boolean> {
  const { asked, record } = read;
  const from = forSite(connector.site);
  for (;;) {
    const [known] = await from.$queryRaw<Known[]>`
      with fresh as (
        ${inserted(connector, ours, read)} on conflict (connector_id, external_id) do nothing returning version),
      followed as (${followed(connector, read)} and exists (select from fresh))
      select true as "isNew", version, null as "mergedInto", false as "isGone" from fresh
      union all
      select false, version, merged_into, gone_at is not null from external_records
       where connector_id = ${connector.id}::uuid and external_id = ${asked}`;
    if (known?.isNew) return true;
    // Somebody else made it in this moment.
    if (!known) continue;
    // The version of the record that is left says nothing about the one before.
    const isSame = known.mergedInto === mergedIn(read);
    if (isSame && !isLater(record.version, known.version)) {
      if (known.isGone)
        await from.$executeRaw`
          update external_records set gone_at = null
           where connector_id = ${connector.id}::uuid and external_id = ${asked} and gone_at is not null`;
      return false;
    }
    const words = record.missingWords ?? null;
    const [replaced] = await from.$queryRaw<{ isDone: boolean }[]>`
      with replaced as (
        update external_records
           set number = ${record.number}, status = ${statusOf(record)}, version = ${record.version}, url = ${record.url},
               dispositions = ${JSON.stringify(record.dispositions)}::jsonb, raw = ${JSON.stringify(read.raw)}::jsonb,
               merged_into = ${mergedIn(read)}, seen_at = clock_timestamp(), gone_at = null,
               missing_words = ${words}::text[],
               words_checked_at = case when ${words}::text[] is null then null else clock_timestamp() end,
               apply_at = null, applied_note = null
         where connector_id = ${connector.id}::uuid and external_id = ${asked} and version = ${known.version}
           and merged_into is not distinct from ${known.mergedInto}
        returning version),
      followed as (${followed(connector, read)} and exists (select from replaced))
      select exists (select from replaced) as "isDone"`;
    if (replaced?.isDone) return true;
  }
}

/** What a record says by the words that are mapped now; told to its traveler if that is more than before. */
export async function keepWords(
  connector: Pick<OpenConnector, "id">,
  externalId: string,
  { version, dispositions, missingWords }: ForeignRecord,
): Promise<boolean> {
  const words = missingWords ?? null;
  const kept = await db.$queryRaw<{ whole: boolean }[]>`
    update external_records
       set words_checked_at = case when ${words}::text[] is null then null else clock_timestamp() end,
           missing_words = ${words}::text[], dispositions = ${JSON.stringify(dispositions)}::jsonb,
           applied_version = case when missing_words = ${words}::text[] then applied_version end,
           apply_at = null
     where connector_id = ${connector.id}::uuid and external_id = ${externalId}
       and version = ${version} and missing_words is not null
    returning missing_words is null as whole`;
  return kept[0]?.whole ?? false;
}

/** Told, or refused for a reason that stays visible; a version that came meanwhile is still to be told. */
export async function markTold(
  connector: string,
  externalId: string,
  version: string,
  note: string | null,
): Promise<void> {
  await db.$executeRaw`
    update external_records set applied_version = ${version}, applied_note = ${note}, apply_at = null
     where connector_id = ${connector}::uuid and external_id = ${externalId}`;
}

export async function tellLater(connector: string, externalId: string, ms: number): Promise<void> {
  await db.$executeRaw`
    update external_records set apply_at = clock_timestamp() + ${Math.round(ms)}::int * interval '1 millisecond'
     where connector_id = ${connector}::uuid and external_id = ${externalId}`;
}

/**
 * It can't be found there any more (failure 48): said of it since when, and nothing else changes. Its hold stays,
 * because nothing is released on the word of a record that isn't there, and nobody makes it again.
 */
export async function markGone(connector: string, externalId: string): Promise<boolean> {
  const marked = await db.$executeRaw`
    update external_records set gone_at = clock_timestamp()
     where connector_id = ${connector}::uuid and external_id = ${externalId} and gone_at is null`;
  return marked === 1;
}
