import { expect, it } from "vitest";
import { highLot, keyedWrong, type PastUnit, pastUnits, shiftStart } from "./schedule.ts";

const anchor = shiftStart("2026-03-02T15:00:00.000Z");
const units = pastUnits(anchor);
const diameter = ({ measured }: PastUnit): number => Number(measured["040.1/A"]);
const isHigh = ({ lots }: PastUnit): boolean => lots["4471-2213-3"] === highLot;
const isLate = ({ week, shift }: PastUnit): boolean => week >= 9 && shift === 2;

function shapeOf(of: readonly PastUnit[]) {
  const values = of.map(diameter);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sigma: Math.sqrt(squares / (values.length - 1)) };
}

it("looks back from 06:00 of the plant's day, at whatever hour of it", () => {
  expect(anchor).toBe("2026-03-02T12:00:00.000Z");
  expect(shiftStart("2026-03-02T06:00:00.000Z")).toBe(anchor);
  expect(shiftStart("2026-03-03T05:59:59.999Z")).toBe(anchor);
  expect(shiftStart("2026-03-03T06:00:00.000Z")).not.toBe(anchor);
  // The day on which summer time begins.
  expect(shiftStart("2026-03-08T07:00:00.000Z")).toBe("2026-03-08T11:00:00.000Z");
});

it("spreads KC-1 as the demo's page says: the usual, the second shift from week 9, and the high lot", () => {
  const usual = shapeOf(units.filter((of) => !isHigh(of) && !isLate(of)));
  expect(usual.mean).toBeCloseTo(19.0665, 4);
  expect(usual.sigma).toBeCloseTo(0.0043, 3);
  const late = shapeOf(units.filter((of) => !isHigh(of) && isLate(of)));
  expect(late.mean - usual.mean).toBeCloseTo(0.009, 4);
  const high = units.filter(isHigh);
  expect(shapeOf(high).mean).toBeCloseTo(19.0805, 3);
  expect(high.map(({ unit }) => unit.slice(-4)).join()).toBe("0113,0114,0115,0116,0117");
  expect(Math.min(...high.map(({ week }) => week))).toBe(11);
  const rejected = units.filter((of) => diameter(of) > 19.083);
  expect(rejected.map(({ shift }) => shift)).toEqual([2, 1, 2]);
  const days = (of: PastUnit) => (Date.parse(anchor) - Date.parse(of.releasedAt)) / 86_400_000;
  expect(Math.max(...rejected.map(days))).toBeLessThan(14);
  expect(units.filter((of) => of.unit === keyedWrong).map(diameter)).toEqual([19.058]);
});

it("builds FSB-0073 to FSB-0120 in twelve weeks, revision 02 up to line 031 and 03 from there", () => {
  expect(units.map(({ unit }) => Number(unit.slice(-4)))).toEqual(
    Array.from({ length: 48 }, (_, index) => 73 + index),
  );
  const on02 = units.filter(({ instruction }) => instruction.endsWith("rev-02"));
  expect(on02.at(-1)?.unit).toBe("FSB-0090");
  const times = units.map(({ releasedAt }) => releasedAt);
  expect(times).toEqual([...times].sort());
  expect((Date.parse(anchor) - Date.parse(times[0] ?? "")) / 86_400_000).toBeCloseTo(84, 0);
});
