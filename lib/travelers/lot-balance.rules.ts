import { add, type Decimal, subtract } from "#lib/kit/decimal";
import type { TravelerState } from "./state.schema.ts";

/** Where the pieces of a lot are. What was never accounted for is `open`. */
export type LotBalance = {
  started: Decimal;
  merged: readonly { traveler: string; quantity: Decimal }[];
  split: readonly { child: string; lot: string; quantity: Decimal }[];
  accepted: Decimal;
  scrapped: Decimal;
  transferredOut: Decimal;
  open: Decimal;
  isAccounted: boolean;
};

/** Null: a single unit has no balance. */
export function lotBalance(state: TravelerState): LotBalance | null {
  if (state.unit.serial !== null) return null;
  const none = { accepted: "0", scrapped: "0", transferredOut: "0" };
  const { accepted, scrapped, transferredOut } = state.quantities ?? none;
  const came = state.merges.reduce((sum, of) => add(sum, of.quantity), state.unit.quantity);
  const left = state.splits.reduce((rest, of) => subtract(rest, of.quantity), came);
  const gone = [accepted, scrapped, transferredOut];
  return {
    started: state.unit.quantity,
    merged: state.merges.map(({ traveler, quantity }) => ({ traveler, quantity })),
    split: state.splits.map(({ child, lot, quantity }) => ({ child, lot, quantity })),
    accepted,
    scrapped,
    transferredOut,
    open: gone.reduce(subtract, left),
    isAccounted: state.quantities !== null,
  };
}
