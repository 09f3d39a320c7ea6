import { expect, test } from "vitest";
import { instantIn } from "./time.ts";

test("a time on the plant's clock is an instant, in winter and in summer and where quarters count", () => {
  expect(instantIn("America/Denver", "2026-03-02", 9 * 60 + 10)).toBe("2026-03-02T16:10:00.000Z");
  expect(instantIn("America/Denver", "2026-07-02", 9 * 60 + 10)).toBe("2026-07-02T15:10:00.000Z");
  expect(instantIn("Asia/Kathmandu", "2026-03-02", 9 * 60 + 10)).toBe("2026-03-02T03:25:00.000Z");
});

test("a time that the clocks skip is none, and one that they show twice is the first", () => {
  expect(instantIn("America/Denver", "2026-03-08", 2 * 60 + 30)).toBeNull();
  expect(instantIn("America/Denver", "2026-11-01", 60 + 30)).toBe("2026-11-01T07:30:00.000Z");
});
