import "server-only";
import { inTransaction, type Tx } from "#lib/db/client";
import { ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { type Happening, recordEvents } from "./commands.ts";

/**
 * A change to people, devices or stations together with its entries: both in one transaction, or
 * neither. Refuse before the first write.
 */
export function recorded<T, E>(
  actor: Actor,
  work: (tx: Tx) => Promise<Result<{ value: T; events: readonly Happening[] }, E>>,
): Promise<Result<T, E>> {
  return inTransaction(async (tx) => {
    const done = await work(tx);
    if (!done.ok) return done;
    for (const event of done.value.events) await recordEvents(actor, event, tx);
    return ok(done.value.value);
  }, actor.site);
}
