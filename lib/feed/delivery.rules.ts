import { type Instant, instant, millis } from "#lib/kit/time";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";

export type DeliveryState =
  | "pending"
  | "gated"
  | "sending"
  | "outcome_unknown"
  | "delivered"
  | "verified"
  | "tracking"
  | "closed"
  | "parked"
  | "dead"
  | "cancelled"
  | "superseded";

/** What is done in the other system; `publish`: an event is sent to whoever listens, and no record of theirs is made. */
export type DeliveryOperation = "create" | "update" | "attach" | "publish";

/** What a delivery's next state depends on. */
export type Standing = {
  state: DeliveryState;
  operation: DeliveryOperation;
  attempts: number;
  lookups: number;
  /** Null unless it was sent to see whether the system answers again: how long it has waited by then. */
  probedAfterMs?: number | null;
};

/** What came of one act, however it was found out. */
export type Outcome =
  /** It is there: made now, or found by our key. */
  | { kind: "there"; how: "made" | "found" }
  /** Read back, and what it says is what we sent. */
  | { kind: "confirmed" }
  /** Read back, and these members are missing or different. */
  | { kind: "mismatch"; members: readonly string[] }
  /** It was kept there otherwise than it was sent: it goes there once more. */
  | { kind: "spoiled"; reason: string }
  /** Looked for by our key and not found. */
  | { kind: "not_there" }
  /** Certainly not done: never left us, or the system says so. */
  | { kind: "not_done"; reason: string }
  /** May be done or not: timeout, reset, 5xx, an answer that can't be read, a worker that died. */
  | { kind: "unknown"; reason: string }
  | { kind: "rejected"; reason: string }
  /** Codes that no crosswalk maps. `fails`: their list says not to wait for it. */
  | { kind: "unmapped"; reason: string; fails: boolean }
  /** What it is about has no serial number yet, and the other system can't do without. */
  | { kind: "unnumbered"; lot: string }
  | { kind: "unauthorized"; reason: string }
  | { kind: "rate_limited"; waitMs: number }
  /** The photo's bytes have not come from the tablet yet. */
  | { kind: "waiting"; reason: string; waitMs: number };

export type Change = {
  state: DeliveryState;
  attempts: number;
  lookups: number;
  nextAt: Instant;
  lastResult: string;
  /** What it means for everything else that goes to this system. */
  connector: { pausedUntil: Instant } | { paused: string } | null;
};

/** Of a system that keeps records: how a doubt is cleared. Who hears events needs none of it. */
type Policy = Pick<RestConnectorConfig, "retry"> &
  Partial<Pick<RestConnectorConfig, "dedupe" | "settlingMs" | "lookupsMax">>;

/** How it is noted that a message waits for the serial numbers of a lot's pieces. */
export const noSerialsYet = "no serial numbers yet: ";
/** … and that it goes on because they have them. */
export const serialsByNow = "its pieces have their serial numbers by now";

/** The delivery's next state. `jitter` in [0, 1) spreads retries. */
export function afterOutcome(
  standing: Standing,
  outcome: Outcome,
  policy: Policy,
  now: Instant,
  jitter: number,
): Change {
  const stay = { attempts: standing.attempts, lookups: standing.lookups, connector: null };
  const later = (ms: number): Instant => instant(millis(now) + ms);
  switch (outcome.kind) {
    case "there":
      // An NCR is read back before it counts; a comment or photo was confirmed by its own answer or look-up.
      return {
        ...stay,
        state: standing.operation === "create" ? "delivered" : "verified",
        nextAt: now,
        lastResult: outcome.how,
      };
    case "confirmed":
      return { ...stay, state: "tracking", nextAt: now, lastResult: "confirmed" };
    case "mismatch":
      return {
        ...stay,
        state: "parked",
        nextAt: now,
        lastResult: `differs in the QMS: ${outcome.members.join(", ")}`,
      };
    case "not_there":
      return afterNotThere(standing, policy, now, jitter);
    case "spoiled":
      return again({ ...standing, probedAfterMs: null }, outcome.reason, policy, now, jitter);
    case "not_done":
      return again(standing, outcome.reason, policy, now, jitter);
    case "unknown":
      return afterUnknown(standing, outcome.reason, policy, now, jitter);
    case "rejected":
      return { ...stay, state: "parked", nextAt: now, lastResult: `rejected: ${outcome.reason}` };
    case "unmapped":
      // Goes on by itself once they are mapped; no attempt is spent, nothing has left.
      return {
        ...stay,
        state: outcome.fails ? "dead" : "parked",
        nextAt: now,
        lastResult: `${outcome.fails ? "not mapped, not waited for" : "not mapped"}: ${outcome.reason}`,
      };
    case "unnumbered":
      // Goes on by itself once the pieces have their numbers; no attempt is spent, nothing has left.
      return { ...stay, state: "parked", nextAt: now, lastResult: `${noSerialsYet}${outcome.lot}` };
    case "unauthorized":
      // Not this delivery's fault: it keeps its attempts and waits with all the others.
      return {
        ...stay,
        state: restingState(standing),
        nextAt: now,
        lastResult: outcome.reason,
        connector: { paused: outcome.reason },
      };
    case "rate_limited":
      return {
        ...stay,
        state: restingState(standing),
        nextAt: later(outcome.waitMs),
        lastResult: "asked to wait",
        connector: { pausedUntil: later(outcome.waitMs) },
      };
    case "waiting":
      return {
        ...stay,
        state: restingState(standing),
        nextAt: later(outcome.waitMs),
        lastResult: outcome.reason,
      };
  }
}

/** Where a delivery waits that was not tried: a doubt stays a doubt, what is there stays there. */
const restingState = ({ state }: Standing): DeliveryState =>
  state === "outcome_unknown" || state === "delivered" ? state : "pending";

/**
 * After a lost answer the record is looked for before anything is sent again, and not before the
 * settling time: an index that lags would say "not there" of a record that is.
 */
function afterUnknown(
  standing: Standing,
  reason: string,
  policy: Policy,
  now: Instant,
  jitter: number,
): Change {
  const connector = null;
  // An event is simply sent again: its receiver knows a repeat by source and id.
  if (standing.operation === "publish" || standing.state !== "sending")
    return again(standing, reason, policy, now, jitter);
  // What was added is seen in its record, which is known; only a record itself has to be found.
  if (policy.dedupe === "none" && standing.operation === "create") {
    return {
      state: "parked",
      attempts: standing.attempts + 1,
      lookups: 0,
      nextAt: now,
      lastResult: `outcome unknown, no way to look it up: ${reason}`,
      connector,
    };
  }
  const nextAt = instant(millis(now) + (policy.settlingMs ?? 0));
  return {
    state: "outcome_unknown",
    attempts: standing.attempts,
    lookups: 0,
    nextAt,
    lastResult: reason,
    connector,
  };
}

function afterNotThere(standing: Standing, policy: Policy, now: Instant, jitter: number): Change {
  const lookups = standing.lookups + 1;
  if (lookups < (policy.lookupsMax ?? 0)) {
    const nextAt = instant(millis(now) + (policy.settlingMs ?? 0));
    return {
      state: "outcome_unknown",
      attempts: standing.attempts,
      lookups,
      nextAt,
      lastResult: "not found yet",
      connector: null,
    };
  }
  return again(
    { ...standing, state: "sending" },
    "not there, to be sent again",
    policy,
    now,
    jitter,
  );
}

/**
 * One attempt is spent. What is in doubt goes on being looked for; what is not there is sent again. While the system
 * answers nobody a try says nothing of the message: it spends none, for as long as its attempts might have taken, and
 * when the system is back it is due at once.
 */
function again(
  standing: Standing,
  reason: string,
  policy: Policy,
  now: Instant,
  jitter: number,
): Change {
  const { probedAfterMs = null } = standing;
  if (probedAfterMs !== null && probedAfterMs < retrySpanMs(policy.retry)) {
    const { attempts } = standing;
    const waits = { attempts, lookups: 0, lastResult: reason, connector: null };
    return { ...waits, state: restingState(standing), nextAt: now };
  }
  const attempts = standing.attempts + 1;
  const spent = { attempts, lookups: 0, lastResult: reason, connector: null };
  if (attempts >= policy.retry.attemptsMax) return { ...spent, state: "dead", nextAt: now };
  const nextAt = instant(millis(now) + retryDelayMs(attempts, policy.retry, jitter));
  return { ...spent, state: restingState(standing), nextAt };
}

/** Exponential with full jitter: a QMS that comes back is not met by every delivery at once. */
export function retryDelayMs(attempts: number, retry: Policy["retry"], jitter: number): number {
  const ceiling = Math.min(retry.capMs, retry.baseMs * retry.factor ** (attempts - 1));
  return Math.round(ceiling * jitter);
}

/** The longest that all attempts of a message can take. */
export const retrySpanMs = (retry: Policy["retry"]): number =>
  Array.from({ length: retry.attemptsMax - 1 }, (_, at) => retryDelayMs(at + 1, retry, 1)).reduce(
    (sum, ms) => sum + ms,
    0,
  );

/** Is `version` later than `than`? Numbers by size, everything else (times in ISO form) as text. */
export function isLater(version: string, than: string | null): boolean {
  if (than === null) return true;
  const number = /^\d+$/;
  if (number.test(version) && number.test(than)) return BigInt(version) > BigInt(than);
  return version > than;
}

/** Its number is another record's by now, as after a restore of their database (failure 11). */
export const isAnothers = (own: string | null, shown: string | null): boolean =>
  own !== null && shown !== null && own !== shown;

/** Members that are missing or different in what was read back. */
export function differences(
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(expected).filter(
    (member) => JSON.stringify(expected[member]) !== JSON.stringify(actual[member]),
  );
}
