import { expect, test } from "vitest";
import { decimalIn, isMoment, momentIn } from "./locales.ts";

test("a day is the same day in every zone, an instant is the time on the site's clock", () => {
  expect(momentIn("2026-11-21", "en", "America/Chicago")).toBe("Nov 21, 2026");
  expect(momentIn("2026-11-21", "es", "Asia/Kathmandu")).toBe("21 nov 2026");
  expect(momentIn("2026-11-21T02:30:00.000Z", "en", "America/Chicago")).toBe("Nov 20, 2026, 20:30");
});

test("only what the record writes as a moment is taken for one", () => {
  expect(isMoment("2026-11-21")).toBe(true);
  expect(isMoment("2026-11-21T02:30:00.000Z")).toBe(true);
  expect(isMoment("NCR-2026-00001")).toBe(false);
  expect(isMoment("2026-11-21, 2026-11-22")).toBe(false);
  expect(isMoment("060.3")).toBe(false);
});

test("a decimal is written as the reader writes it, an identifier never changes", () => {
  expect(decimalIn("22.40", "es")).toBe("22,40");
  expect(decimalIn("-0.015", "es")).toBe("-0,015");
  expect(decimalIn("22.40", "en")).toBe("22.40");
  expect(decimalIn("060.3.1", "es")).toBe("060.3.1");
  expect(decimalIn("TW.0209", "es")).toBe("TW.0209");
});
