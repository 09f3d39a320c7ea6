import { describe, expect, test } from "vitest";
import { patienceAfter, patienceMaxMs } from "./patience.rules.ts";

const configured = 8_000;
const unanswered = (tookMs: number) => ({ tookMs, isAnswered: false });
const answered = (tookMs: number) => ({ tookMs, isAnswered: true });

describe("failure 37: how long an answer is waited for", () => {
  test("doubles while answers stay away, and no further than the longest wait", () => {
    const waits = [configured];
    for (let n = 0; n < 6; n += 1) {
      const last = waits.at(-1) ?? 0;
      waits.push(patienceAfter(last, configured, unanswered(last)));
    }
    expect(waits).toEqual([8_000, 16_000, 32_000, 64_000, 120_000, 120_000, 120_000]);
    expect(waits.at(-1)).toBe(patienceMaxMs);
  });

  test("stays while answers take about as long as before, and returns when they are quick", () => {
    expect(patienceAfter(64_000, configured, answered(60_000))).toBe(64_000);
    expect(patienceAfter(64_000, configured, answered(16_000))).toBe(64_000);
    expect(patienceAfter(64_000, configured, answered(15_999))).toBe(32_000);
    expect(patienceAfter(9_000, configured, answered(20))).toBe(configured);
    expect(patienceAfter(configured, configured, answered(20))).toBe(configured);
  });

  test("says nothing of a connection that was cut before its time", () => {
    expect(patienceAfter(16_000, configured, unanswered(300))).toBe(16_000);
  });
});
