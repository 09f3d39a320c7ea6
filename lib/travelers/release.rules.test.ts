import { expect, test } from "vitest";
import { notAUnit, unitsIn } from "./release.rules.ts";

test("takes serial numbers as people type and paste them, each once", () => {
  expect(unitsIn(" FSB-1\r\nFSB-2, FSB-3;FSB-4\tFSB-1 \n\n")).toEqual([
    "FSB-1",
    "FSB-2",
    "FSB-3",
    "FSB-4",
  ]);
  expect(unitsIn(" \n ,; ")).toEqual([]);
});

test("names the first that no label could carry", () => {
  expect(notAUnit(["FSB-0001", "A/1.b_2#3+4", "x".repeat(60)])).toBeNull();
  for (const odd of ["-FSB", "FSB~1", "FLÜGEL", "x".repeat(61), "<b>", "FSB\u0000", "“FSB”"]) {
    expect(notAUnit(["FSB-1", odd]), odd).toBe(odd);
  }
});
