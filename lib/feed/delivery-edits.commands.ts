import "server-only";
import type { Tx } from "#lib/db/client";
import type { Actor } from "#lib/people/schema";

/** Within the transaction that changes a message: what it said until now stays, with who and why. */
export async function keepBefore(
  tx: Tx,
  actor: Actor,
  delivery: { id: string; payload: unknown; payloadSha256: string },
  { edit, reason }: { edit: string; reason: string },
): Promise<void> {
  await tx.deliveryEdit.create({
    data: {
      id: edit,
      deliveryId: delivery.id,
      siteId: actor.site,
      before: delivery.payload as object,
      beforeSha256: delivery.payloadSha256,
      by: actor.id,
      at: new Date(),
      reasonSha256: reason,
    },
  });
}
