import "server-only";
import { forSite } from "#lib/db/client";
import { qualificationSources } from "#lib/people/qualifications.queries";
import type { Actor } from "#lib/people/schema";
import type { DataSet } from "./interface.rules.ts";

/** A system that told us something of a set of data, and as of when the last of it is. */
export type LastTold = { system: string; at: Date };

/** How fresh our copies are of what others have the last word on; of the rest there is no copy that could age. */
export async function freshnessAtSite(
  actor: Actor,
): Promise<Readonly<Partial<Record<DataSet, readonly LastTold[]>>>> {
  const site = forSite(actor.site);
  const [records, orders, qualifications] = await Promise.all([
    site.$queryRaw<LastTold[]>`
      select c.code as system, max(r.seen_at) as at
        from external_records r join connectors c on c.id = r.connector_id
       where r.site_id = ${actor.site}::uuid
       group by c.code order by c.code`,
    site.$queryRaw<LastTold[]>`
      select system, max(received_at) as at from order_messages
       where site_id = ${actor.site}::uuid
       group by system order by system`,
    qualificationSources(actor),
  ]);
  return {
    ncr: records,
    disposition: records,
    order: orders,
    qualification: qualifications.map(({ system, asOf }) => ({ system, at: asOf })),
  };
}
