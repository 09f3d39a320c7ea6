import { expect, test } from "vitest";
import { barsOf } from "./bars.ts";

const heights = (values: number[]) =>
  barsOf(
    values.map((value) => ({ label: "", value })),
    40,
  ).bars.map(({ height }) => height);

test("the highest fills the frame, the others stand in proportion", () => {
  expect(heights([10, 5, 40])).toEqual([10, 5, 40]);
});

test("one among a thousand can still be seen, and nothing has no height", () => {
  expect(heights([1, 0, 1000])).toEqual([1.5, 0, 40]);
  expect(heights([0, 0])).toEqual([0, 0]);
  expect(barsOf([], 40)).toEqual({ bars: [], most: 0 });
});
