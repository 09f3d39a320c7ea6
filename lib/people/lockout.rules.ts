import { type Instant, plusMinutes } from "#lib/kit/time";

export type Failures = { count: number; lockedUntil: Instant | null; at: Instant };

/** Whose wrong attempts are counted: one person at one tablet, or everybody at one tablet. */
export type Counted = "person_at_tablet" | "tablet";

/** A tablet serves a whole shift, so it takes more to lock it. */
const attemptsPerLock: Record<Counted, number> = { person_at_tablet: 5, tablet: 15 };
/** Longer with each lock and never for good: a prankster must not keep somebody out. */
const lockMinutes = [1, 5, 15, 30] as const;
const forgottenAfterMinutes = 30;

export const isLocked = (failures: Failures | null, at: Instant): boolean =>
  failures?.lockedUntil != null && failures.lockedUntil > at;

/**
 * Counts an attempt before it is checked, so that attempts sent at once can't all pass under the
 * limit; a right one clears the count of its person afterwards.
 */
export function countAttempt(before: Failures | null, at: Instant, counted: Counted): Failures {
  const isForgotten = before === null || plusMinutes(before.at, forgottenAfterMinutes) < at;
  const count = isForgotten ? 1 : before.count + 1;
  const per = attemptsPerLock[counted];
  const step = Math.min(Math.floor(count / per), lockMinutes.length) - 1;
  const minutes = count % per === 0 ? lockMinutes[step] : undefined;
  return { count, at, lockedUntil: minutes === undefined ? null : plusMinutes(at, minutes) };
}
