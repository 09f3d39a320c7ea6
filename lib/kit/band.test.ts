import { describe, expect, test } from "vitest";
import { bandMarks, bandPlace, limitsText, mayBecome } from "./band.ts";

const two = { min: "20.8", max: "23.8" };
const exact = { min: "14", max: "14.0" };

describe("the limit band", () => {
  test("a value at a limit stands on that limit's mark", () => {
    expect(bandPlace("20.8", two)).toBe(bandMarks(two).left);
    expect(bandPlace("23.8", two)).toBe(bandMarks(two).right);
    expect(bandPlace("30", { min: null, max: "30" })).toBe(76);
    expect(bandPlace("10", { min: "10", max: null })).toBe(24);
  });

  test("a value within the limits stands between the marks, one beyond them outside", () => {
    for (const [value, isWithin] of [
      ["21.0", true],
      ["23.7", true],
      ["20.7", false],
      ["23.9", false],
      ["-400", false],
      ["99999", false],
    ] as const) {
      const place = bandPlace(value, two);
      expect(place > 24 && place < 76, value).toBe(isWithin);
      expect(place).toBeGreaterThanOrEqual(2);
      expect(place).toBeLessThanOrEqual(98);
    }
  });

  test("a single accepted value is one mark and not a band, and anything else stands beside it", () => {
    const { left, right, edges } = bandMarks(exact);
    expect(edges).toEqual([50]);
    expect(bandPlace("14", exact)).toBe(50);
    expect(bandPlace("13", exact)).toBeLessThan(left);
    expect(bandPlace("14.001", exact)).toBeGreaterThan(right);
    expect(bandPlace("1", { min: "0", max: "0" })).toBeGreaterThan(right);
  });

  test("a one-sided limit has one mark", () => {
    expect(bandMarks({ min: null, max: "2.5" }).edges).toEqual([76]);
    expect(bandMarks({ min: "4.0", max: null }).edges).toEqual([24]);
  });

  test("the beginning of a value within the limits is not out of limits yet", () => {
    const torque = { min: "24.2", max: "27.2" };
    for (const text of ["", "2", "24", "24.", "24.1", "27", "27.2", "25.99"]) {
      expect(mayBecome(text, torque), text).toBe(text !== "24.1");
    }
    for (const text of ["3", "9", "28", "23.9", "27.3", "272.0"]) {
      expect(mayBecome(text, torque), text).toBe(false);
    }
    expect(mayBecome("31", { min: null, max: "30" })).toBe(false);
    expect(mayBecome("3", { min: "40", max: null })).toBe(true);
    expect(mayBecome("1", { min: "14", max: "14" })).toBe(true);
  });

  test("limits in words name what is accepted, in the reader's decimals", () => {
    expect(limitsText(two)).toBe("20.8 – 23.8");
    expect(limitsText(exact)).toBe("= 14");
    expect(limitsText({ min: null, max: "30" })).toBe("≤ 30");
    expect(limitsText({ min: "10", max: null })).toBe("≥ 10");
    expect(limitsText(two, (value) => value.replace(".", ","))).toBe("20,8 – 23,8");
  });
});
