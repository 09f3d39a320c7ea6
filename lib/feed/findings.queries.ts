import "server-only";
import { forSite } from "#lib/db/client";
import type { Actor } from "#lib/people/schema";

/** A record that was raised in another system on this traveler. */
export type FindingShown = {
  connector: string;
  system: string;
  externalId: string;
  number: string;
  title: string | null;
  status: string;
  url: string;
  foundAt: Date;
  hold: "none" | "pending" | "placed" | "refused";
  /** The code of the defect that it was linked to. */
  linkedTo: string | null;
};

export const findingsOn = (actor: Actor, traveler: string): Promise<FindingShown[]> =>
  forSite(actor.site).$queryRaw<FindingShown[]>`
    select f.connector_id::text as connector, c.name as system, f.external_id as "externalId", f.number, f.title,
      coalesce(r.status, f.status) as status, f.url, f.found_at as "foundAt", f.hold_state as hold, d.code as "linkedTo"
    from external_findings f
    join connectors c on c.id = f.connector_id
    left join external_records r on r.connector_id = f.connector_id and r.external_id = f.external_id
    left join defects d on d.id = f.defect_id
    where f.site_id = ${actor.site}::uuid and f.traveler_id = ${traveler}::uuid
    order by f.found_at`;
