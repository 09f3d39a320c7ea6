import "server-only";
import { forSite } from "#lib/db/client";
import { type Canonical, canonicalJson } from "#lib/kit/canonical";
import { isMacOf, macOf } from "#lib/kit/keys";

type Referenced = { site: string; delivery: string };
const named = ({ site, delivery }: Referenced): string => `${site}/${delivery}`;

/**
 * Where the receiver of an event that was too large to be sent finds the whole of it: an address that only
 * we can make, for this one event and nothing else.
 */
export function eventReference(origin: string, of: Referenced): string {
  const proof = macOf("event-reference", named(of));
  return `${origin}/api/events/${of.delivery}?site=${of.site}&proof=${proof}`;
}

/** The event to the last character as its digest has it; null for an address that we did not make. */
export async function referencedEvent(of: Referenced, proof: string): Promise<string | null> {
  if (!isMacOf("event-reference", named(of), proof)) return null;
  const row = await forSite(of.site).delivery.findFirst({
    where: { id: of.delivery, operation: "publish" },
    select: { payload: true },
  });
  return row ? canonicalJson(row.payload as Canonical) : null;
}
