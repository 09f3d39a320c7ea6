import { describe, expect, test } from "vitest";
import { instant, millis } from "#lib/kit/time";
import { afterTry, type BreakerPolicy } from "./breaker.rules.ts";
import type { Outcome } from "./delivery.rules.ts";

const now = instant(Date.parse("2026-03-02T07:00:00Z"));
const policy: BreakerPolicy = { failuresMax: 3, baseMs: 1_000, capMs: 6_000 };
const no: Outcome = { kind: "unknown", reason: "no answer" };
const following = (failures: number, outcome: Outcome, jitter = 0) =>
  afterTry({ failures }, outcome, policy, now, jitter);
const pauseMs = (failures: number, jitter = 0) => {
  const { openUntil } = following(failures, no, jitter);
  return openUntil === null ? null : millis(openUntil) - millis(now);
};

describe("failure 38: a system that is down for days is left alone, and nothing is spent on it", () => {
  test("the circuit opens at the third try without an answer; each further one doubles the pause up to the cap", () => {
    expect([0, 1, 2, 3, 4, 5, 40].map((failures) => pauseMs(failures))).toEqual([
      null,
      null,
      1_000,
      2_000,
      4_000,
      6_000,
      6_000,
    ]);
  });

  test("chance takes at most half of the pause away", () => {
    expect(pauseMs(2, 1)).toBe(500);
  });

  test.each<Outcome>([
    { kind: "there", how: "made" },
    { kind: "confirmed" },
    { kind: "not_there" },
    { kind: "mismatch", members: [] },
    { kind: "rejected", reason: "422" },
    { kind: "rate_limited", waitMs: 1 },
    { kind: "unauthorized", reason: "401" },
  ])("one answer closes it, a refusal as well ($kind)", (outcome) => {
    expect(following(9, outcome)).toEqual({ failures: 0, openUntil: null });
  });

  test.each<Outcome>([no, { kind: "not_done", reason: "503" }])("$kind is none", (outcome) => {
    expect(following(0, outcome).failures).toBe(1);
  });

  test("what waits for its photo has tried nothing", () => {
    const waiting: Outcome = { kind: "waiting", reason: "no photo", waitMs: 1 };
    expect(following(4, waiting)).toEqual({ failures: 4, openUntil: null });
  });
});
