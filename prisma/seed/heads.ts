import { forSite } from "#lib/db/client";
import { canonicalSha256 } from "#lib/kit/canonical";
import { demoSites } from "./plant.ts";

/**
 * One hash over the heads of all chains of the plant: the same anchor gives the same. The feed's own
 * chains are left out: where the QMS is reached, and with which secret, is the installation's.
 */
export async function headsSha256(): Promise<string> {
  const heads = await Promise.all(
    Object.values(demoSites).map(({ id }) =>
      forSite(id).stream.findMany({
        where: { kind: { not: "feed" } },
        orderBy: { id: "asc" },
        select: { id: true, seq: true, head: true },
      }),
    ),
  );
  return canonicalSha256(heads.flat());
}
