import { add, compare, type Decimal, subtract } from "#lib/kit/decimal";
import type { TravelerState } from "./state.schema.ts";

const sum = (quantities: readonly Decimal[]): Decimal =>
  quantities.reduce((total, quantity) => add(total, quantity), "0");

export const isLot = ({ unit }: Pick<TravelerState, "unit">): boolean => unit.lot !== null;

/** Where the pieces are. `started` and what came is what is to be accounted for. */
export type LotBalance = {
  started: Decimal;
  merged: readonly { traveler: string; lot: string; quantity: Decimal }[];
  split: readonly { child: string; lot: string; quantity: Decimal }[];
  transferredOut: Decimal;
  scrapped: Decimal;
  /** Neither gone nor scrapped: what is worked on here. */
  remaining: Decimal;
  onHold: Decimal;
  /** Of the pieces that are here, those that were put right after a defect. */
  reworked: Decimal;
  /** Counted good by a person, and nothing has changed since; null: to be counted. */
  accepted: Decimal | null;
};

/** Computed from what happened, never typed: whoever counts is held to it (rule 15). */
export function balanceOf(state: TravelerState): LotBalance {
  const started = state.unit.quantity;
  const came = add(started, sum(state.merges.map(({ quantity }) => quantity)));
  const split = sum(state.splits.map(({ quantity }) => quantity));
  const partly = sum(state.scraps.map(({ quantity }) => quantity));
  const left = subtract(subtract(came, split), partly);
  const isScrapped = state.status === "scrapped";
  const isMerged = state.mergedInto !== null;
  const remaining = isScrapped || isMerged ? "0" : left;
  const isHeld = state.holds.some(({ scope, released }) => scope.kind === "traveler" && !released);
  const computed = {
    scrapped: isScrapped ? add(partly, left) : partly,
    transferredOut: isMerged ? add(split, left) : split,
  };
  return {
    started,
    merged: state.merges.map(({ traveler, lot, quantity }) => ({ traveler, lot, quantity })),
    split: state.splits.map(({ child, lot, quantity }) => ({ child, lot, quantity })),
    ...computed,
    remaining,
    onHold: isHeld ? remaining : "0",
    reworked: remaining === "0" ? "0" : reworkedIn(state),
    accepted: acceptedOf(state, { ...computed, accepted: remaining }),
  };
}

/** As the dispositions say it, once the rework is done. What left with its pieces is counted where they are. */
function reworkedIn({ defects, reworks }: TravelerState): Decimal {
  const isDone = (defect: string) => {
    const own = reworks.filter((rework) => rework.defect === defect);
    return own.length > 0 && own.every(({ status }) => status === "complete");
  };
  const done = defects.filter(({ id, status }) => status !== "transferred" && isDone(id));
  return sum(
    done.flatMap(({ dispositions }) =>
      dispositions.filter(({ decision }) => decision === "rework").map(({ quantity }) => quantity),
    ),
  );
}

function acceptedOf(
  { quantities }: TravelerState,
  computed: NonNullable<TravelerState["quantities"]>,
): Decimal | null {
  if (quantities === null) return null;
  const parts = ["accepted", "scrapped", "transferredOut"] as const;
  const isSame = parts.every((part) => compare(quantities[part], computed[part]) === 0);
  return isSame ? quantities.accepted : null;
}

/** Null: a single unit has no balance. */
export const lotBalance = (state: TravelerState): LotBalance | null =>
  isLot(state) ? balanceOf(state) : null;

/** The pieces that are worked on here. */
export const remainingOf = (state: TravelerState): Decimal => balanceOf(state).remaining;

/** Of one defect, so many were scrapped, identified and segregated, while the lot went on. */
export const scrappedOf = (state: TravelerState, defect: string): Decimal =>
  sum(state.scraps.filter((scrap) => scrap.defect === defect).map(({ quantity }) => quantity));
