import { type DeliveryState, noSerialsYet, serialsByNow } from "#lib/feed/delivery.rules";

/** What a reader of a delivery has to know first: somebody must act, nobody knows, it is on its way, it is there. */
export type Need = "person" | "unknown" | "waiting" | "there" | "over";

const needs: Record<DeliveryState, Need> = {
  parked: "person",
  dead: "person",
  outcome_unknown: "unknown",
  pending: "waiting",
  gated: "waiting",
  sending: "waiting",
  delivered: "there",
  verified: "there",
  tracking: "there",
  closed: "there",
  cancelled: "over",
  superseded: "over",
};
const order: readonly Need[] = ["person", "unknown", "waiting", "there", "over"];

export const needOf = (state: DeliveryState): Need => needs[state];

/** Those that need somebody first; among equals the NCR itself before what is added to it. */
export const byNeed = <T extends { state: DeliveryState; operation: string }>(
  deliveries: readonly T[],
): T[] =>
  deliveries.toSorted(
    (a, b) =>
      order.indexOf(needOf(a.state)) - order.indexOf(needOf(b.state)) ||
      Number(b.operation === "create") - Number(a.operation === "create"),
  );

/** Why it stands where it stands, taken from what the worker noted; `said` is the other system's own words. */
export type Reason = {
  code:
    | "not_tried"
    | "made"
    | "found"
    | "confirmed"
    | "differs"
    | "rejected"
    | "unfit"
    | "not_mapped"
    | "not_waited_for"
    | "mapped_now"
    | "no_serials"
    | "serials_now"
    | "asked_to_wait"
    | "not_found_yet"
    | "sent_again"
    | "no_way_to_look"
    | "linked"
    | "discarded"
    | "other";
  said: string;
};

const plain: Readonly<Record<string, Reason["code"]>> = {
  made: "made",
  found: "found",
  confirmed: "confirmed",
  "linked by hand": "linked",
  discarded: "discarded",
  "its codes are mapped by now": "mapped_now",
  [serialsByNow]: "serials_now",
  "asked to wait": "asked_to_wait",
  "not found yet": "not_found_yet",
  "not there, to be sent again": "sent_again",
};
const prefixed: readonly (readonly [string, Reason["code"]])[] = [
  ["differs in the QMS: ", "differs"],
  ["rejected: mapping: ", "unfit"],
  ["rejected: ", "rejected"],
  ["not mapped: ", "not_mapped"],
  [noSerialsYet, "no_serials"],
  ["not mapped, not waited for: ", "not_waited_for"],
  ["outcome unknown, no way to look it up: ", "no_way_to_look"],
];

export function reasonOf(lastResult: string | null): Reason {
  if (lastResult === null) return { code: "not_tried", said: "" };
  const known = plain[lastResult];
  if (known !== undefined) return { code: known, said: "" };
  const found = prefixed.find(([prefix]) => lastResult.startsWith(prefix));
  return found
    ? { code: found[1], said: lastResult.slice(found[0].length) }
    : { code: "other", said: lastResult };
}
