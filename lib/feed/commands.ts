import "server-only";
import { forSite } from "#lib/db/client";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";

/**
 * A person says that what stopped a delivery has been put right. It goes on with the search for our key,
 * so a record that came about meanwhile is adopted and not made twice; what the QMS has is read back.
 */
export async function retryDelivery(
  actor: Actor,
  id: string,
): Promise<Result<null, "delivery_not_stopped">> {
  const site = forSite(actor.site);
  const goOn = { attempts: 0, lookups: 0, nextAt: new Date(), updatedAt: new Date() };
  const stopped = { id, state: { in: ["parked" as const, "dead" as const] } };
  const there = await site.delivery.updateMany({
    where: { ...stopped, operation: "create", externalId: { not: null } },
    data: { ...goOn, state: "delivered" },
  });
  if (there.count === 1) return ok(null);
  const again = await site.delivery.updateMany({
    where: { ...stopped, externalId: null },
    data: { ...goOn, state: "pending" },
  });
  return again.count === 1 ? ok(null) : err("delivery_not_stopped");
}
