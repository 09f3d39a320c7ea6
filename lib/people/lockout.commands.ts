import "server-only";
import { direct } from "#lib/db/direct";
import { env } from "#lib/kit/env";
import { type Instant, instant, millis } from "#lib/kit/time";
import {
  type Counted,
  countAttempt,
  type Failures,
  isLocked,
  type LockoutPolicy,
} from "./lockout.rules.ts";

const policy: LockoutPolicy = {
  attempts: {
    person_at_tablet: env.BUYOFF_LOCKOUT_ATTEMPTS,
    tablet: env.BUYOFF_LOCKOUT_TABLET_ATTEMPTS,
  },
  lockMinutes: env.BUYOFF_LOCKOUT_MINUTES,
};

type CountedKey = { key: string; counted: Counted };

/** The counters of one attempt: always the tablet first, so that two attempts never wait for each other. */
export const countersOf = (subject: string, device: string): readonly CountedKey[] => [
  { key: `tablet/${device}`, counted: "tablet" },
  { key: `person/${device}/${subject}`, counted: "person_at_tablet" },
];

const counting = {
  name: "count_attempt",
  text: "select count_attempt($1::jsonb, $2::jsonb) as there",
};

/**
 * Counts the attempt, or says how many seconds are left if it is locked out. Mostly nobody has been wrong here, so that
 * is what it is first decided on; where the database knows better it says so and counts nothing.
 */
export async function takeAttempt(
  counters: readonly CountedKey[],
  at: Instant,
): Promise<{ lockedSeconds: number | null }> {
  let known: readonly (Failures | null)[] = counters.map(() => null);
  for (;;) {
    const until = known
      .filter((failures) => isLocked(failures, at))
      .map((failures) => failures?.lockedUntil ?? at)
      .sort()
      .at(-1);
    if (until) return { lockedSeconds: Math.ceil((millis(until) - millis(at)) / 1000) };
    const counted = counters.map(({ key, counted }, turn) => ({
      key,
      ...countAttempt(known[turn] ?? null, at, counted, policy),
    }));
    const [row] = await direct<{ there: (Failures | null)[] | null }>(counting, [
      JSON.stringify(known),
      JSON.stringify(counted),
    ]);
    if (!row) throw new Error("the counters of attempts returned nothing");
    if (row.there === null) return { lockedSeconds: null };
    known = row.there;
  }
}

const clearing = { name: "clear_attempt", text: "select clear_attempt($1::text[], $2::text[])" };

/** Which counters a right attempt gives one back to, and which it clears. */
export const cleared = (counters: readonly CountedKey[]): Record<Counted, readonly string[]> => {
  const keysOf = (of: Counted) =>
    counters.filter(({ counted }) => counted === of).map(({ key }) => key);
  return { tablet: keysOf("tablet"), person_at_tablet: keysOf("person_at_tablet") };
};

/**
 * It was right: the person's count is cleared. The tablet's own only gives back this attempt, or
 * whoever knows one right PIN could clear it between guesses at others.
 */
export async function clearAttempt(counters: readonly CountedKey[]): Promise<void> {
  const { tablet, person_at_tablet: person } = cleared(counters);
  await direct(clearing, [tablet, person]);
}

const countingRate = {
  name: "count_in_window",
  text: `select count, utc_text(started_at) as "startedAt"
    from count_in_window($1, $2::timestamptz, $3::timestamptz)`,
};

/** How often something was asked for, since when. */
export type RateWindow = { count: number; startedAt: Instant };

export type Rate = { limit: number; seconds: number };

/**
 * At most `limit` in `seconds` under one key, counted in the database because there may be several
 * processes. Returns the seconds to wait, or null.
 */
export async function overRate(key: string, rate: Rate, at: Instant): Promise<number | null> {
  const [row] = await direct<RateWindow>(countingRate, [key, at, windowFrom(rate, at)]);
  if (!row) throw new Error("the rate counter returned nothing");
  return waitOf(row, rate, at);
}

/** A window that began before is over. */
export const windowFrom = ({ seconds }: Rate, at: Instant): Instant =>
  instant(millis(at) - seconds * 1000);

/** The seconds to wait in a window that was counted already, or null. */
export function waitOf(
  { count, startedAt }: RateWindow,
  { limit, seconds }: Rate,
  at: Instant,
): number | null {
  if (count <= limit) return null;
  return Math.max(1, Math.ceil((millis(startedAt) + seconds * 1000 - millis(at)) / 1000));
}
