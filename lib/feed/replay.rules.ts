import { err, ok, type Result } from "#lib/kit/result";
import type { DeliveryOperation, DeliveryState } from "./delivery.rules.ts";

/** What happens to a message that is sent again. */
export const replayEffects = [
  /** An event: under its own id, so that its receiver knows it. An addition: unless its record has it. */
  "again",
  /** A record that they have: read by its id, and not made. */
  "looked_at",
  /** Stopped or discarded: from the beginning, with the search for our key. */
  "started",
  /** A record that is gone there: looked for by our key, and made if it is not found. */
  "made_again",
] as const;
export type ReplayEffect = (typeof replayEffects)[number];

/** Why a message is not touched. */
export const replayLeft = [
  "goes_by_itself",
  "others_decide",
  /** Among many it could be made twice: a person looks there first, and then links it or starts that one again. */
  "in_doubt",
  "is_discarded",
  "is_gone",
  "not_needed",
] as const;
export type ReplayLeft = (typeof replayLeft)[number];

/** What the answer depends on. */
export type Replayable = {
  state: DeliveryState;
  operation: DeliveryOperation;
  externalId: string | null;
  /** Its record can't be found there any more. */
  isGone: boolean;
  /** May have been made there, without an answer, and nothing there takes our key. */
  isInDoubt: boolean;
  lastResult: string | null;
  discardAskedBy: string | null;
};

/** What is only sent again when somebody says so by name. */
export type Named = { discarded: boolean; gone: boolean };

export type Replayed =
  | { effect: ReplayEffect; state: DeliveryState; externalId: string | null }
  | { left: ReplayLeft };

/** Ended because two people wanted it so, or with the record that they ended. Everything else is over for good. */
const undone = new Set(["discarded", "its record was never sent"]);

/**
 * What sending a message again means. The key stays what it is and no record is made that is known to be there, so
 * that however often it is asked for, the other system holds each thing once.
 */
export function replayOf(of: Replayable, named: Named): Replayed {
  switch (of.state) {
    case "pending":
    case "gated":
    case "sending":
    case "outcome_unknown":
    case "delivered":
      return { left: "goes_by_itself" };
    case "superseded":
      return { left: "not_needed" };
    case "cancelled":
      if (!undone.has(of.lastResult ?? "")) return { left: "not_needed" };
      if (!named.discarded) return { left: "is_discarded" };
      if (of.isInDoubt) return { left: "in_doubt" };
      return { effect: "started", state: "pending", externalId: null };
    case "parked":
    case "dead":
      if (of.discardAskedBy !== null) return { left: "others_decide" };
      if (of.isInDoubt) return { left: "in_doubt" };
      return of.operation === "create" && of.externalId !== null
        ? ofRecord(of, named, "started")
        : { effect: "started", state: "pending", externalId: null };
    case "verified":
    case "tracking":
    case "closed":
      return of.operation === "create"
        ? ofRecord(of, named, "looked_at")
        : { effect: "again", state: "pending", externalId: null };
  }
}

function ofRecord(
  { isGone, externalId }: Replayable,
  { gone }: Named,
  effect: ReplayEffect,
): Replayed {
  if (!isGone) return { effect, state: "delivered", externalId };
  // Deleted there on purpose, perhaps: nobody makes it again by the way.
  return gone ? { effect: "made_again", state: "pending", externalId: null } : { left: "is_gone" };
}

export type ReplayRefusal = {
  code: "connector_unknown" | "replay_range_empty" | "replay_nothing";
  params: Readonly<Record<string, string>>;
};

/** From the first moment of one minute to the first of another. */
export const rangeOf = <T extends { from: string; to: string }>(
  range: T,
): Result<T, ReplayRefusal> =>
  range.from < range.to ? ok(range) : err({ code: "replay_range_empty", params: {} });
