import { expect, test } from "vitest";
import { dateIn, instantIn, minuteOfDayIn } from "./time.ts";

test("a time on the plant's clock is an instant, in winter and in summer and where quarters count", () => {
  expect(instantIn("America/Denver", "2026-03-02", 9 * 60 + 10)).toBe("2026-03-02T16:10:00.000Z");
  expect(instantIn("America/Denver", "2026-07-02", 9 * 60 + 10)).toBe("2026-07-02T15:10:00.000Z");
  expect(instantIn("Asia/Kathmandu", "2026-03-02", 9 * 60 + 10)).toBe("2026-03-02T03:25:00.000Z");
});

test("a time that the clocks skip is none, and one that they show twice is the first", () => {
  expect(instantIn("America/Denver", "2026-03-08", 2 * 60 + 30)).toBeNull();
  expect(instantIn("America/Denver", "2026-11-01", 60 + 30)).toBe("2026-11-01T07:30:00.000Z");
});

test("date and clock turn with the plant's midnight, to the millisecond, also when asked in turn for two plants", () => {
  const before = "2026-03-02T06:59:59.999Z";
  const after = "2026-03-02T07:00:00.000Z";
  for (const at of [before, after, before]) {
    expect(dateIn("America/Denver", at)).toBe(at === before ? "2026-03-01" : "2026-03-02");
    expect(minuteOfDayIn("America/Denver", at)).toBe(at === before ? 23 * 60 + 59 : 0);
    expect(dateIn("Asia/Kathmandu", at)).toBe("2026-03-02");
    expect(minuteOfDayIn("Asia/Kathmandu", at)).toBe(at === before ? 12 * 60 + 44 : 12 * 60 + 45);
  }
});
