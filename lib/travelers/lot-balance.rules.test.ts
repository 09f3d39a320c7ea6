import { expect, test } from "vitest";
import { completed } from "./bench/stage.ts";
import { lotBalance } from "./lot-balance.rules.ts";
import type { TravelerState } from "./state.schema.ts";

const { state } = completed();
const lot = (more: Partial<TravelerState> = {}): TravelerState => ({
  ...state,
  unit: { serial: null, lot: "L-1", quantity: "50" },
  ...more,
});
const gone = { accepted: "45", scrapped: "2", transferredOut: "3" };
const split = { child: "c", lot: "L-1A", quantity: "3", at: "" };
const merged = { traveler: "m", seq: 9, head: "", quantity: "5", at: "" };

test("a single unit has no balance", () => {
  expect(lotBalance(state)).toBeNull();
});

test("before anything is accounted for, all pieces are open", () => {
  expect(lotBalance(lot())).toMatchObject({ started: "50", open: "50", isAccounted: false });
});

test("started and merged less what was split off is what has to be accounted for", () => {
  expect(lotBalance(lot({ splits: [split] }))?.open).toBe("47");
  expect(lotBalance(lot({ quantities: gone, splits: [split] }))?.open).toBe("0");
  expect(lotBalance(lot({ quantities: gone, splits: [split], merges: [merged] }))?.open).toBe("5");
});

test("more accounted for than there is shows as less than nothing", () => {
  const more = { ...gone, scrapped: "4" };
  expect(lotBalance(lot({ quantities: more, splits: [split] }))?.open).toBe("-2");
});
