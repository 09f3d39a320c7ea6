import "server-only";
import { db, inTransaction } from "#lib/db/client";
import type { OpenConnector } from "./connector.queries.ts";
import type { ReadRecord } from "./connectors/rest/talk.gateway.ts";
import { isLater } from "./delivery.rules.ts";
import type { ForeignRecord } from "./schema.ts";

/** What the record is about: its traveler, and the defect where there is one. */
type Ours = { traveler: string | null; defect: string | null };

/**
 * The QMS's record as just fetched, unless a later version is known already: notices and polls overtake
 * one another. The traveler is told of it afterwards, by `tellTravelers`.
 */
export async function keepExternal(
  connector: OpenConnector,
  ours: Ours,
  { asked, record, raw }: ReadRecord,
): Promise<boolean> {
  return inTransaction(async (tx) => {
    const [known] = await tx.$queryRaw<{ version: string; mergedInto: string | null }[]>`
      select version, merged_into as "mergedInto" from external_records
       where connector_id = ${connector.id}::uuid and external_id = ${asked} for update`;
    // Kept under the id it was made with: its delivery and its defect are known by that.
    const mergedInto = record.externalId === asked ? null : record.externalId;
    // The version of the record that is left says nothing about the one before.
    const isSame = known?.mergedInto === mergedInto;
    if (known && isSame && !isLater(record.version, known.version)) {
      await tx.$executeRaw`
        update external_records set gone_at = null
         where connector_id = ${connector.id}::uuid and external_id = ${asked} and gone_at is not null`;
      return false;
    }
    const status = record.status ?? "unmapped";
    const dispositions = JSON.stringify(record.dispositions);
    const words = record.missingWords ?? null;
    await tx.$executeRaw`
      insert into external_records (connector_id, external_id, site_id, traveler_id, defect_id, number, status,
        version, url, dispositions, raw, merged_into, seen_at, missing_words, words_checked_at)
      values (${connector.id}::uuid, ${asked}, ${connector.site}::uuid, ${ours.traveler}::uuid,
        ${ours.defect}::uuid, ${record.number}, ${status}, ${record.version}, ${record.url},
        ${dispositions}::jsonb, ${JSON.stringify(raw)}::jsonb, ${mergedInto}, clock_timestamp(),
        ${words}::text[], case when ${words}::text[] is null then null else clock_timestamp() end)
      on conflict (connector_id, external_id) do update
        set number = excluded.number, status = excluded.status, version = excluded.version, url = excluded.url,
            dispositions = excluded.dispositions, raw = excluded.raw,
            merged_into = excluded.merged_into, seen_at = excluded.seen_at, gone_at = null,
            missing_words = excluded.missing_words, words_checked_at = excluded.words_checked_at,
            apply_at = null, applied_note = null`;
    await tx.$executeRaw`
      update deliveries
         set state = case when ${["closed", "void", "merged"].includes(status)} then 'closed' else 'tracking' end::delivery_state,
             updated_at = clock_timestamp()
       where connector_id = ${connector.id}::uuid and external_id = ${asked}
         and operation = 'create' and state in ('tracking', 'closed')`;
    return true;
  }, connector.site);
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
