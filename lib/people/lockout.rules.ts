import { type Instant, plusMinutes } from "#lib/kit/time";

export type Failures = { count: number; lockedUntil: Instant | null; at: Instant };

/** Whose wrong attempts are counted: one person at one tablet, or everybody at one tablet. */
export type Counted = "person_at_tablet" | "tablet";

/** What a plant may set, within bounds. */
export type LockoutPolicy = {
  /** A tablet serves a whole shift, so it takes more to lock it. */
  attempts: Readonly<Record<Counted, number>>;
  /** Longer with each lock and never for good: a prankster must not keep somebody out. */
  lockMinutes: readonly number[];
};
const forgottenAfterMinutes = 30;

export const isLocked = (failures: Failures | null, at: Instant): boolean =>
  failures?.lockedUntil != null && failures.lockedUntil > at;

/**
 * Counts an attempt before it is checked, so that attempts sent at once can't all pass under the
 * limit; a right one clears the count of its person afterwards.
 */
export function countAttempt(
  before: Failures | null,
  at: Instant,
  counted: Counted,
  { attempts, lockMinutes }: LockoutPolicy,
): Failures {
  const isForgotten =
    before === null || plusMinutes(forgettableFrom(before), forgottenAfterMinutes) < at;
  const count = isForgotten ? 1 : before.count + 1;
  const per = attempts[counted];
  const step = Math.min(Math.floor(count / per), lockMinutes.length) - 1;
  const minutes = count % per === 0 ? lockMinutes[step] : undefined;
  return { count, at, lockedUntil: minutes === undefined ? null : plusMinutes(at, minutes) };
}

/** A wait counts as well: whoever sat out a long one is not new to the counter. */
const forgettableFrom = ({ at, lockedUntil }: Failures): Instant =>
  lockedUntil !== null && lockedUntil > at ? lockedUntil : at;
