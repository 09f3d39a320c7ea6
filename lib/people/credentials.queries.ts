import "server-only";
import { direct } from "#lib/db/direct";
import { isSecret } from "#lib/kit/secrets";
import type { Instant } from "#lib/kit/time";
import { type Rate, type RateWindow, windowFrom } from "./lockout.commands.ts";
import { asPerson, type PersonAtSite, type PersonTold } from "./queries.ts";
import { readBadge } from "./sign-in.schema.ts";
import type { Period } from "./signing.rules.ts";

type Told = {
  rate: RateWindow | null;
  period: Period | null;
  badge: { person: string; secretHash: string; isWithdrawn: boolean } | null;
  pinHash: string | null;
  person: PersonTold | null;
};

/** What was shown, and what is known of it; nothing of it is believed yet. */
export type Presented = Omit<Told, "person"> & {
  /** Whose attempts are counted. */
  subject: string;
  person: PersonAtSite | null;
  /** The badge's secret, where one was shown. */
  secret: string | null;
};

const asking = {
  name: "presented_at_tablet",
  text: `select presented_at_tablet($1, $2, $3, $4, $5, $6::timestamptz, $7::timestamptz) as told`,
};

/**
 * Whom a badge names, or who says that it is them, with everything that an attempt at this place is judged by: one
 * round trip. With `rate` the attempt is counted against it first.
 */
export async function presented(
  place: { site: string; device: string },
  shown: { badge?: string | undefined; person?: string | undefined },
  at: Instant,
  rate: ({ key: string } & Rate) | null = null,
): Promise<Presented> {
  const isByBadge = shown.badge !== undefined;
  const badge = readBadge(shown.badge ?? "");
  const [row] = await direct<{ told: Told }>(asking, [
    place.site,
    place.device,
    badge?.id ?? null,
    isByBadge ? null : (shown.person ?? null),
    rate?.key ?? null,
    at,
    rate && windowFrom(rate, at),
  ]);
  if (!row) throw new Error("the database told nothing of what was presented");
  const { told } = row;
  const unknown = `badge ${badge?.id.slice(0, 60) ?? "unreadable"}`;
  return {
    ...told,
    subject: isByBadge ? (told.badge?.person ?? unknown) : (shown.person ?? ""),
    person: told.person && asPerson(told.person),
    secret: isByBadge ? (badge?.secret ?? "") : null,
  };
}

/**
 * The person whose badge and PIN these are, or whose PIN where no badge was shown, who is active and has a role here.
 * Whatever is wrong, the same work is done before the answer: a check of Argon2id for each of the two, against a dummy
 * where there is nothing to check.
 */
export async function personProven(
  { badge, secret, pinHash, person }: Presented,
  pin: string,
): Promise<PersonAtSite | null> {
  const isBadge =
    secret === null || ((await isSecret(badge?.secretHash, secret)) && !badge?.isWithdrawn);
  const isPin = await isSecret(pinHash, pin);
  return isBadge && isPin && person?.active && person.roles.length > 0 ? person : null;
}
