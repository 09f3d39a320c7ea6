import { expect, it } from "vitest";
import { instant, plusMinutes } from "#lib/kit/time";
import { countAttempt, type Failures, isLocked, type LockoutPolicy } from "./lockout.rules.ts";

const start = instant(Date.UTC(2026, 0, 5, 6));
const policy: LockoutPolicy = {
  attempts: { person_at_tablet: 3, tablet: 10 },
  lockMinutes: [2, 7],
};
const attempts = (
  times: number,
  counted: "person_at_tablet" | "tablet",
  before: Failures | null,
) => {
  let failures = before;
  for (let time = 0; time < times; time += 1) {
    failures = countAttempt(failures, start, counted, policy);
  }
  return failures;
};

it("locks after as many attempts as the plant says, for a person and for a tablet", () => {
  expect(isLocked(attempts(2, "person_at_tablet", null), start)).toBe(false);
  expect(attempts(3, "person_at_tablet", null)?.lockedUntil).toBe(plusMinutes(start, 2));
  expect(isLocked(attempts(9, "tablet", null), start)).toBe(false);
  expect(isLocked(attempts(10, "tablet", null), start)).toBe(true);
});

it("waits longer each time, and from the last of the plant's waits on as long as that", () => {
  const untilOf = (times: number) => attempts(times, "person_at_tablet", null)?.lockedUntil;
  expect(untilOf(6)).toBe(plusMinutes(start, 7));
  expect(untilOf(9)).toBe(plusMinutes(start, 7));
  expect(untilOf(30)).toBe(plusMinutes(start, 7));
});

it("forgets half an hour after the wait is over, however long that was", () => {
  const locked = attempts(3, "person_at_tablet", null);
  const soon = countAttempt(locked, plusMinutes(start, 31), "person_at_tablet", policy);
  expect(soon.count).toBe(4);
  const late = countAttempt(locked, plusMinutes(start, 33), "person_at_tablet", policy);
  expect(late.count).toBe(1);
});
