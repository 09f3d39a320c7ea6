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
  // What was split off is transferred out: counted once, by hand or, before anybody has counted, here.
  const split = state.splits.reduce((sum, of) => add(sum, of.quantity), "0");
  const gone = state.quantities ? [accepted, scrapped, transferredOut] : [split];
  return {
    started: state.unit.quantity,
    merged: state.merges.map(({ traveler, quantity }) => ({ traveler, quantity })),
    split: state.splits.map(({ child, lot, quantity }) => ({ child, lot, quantity })),
    accepted,
    scrapped,
    transferredOut,
    open: gone.reduce(subtract, came),
    isAccounted: state.quantities !== null,
  };
}
