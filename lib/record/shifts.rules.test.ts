import { expect, it } from "vitest";
import { shiftAt } from "./shifts.rules.ts";
import type { ShiftCalendar } from "./shifts.schema.ts";

const calendar: ShiftCalendar = [
  { validFrom: "2026-01-01", shifts: [{ code: "1", from: "06:00", to: "14:00" }] },
  {
    validFrom: "2026-03-01",
    shifts: [
      { code: "1", from: "06:00", to: "14:00" },
      { code: "2", from: "14:00", to: "22:00" },
      { code: "3", from: "22:00", to: "06:00" },
    ],
  },
];
const zone = "America/Chicago";

it("names a shift by plant time and not by the server's", () => {
  expect(shiftAt(calendar, zone, "2026-03-02T12:00:00.000Z")).toBe("2026-03-02/1");
  expect(shiftAt(calendar, zone, "2026-03-02T20:00:00.000Z")).toBe("2026-03-02/2");
});

it("keeps the date on which a night shift began", () => {
  expect(shiftAt(calendar, zone, "2026-03-03T05:00:00.000Z")).toBe("2026-03-02/3");
  expect(shiftAt(calendar, zone, "2026-03-03T11:59:59.999Z")).toBe("2026-03-02/3");
  expect(shiftAt(calendar, zone, "2026-03-03T12:00:00.000Z")).toBe("2026-03-03/1");
});

it("asks the calendar that was valid on the day, and knows times without a shift", () => {
  expect(shiftAt(calendar, zone, "2026-02-10T21:00:00.000Z")).toBeNull();
  expect(shiftAt(calendar, zone, "2025-12-10T14:00:00.000Z")).toBeNull();
});
