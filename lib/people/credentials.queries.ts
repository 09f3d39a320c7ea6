import "server-only";
import { db } from "#lib/db/client";
import { isSecret } from "#lib/kit/secrets";
import { type PersonAtSite, personAtSite } from "./queries.ts";
import { readBadge } from "./sign-in.schema.ts";

/** Whose badge it claims to be, without believing it yet. */
export async function subjectOfBadge(
  scanned: string,
): Promise<{ subject: string; personId: string | null; badge: ReturnType<typeof readBadge> }> {
  const badge = readBadge(scanned);
  const row = badge ? await db.badge.findUnique({ where: { id: badge.id } }) : null;
  const subject = row?.personId ?? `badge ${badge?.id.slice(0, 60) ?? "unreadable"}`;
  return { subject, personId: row && !row.withdrawnAt ? row.personId : null, badge };
}

/**
 * The person whose badge and PIN these are, who is active and has a role here. Whatever is wrong,
 * the same work is done before the answer: two checks of Argon2id, against a dummy where there is
 * nothing to check.
 */
export async function personOfBadgeAndPin(
  scanned: string,
  pin: string,
  site: string,
): Promise<PersonAtSite | null> {
  const badge = readBadge(scanned);
  const row = badge ? await db.badge.findUnique({ where: { id: badge.id } }) : null;
  const [credential, person] = await Promise.all([
    db.credential.findUnique({ where: { personId: row?.personId ?? nobody } }),
    personAtSite(row?.personId ?? nobody, site),
  ]);
  const isBadge = await isSecret(row?.secretHash, badge?.secret ?? "");
  const isPin = await isSecret(credential?.pinHash, pin);
  const isAdmitted = isBadge && isPin && !row?.withdrawnAt && person?.active;
  return isAdmitted && person.roles.length > 0 ? person : null;
}

/** The person if this is their PIN, and they are active and have a role here. */
export async function personOfPin(
  id: string,
  pin: string,
  site: string,
): Promise<PersonAtSite | null> {
  const [credential, person] = await Promise.all([
    db.credential.findUnique({ where: { personId: id } }),
    personAtSite(id, site),
  ]);
  const isPin = await isSecret(credential?.pinHash, pin);
  return isPin && person?.active && person.roles.length > 0 ? person : null;
}

/** An id that no person has. */
const nobody = "00000000-0000-0000-0000-000000000000";
