import { add, compare, DECIMAL, decimals, subtract } from "#lib/kit/decimal";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import type { Facts } from "./facts.schema.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import type { RecordedEvent, TravelerEvent } from "./schema.ts";
import type { StepState, TravelerState } from "./state.schema.ts";

export const isLot = ({ unit }: TravelerState): boolean =>
  unit.lot !== null && unit.serial === null;

const sum = (of: readonly { quantity: string }[]): string =>
  of.reduce((total, { quantity }) => add(total, quantity), "0");

/** What was started here and what was merged in. */
export const startedIn = (state: TravelerState): string =>
  add(state.unit.quantity, sum(state.merges));

/** What is still here: what left with a split is not. */
export const leftIn = (state: TravelerState): string =>
  subtract(startedIn(state), sum(state.splits));

const openLot = (state: TravelerState): Result<true, Refusal> => {
  if (!isLot(state)) return refuse("not_a_lot", { unit: state.unit.serial ?? "" });
  const { status } = state;
  return status === "complete" || status === "accepted"
    ? refuse("traveler_not_open", { status })
    : ok(true);
};

/** Possible at any step and on hold, because what is doubtful is taken apart from what is not (rule 15). */
export function splitTraveler({ state, facts, body }: Case<"splitTraveler">): Ruling {
  const lot = openLot(state);
  if (!lot.ok) return lot;
  const isTaken =
    body.child === state.id ||
    state.splits.some(({ child }) => child === body.child) ||
    facts.others.some((other) => other.state.id === body.child);
  if (isTaken) return refuse("id_already_used");
  const running = state.reworks.find(({ status }) => status === "in_work");
  if (running) return refuse("rework_in_work", { label: running.label });
  const left = leftIn(state);
  const isFitting = compare(body.quantity, "0") > 0 && compare(body.quantity, left) < 0;
  if (!isFitting) return refuse("split_quantity", { quantity: body.quantity, of: left });
  const split = {
    child: body.child,
    lot: `${state.unit.lot}-${state.splits.length + 1}`,
    quantity: body.quantity,
    reason: textHash(body.reason),
  };
  return rule([{ type: "traveler.split", body: split }], [body.reason]);
}

type Split = Extract<TravelerEvent, { type: "traveler.split" }>;

/** The first entry of the lot that a split makes: its history is its parent's up to the split's own entry. */
export const splitOffOf = (
  parent: { traveler: string; seq: number; head: string },
  { body }: Split,
): TravelerEvent => ({
  type: "traveler.split_off",
  body: { traveler: body.child, from: parent, lot: body.lot, quantity: body.quantity },
});

const standing = (steps: TravelerState["steps"]): string =>
  JSON.stringify(
    Object.values(steps)
      .map(({ step, status, attempt, deferredTo }: StepState) => [
        step,
        status,
        attempt,
        deferredTo,
      ])
      .sort(),
  );

/** Why two lots can't become one; null: they can. Same part, same revision, and equally far. */
function differs(
  target: TravelerState,
  other: TravelerState,
): "part" | "revision" | "progress" | "hold" | "defect" | "closed" | null {
  const isOpen = (["released", "in_work", "on_hold"] as const).some((of) => of === other.status);
  if (!isOpen || !isLot(other)) return "closed";
  if (other.part.number !== target.part.number || other.part.revision !== target.part.revision) {
    return "part";
  }
  if (other.revision.contentSha256 !== target.revision.contentSha256) return "revision";
  if (other.holds.some(({ released }) => !released)) return "hold";
  if (other.defects.some(({ status }) => status === "open")) return "defect";
  return standing(other.steps) === standing(target.steps) ? null : "progress";
}

/** The target takes the others' pieces over; where each came from stays told. */
export function mergeTravelers({ state, facts, body }: Case<"mergeTravelers">): Ruling {
  const lot = openLot(state);
  if (!lot.ok) return lot;
  const hold = state.holds.find(({ released }) => !released);
  if (hold) return refuse("on_hold", { reason: hold.reason, owner: hold.owner, scope: "traveler" });
  const found: Facts["others"][number][] = [];
  for (const id of body.from) {
    const other = facts.others.find((one) => one.state.id === id);
    const isTwice = found.some((one) => one.state.id === id);
    if (!other || isTwice || id === state.id) return refuse("merge_unknown");
    const why = differs(state, other.state);
    if (why) return refuse("merge_differs", { lot: other.state.unit.lot ?? "", why });
    found.push(other);
  }
  if (found.length === 0) return refuse("merge_unknown");
  const from = found.map(({ state: of, head }) => ({
    traveler: of.id,
    seq: of.seq,
    head,
    quantity: leftIn(of),
  }));
  const merged = { from, reason: textHash(body.reason) };
  return rule([{ type: "traveler.merged", body: merged }], [body.reason]);
}

type Merged = Extract<TravelerEvent, { type: "traveler.merged" }>;

/** How each of the merged lots ends in its own record. */
export const mergedIntoOf = (target: string, { body }: Merged): TravelerEvent => ({
  type: "traveler.merged_into",
  body: { into: target, reason: body.reason },
});

/** Scrap that a disposition has decided for pieces of this lot. */
export const scrapDecided = (state: TravelerState): string =>
  sum(
    state.defects
      .filter(({ status }) => status !== "withdrawn")
      .flatMap(({ dispositions }) => dispositions)
      .filter(({ decision }) => decision === "scrap"),
  );

/** Every piece that was started is accepted, scrapped or gone elsewhere; none is counted twice. */
export function accountQuantity({ state, body }: Case<"accountQuantity">): Ruling {
  const lot = openLot(state);
  if (!lot.ok) return lot;
  const { accepted, scrapped, transferredOut } = body;
  if ([accepted, scrapped, transferredOut].some((of) => compare(of, "0") < 0)) {
    return refuse("value_not_readable", { value: "-" });
  }
  const started = startedIn(state);
  const gone = sum(state.splits);
  if (compare(transferredOut, gone) !== 0) {
    return refuse("quantity_transferred", { transferred: transferredOut, of: gone });
  }
  const total = add(add(accepted, scrapped), transferredOut);
  if (compare(total, started) !== 0) {
    return refuse("quantity_does_not_balance", { started, sum: total });
  }
  const decided = scrapDecided(state);
  if (compare(scrapped, decided) !== 0) {
    return refuse("scrap_not_decided", { scrapped, decided });
  }
  return rule([{ type: "quantity.accounted", body }]);
}

/** Later serialisation: the pieces get their numbers, and nothing that was recorded before is rewritten. */
export function assignSerials({ state, body }: Case<"assignSerials">): Ruling {
  if (!isLot(state)) return refuse("not_a_lot", { unit: state.unit.serial ?? "" });
  if (state.serials.length > 0) return refuse("serials_assigned_already");
  const left = state.quantities?.accepted ?? leftIn(state);
  const isCountable = DECIMAL.test(left) && decimals(left) === 0;
  const isUnique = new Set(body.serials).size === body.serials.length;
  if (!isCountable || !isUnique || compare(String(body.serials.length), left) !== 0) {
    return refuse("serials_count", { count: String(new Set(body.serials).size), of: left });
  }
  return rule([{ type: "traveler.serials_assigned", body }]);
}

/**
 * A lot's balance is part of its completion. One that nothing left or joined and of which nothing is scrapped
 * balances by itself: what was started is what is there.
 */
export const isAccounted = (state: TravelerState): boolean =>
  !isLot(state) ||
  state.quantities !== null ||
  (state.splits.length + state.merges.length === 0 && compare(scrapDecided(state), "0") === 0);

/** What the fold of a traveler begins with: nothing, or for a lot that was split off its parent's history. */
export const originOf = (
  first: RecordedEvent | undefined,
): { traveler: string; seq: number; head: string } | null =>
  first?.type === "traveler.split_off" ? first.body.from : null;
