import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  afterOutcome,
  type DeliveryState,
  differences,
  isLater,
  type Outcome,
  retryDelayMs,
  type Standing,
} from "./delivery.rules.ts";

const now = "2026-03-02T07:00:00.000Z";
const policy = {
  dedupe: "search" as const,
  settlingMs: 2_000,
  lookupsMax: 2,
  retry: { attemptsMax: 10, baseMs: 5_000, factor: 6, capMs: 86_400_000 },
};
const standing = (state: DeliveryState, over: Partial<Standing> = {}): Standing => ({
  state,
  operation: "create",
  attempts: 0,
  lookups: 0,
  ...over,
});
const changeAfter = (from: Standing, outcome: Outcome, over = {}) =>
  afterOutcome(from, outcome, { ...policy, ...over }, now, 0.5);
const unknown: Outcome = { kind: "unknown", reason: "no answer" };

describe("an unknown outcome", () => {
  test("waits the settling time and is looked for, without an attempt spent", () => {
    expect(changeAfter(standing("sending"), unknown)).toMatchObject({
      state: "outcome_unknown",
      attempts: 0,
      nextAt: "2026-03-02T07:00:02.000Z",
    });
  });

  test("is looked for as often as configured before it is sent again", () => {
    const first = changeAfter(standing("outcome_unknown"), { kind: "not_there" });
    expect(first).toMatchObject({ state: "outcome_unknown", lookups: 1, attempts: 0 });
    const second = changeAfter(standing("outcome_unknown", first), { kind: "not_there" });
    expect(second).toMatchObject({ state: "pending", lookups: 0, attempts: 1 });
  });

  test("is for a person where the system can't be searched", () => {
    expect(changeAfter(standing("sending"), unknown, { dedupe: "none" }).state).toBe("parked");
  });

  test("stays a doubt while the system can't be asked", () => {
    const away: Outcome = { kind: "not_done", reason: "connection refused" };
    expect(changeAfter(standing("outcome_unknown"), away)).toMatchObject({
      state: "outcome_unknown",
      attempts: 1,
    });
  });
});

test("a refused credential pauses the connector and spends nothing, wherever the delivery stands", () => {
  for (const state of ["sending", "outcome_unknown", "delivered"] as const) {
    const change = changeAfter(standing(state, { attempts: 3 }), {
      kind: "unauthorized",
      reason: "401",
    });
    expect(change).toMatchObject({ attempts: 3, connector: { paused: "401" } });
    expect(change.state).toBe(state === "sending" ? "pending" : state);
  }
});

test("a wait that was asked for is kept to the millisecond and holds for the whole connector", () => {
  const change = changeAfter(standing("sending"), { kind: "rate_limited", waitMs: 90_000 });
  expect(change).toMatchObject({
    state: "pending",
    attempts: 0,
    nextAt: "2026-03-02T07:01:30.000Z",
    connector: { pausedUntil: "2026-03-02T07:01:30.000Z" },
  });
});

test("attempts end: after the last one it is dead", () => {
  const failed: Outcome = { kind: "not_done", reason: "connection refused" };
  expect(changeAfter(standing("sending", { attempts: 8 }), failed)).toMatchObject({
    state: "pending",
    attempts: 9,
  });
  expect(changeAfter(standing("sending", { attempts: 9 }), failed)).toMatchObject({
    state: "dead",
    attempts: 10,
  });
});

test("ten attempts span days, with full jitter below the ceiling", () => {
  const ceilings = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => retryDelayMs(n, policy.retry, 1));
  expect(ceilings.slice(0, 4)).toEqual([5_000, 30_000, 180_000, 1_080_000]);
  const days = ceilings.reduce((sum, ms) => sum + ms, 0) / 86_400_000;
  expect(days).toBeGreaterThan(3);
  expect(retryDelayMs(4, policy.retry, 0)).toBe(0);
});

const outcomes = fc.oneof(
  fc.constant<Outcome>(unknown),
  fc.constant<Outcome>({ kind: "not_done", reason: "away" }),
  fc.constant<Outcome>({ kind: "not_there" }),
  fc.constant<Outcome>({ kind: "unauthorized", reason: "401" }),
  fc.constant<Outcome>({ kind: "rate_limited", waitMs: 1_000 }),
);

test("after a lost answer nothing is sent again before a look-up has said that nothing is there", () => {
  fc.assert(
    fc.property(fc.array(outcomes, { maxLength: 40 }), (happened) => {
      let from = standing("sending");
      let doubt = false;
      for (const outcome of happened) {
        const wasDoubt = doubt;
        // A state in doubt is only ever looked up, so its outcomes are those of a look-up.
        if (wasDoubt && outcome.kind === "unknown") continue;
        if (!wasDoubt && outcome.kind === "not_there") continue;
        if (outcome.kind === "unknown") doubt = true;
        const change = changeAfter(from, outcome);
        if (change.state === "dead") return;
        if (wasDoubt && change.state === "pending") {
          expect(outcome.kind).toBe("not_there");
          doubt = false;
        }
        if (doubt) expect(change.state).toBe("outcome_unknown");
        from = { ...from, ...change, state: change.state === "pending" ? "sending" : change.state };
      }
    }),
    { numRuns: 2_000 },
  );
});

test("a version is later by size where it is a number, else as text", () => {
  expect(isLater("10", "9")).toBe(true);
  expect(isLater("9", "10")).toBe(false);
  expect(isLater("9", "9")).toBe(false);
  expect(isLater("1", null)).toBe(true);
  expect(isLater("2026-03-02T07:00:00Z", "2026-03-02T06:59:59Z")).toBe(true);
});

test("a lost member differs, a member that was never sent does not", () => {
  expect(differences({ a: "1", b: null }, { a: "1", b: null })).toEqual([]);
  expect(differences({ a: "1", b: "2" }, { a: "1", b: null })).toEqual(["b"]);
  expect(differences({ a: "11.2" }, { a: "112" })).toEqual(["a"]);
});
