import { expect, test } from "vitest";
import { completed } from "./bench/stage.ts";
import { balanceOf, lotBalance } from "./lot-balance.rules.ts";
import type { TravelerState } from "./state.schema.ts";

const { state } = completed();
const lot = (more: Partial<TravelerState> = {}): TravelerState => ({
  ...state,
  unit: { serial: null, lot: "L-1", quantity: "50" },
  ...more,
});
const split = { child: "c", lot: "L-1-1", quantity: "3", at: "" };
const merged = { traveler: "m", seq: 9, head: "", lot: "L-1-2", quantity: "5", at: "" };
const scrap = {
  defect: "d",
  quantity: "2",
  identification: "",
  segregation: "",
  person: "",
  at: "",
};

test("a single unit has no balance", () => {
  expect(lotBalance(state)).toBeNull();
});

test("what came less what went and what was scrapped is what is here", () => {
  expect(balanceOf(lot()).remaining).toBe("50");
  const more = { splits: [split], merges: [merged], scraps: [scrap] };
  expect(balanceOf(lot(more))).toMatchObject({
    started: "50",
    transferredOut: "3",
    scrapped: "2",
    remaining: "50",
  });
});

test("a count holds only until pieces leave, come or are scrapped", () => {
  const quantities = { accepted: "47", scrapped: "0", transferredOut: "3" };
  const counted = { quantities, splits: [split] };
  expect(balanceOf(lot(counted)).accepted).toBe("47");
  expect(balanceOf(lot({ quantities })).accepted).toBeNull();
  expect(balanceOf(lot({ ...counted, merges: [merged] })).accepted).toBeNull();
  expect(balanceOf(lot({ ...counted, scraps: [scrap] })).accepted).toBeNull();
});

test("of a lot that was scrapped or merged into another nothing is here any more", () => {
  const scrapped = balanceOf(lot({ status: "scrapped", splits: [split] }));
  expect(scrapped).toMatchObject({ remaining: "0", scrapped: "47", transferredOut: "3" });
  const gone = balanceOf(lot({ status: "cancelled", mergedInto: "m", scraps: [scrap] }));
  expect(gone).toMatchObject({ remaining: "0", scrapped: "2", transferredOut: "48" });
});
