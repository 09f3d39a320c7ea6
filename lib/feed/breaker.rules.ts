import { type Instant, instant, millis } from "#lib/kit/time";
import type { Outcome } from "./delivery.rules.ts";

/** How long a system that doesn't answer is left alone. */
export type BreakerPolicy = {
  /** So many unanswered tries one after the other open the circuit. */
  failuresMax: number;
  baseMs: number;
  capMs: number;
};

export const breakerPolicy: BreakerPolicy = { failuresMax: 5, baseMs: 5_000, capMs: 5 * 60_000 };

export type Breaker = {
  /** Unanswered tries in a row. */
  failures: number;
  /** Nothing is sent before; after it one message tries (half open), and the others follow when it arrives. */
  openUntil: Instant | null;
};

/**
 * A refusal is an answer: the system is there. What never left, was cut off or ended in a 5xx is none, and
 * neither is that the bytes of a photo have not come from the tablet yet.
 */
export const isAnswer = ({ kind }: Pick<Outcome, "kind">): boolean =>
  kind !== "unknown" && kind !== "not_done" && kind !== "waiting";

/**
 * The circuit after one try: each failure beyond the limit doubles the pause, up to the cap, and `jitter`
 * in [0, 1) takes up to half of it away, so that many workers don't come back at once. One answer closes it.
 */
export function afterTry(
  breaker: Pick<Breaker, "failures">,
  outcome: Pick<Outcome, "kind">,
  policy: BreakerPolicy,
  now: Instant,
  jitter: number,
): Breaker {
  // Nothing was tried.
  if (outcome.kind === "waiting") return { failures: breaker.failures, openUntil: null };
  if (isAnswer(outcome)) return { failures: 0, openUntil: null };
  const failures = breaker.failures + 1;
  const over = failures - policy.failuresMax;
  if (over < 0) return { failures, openUntil: null };
  const pauseMs = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(over, 30));
  return { failures, openUntil: instant(millis(now) + Math.round(pauseMs * (1 - jitter / 2))) };
}
