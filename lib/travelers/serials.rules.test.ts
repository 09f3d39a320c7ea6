import { expect, test } from "vitest";
import { numbersFrom, numbersIn } from "./serials.rules.ts";

test("numbers go on from the first, as wide as it is", () => {
  expect(numbersFrom("BSH-098", 3)).toEqual(["BSH-098", "BSH-099", "BSH-100"]);
  expect(numbersFrom("7", 2)).toEqual(["7", "8"]);
  expect(numbersFrom("A9Z", 2)).toBeNull();
  expect(numbersFrom("", 2)).toBeNull();
});

test("a number that is typed twice stays twice, so that somebody is told", () => {
  expect(numbersIn(" A-1, A-2;\nA-2  ")).toEqual(["A-1", "A-2", "A-2"]);
});
