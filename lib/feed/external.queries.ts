import "server-only";
import { db } from "#lib/db/client";
import { direct } from "#lib/db/direct";
import type { Disposition } from "#lib/travelers/state.schema";

export type ToTell = {
  connector: string;
  code: string;
  site: string;
  externalId: string;
  /** Where the defect is now: it may have left with pieces of its lot since it was reported. */
  traveler: string;
  defect: string;
  hasMoved: boolean;
  number: string;
  /** The record that is left: its versions are counted on their own. */
  mergedInto: string | null;
  status: string;
  version: string;
  url: string;
  dispositions: readonly Disposition[];
  /** Its words for decisions that nobody has mapped: none of its dispositions can be told. */
  missingWords: readonly string[] | null;
  seenAt: Date;
  /** The traveler's own status: what was accepted may have left the plant. */
  travelerStatus: string | null;
  /** The defect as the traveler has it now. */
  told: {
    qms: { externalId: string; number: string; status: string; url: string } | null;
    dispositions: readonly Disposition[];
  } | null;
};

const tellingMs = 15_000;

const takingTold = {
  name: "due_to_tell",
  text: `
    with due as (
      select connector_id, external_id from external_records
       where applied_version is distinct from version and defect_id is not null
         and (apply_at is null or apply_at <= clock_timestamp())
       order by seen_at limit $1::int for update skip locked)
    update external_records r
       set apply_at = clock_timestamp() + $2::int * interval '1 millisecond'
      from due
      join external_records own on own.connector_id = due.connector_id and own.external_id = due.external_id
      join connectors c on c.id = due.connector_id
      left join lateral defect_now(own.defect_id) now on true
     where r.connector_id = due.connector_id and r.external_id = due.external_id
    returning r.connector_id as connector, c.code, r.site_id as site, r.external_id as "externalId",
      coalesce(now.traveler, r.traveler_id) as traveler, coalesce(now.defect, r.defect_id) as defect,
      now.defect is not null as "hasMoved", r.number, r.merged_into as "mergedInto", r.status, r.version, r.url,
      r.dispositions, r.missing_words as "missingWords", r.seen_at as "seenAt",
      (select status from travelers t where t.id = coalesce(now.traveler, r.traveler_id)) as "travelerStatus",
      (select jsonb_build_object('qms', d->'qms', 'dispositions', d->'dispositions')
         from travelers t cross join jsonb_array_elements(t.state->'defects') d
        where t.id = coalesce(now.traveler, r.traveler_id)
          and d->>'id' = coalesce(now.defect, r.defect_id)::text) as told`,
};

/** Records whose latest version their traveler has not been told of. Taken for a while, so that two workers share them. */
export const toTell = (limit: number): Promise<ToTell[]> =>
  direct<ToTell>(takingTold, [String(limit), String(tellingMs)]);

/** Has it left with its pieces while its traveler was told? */
export async function hasLeft({ defect }: Pick<ToTell, "defect">): Promise<boolean> {
  const [row] = await db.$queryRaw<{ left: boolean }[]>`
    select exists (select from defect_now(${defect}::uuid)) as left`;
  return row?.left ?? false;
}

/** Whose record it is. `saved`: our create of it is; `key`: ours, where we made it. */
export type Owner = { traveler: string; defect: string | null; saved: boolean; key: string | null };

/**
 * Whose record this is: by its id, or by our key while our create has not been saved yet; or by the defect that
 * a person has linked it to.
 */
export async function ownerOf(
  connector: string,
  externalId: string,
  key: string | null,
): Promise<Owner | null> {
  const [row] = await db.$queryRaw<Owner[]>`
    select traveler_id as traveler, defect_id as defect, external_id is not null as saved, external_key as key
      from deliveries
     where connector_id = ${connector}::uuid and operation = 'create'
       and (external_id = ${externalId} or external_key = ${key})
    union all
    select traveler_id, defect_id, true, null from external_records
     where connector_id = ${connector}::uuid and external_id = ${externalId}
    limit 1`;
  return row ?? null;
}

export type KnownRecord = {
  version: string | null;
  /** Those that were merged into it: what it says now is said of them as well. */
  merged: readonly string[];
  owner: Owner | null;
};

/** What is known here of each of these records. */
export async function knownOf(
  connector: string,
  externalIds: readonly string[],
): Promise<Map<string, KnownRecord>> {
  if (externalIds.length === 0) return new Map();
  const rows = await db.$queryRaw<(KnownRecord & { id: string })[]>`
    select a.id, coalesce(r.version, f.version) as version,
           array(select m.external_id from external_records m
                  where m.connector_id = ${connector}::uuid and m.merged_into = a.id) as merged,
           case when d.id is not null then jsonb_build_object('traveler', d.traveler_id, 'defect', d.defect_id,
                  'saved', true, 'key', d.external_key)
                when r.external_id is not null then jsonb_build_object('traveler', r.traveler_id, 'defect', r.defect_id,
                  'saved', true, 'key', null) end as owner
      from unnest(${[...externalIds]}::text[]) a(id)
      left join external_records r on r.connector_id = ${connector}::uuid and r.external_id = a.id
      left join external_findings f on f.connector_id = ${connector}::uuid and f.external_id = a.id
        and f.defect_id is null
      left join lateral (
        select d.id, d.traveler_id, d.defect_id, d.external_key from deliveries d
         where d.connector_id = ${connector}::uuid and d.external_id = a.id and d.operation = 'create' limit 1) d on true`;
  return new Map(rows.map(({ id, ...known }) => [id, known]));
}
