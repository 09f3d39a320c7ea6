import { actorOfSeed, actorOfSession } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { uuidv7 } from "#lib/kit/ids";
import { newToken, tokenHash } from "#lib/kit/secrets";
import { createPerson, giveRole, issueBadge, setPin } from "#lib/people/commands";
import type { Actor } from "#lib/people/schema";

export type Person = { actor: Actor; badge: string; pin: string };
/** Of quality, and of administration as well: only who wrote it stands in the way. */
export async function someone(site: string, name: string, pin: string): Promise<Person> {
  const seed = actorOfSeed(site);
  const id = uuidv7();
  await createPerson(seed, { id, employeeNumber: id.slice(-12), name });
  for (const role of ["administrator", "quality"] as const) await giveRole(seed, id, role);
  await setPin(seed, id, pin);
  const badge = await issueBadge(seed, id);
  const token = newToken();
  await forSite(site).deskSession.create({
    data: {
      tokenHash: tokenHash(token),
      personId: id,
      siteId: site,
      createdAt: new Date(),
      lastSeenAt: new Date(),
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  const actor = await actorOfSession(token);
  if (!actor || !badge.ok) throw new Error("no session");
  return { actor, badge: badge.value, pin };
}
