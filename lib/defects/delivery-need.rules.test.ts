import { expect, test } from "vitest";
import type { DeliveryState } from "#lib/feed/delivery.rules";
import { afterOutcome, serialsByNow } from "#lib/feed/delivery.rules";
import en from "../messages/en/desk.json" with { type: "json" };
import es from "../messages/es/desk.json" with { type: "json" };
import { byNeed, needOf, reasonOf } from "./delivery-need.rules.ts";

const delivery = (state: DeliveryState, operation = "create") => ({ state, operation });

test("what needs a person stands before what nobody knows, before what is on its way and what is there", () => {
  const states = byNeed([
    delivery("tracking"),
    delivery("pending"),
    delivery("outcome_unknown"),
    delivery("dead"),
    delivery("cancelled"),
  ]).map(({ state }) => state);
  expect(states).toEqual(["dead", "outcome_unknown", "pending", "tracking", "cancelled"]);
});

test("of equals the NCR itself stands before its photos", () => {
  const [first] = byNeed([delivery("pending", "attach"), delivery("sending")]);
  expect(first?.operation).toBe("create");
});

test("a photo that was given up is not hidden behind an NCR that arrived", () => {
  const [first] = byNeed([delivery("tracking"), delivery("dead", "attach")]);
  expect(first?.state).toBe("dead");
});

test("every state has its words and its story in both languages", () => {
  for (const words of [en.delivery, es.delivery]) {
    expect(Object.keys(words.story).toSorted()).toEqual(Object.keys(words.state).toSorted());
    for (const state of Object.keys(words.state))
      expect(needOf(state as DeliveryState)).toBeTruthy();
  }
});

test("what the worker notes is told in words of ours, and the QMS's own words are kept apart", () => {
  const standing = { state: "sending", operation: "create", attempts: 0, lookups: 0 } as const;
  const policy = {
    dedupe: "search",
    settlingMs: 1,
    lookupsMax: 2,
    retry: { attemptsMax: 3, baseMs: 1, factor: 2, capMs: 10 },
  } as const;
  const noted = (outcome: Parameters<typeof afterOutcome>[1], state: DeliveryState = "sending") =>
    reasonOf(
      afterOutcome({ ...standing, state }, outcome, policy, "2026-01-01T00:00:00.000Z", 0.5)
        .lastResult,
    );
  expect(noted({ kind: "there", how: "made" })).toEqual({ code: "made", said: "" });
  expect(noted({ kind: "confirmed" })).toEqual({ code: "confirmed", said: "" });
  expect(noted({ kind: "mismatch", members: ["quantity", "gage"] })).toEqual({
    code: "differs",
    said: "quantity, gage",
  });
  expect(noted({ kind: "rejected", reason: "no such code" })).toEqual({
    code: "rejected",
    said: "no such code",
  });
  expect(
    noted({ kind: "rejected", reason: "mapping: title: 90 long, the target takes 40" }),
  ).toEqual({
    code: "unfit",
    said: "title: 90 long, the target takes 40",
  });
  expect(noted({ kind: "unmapped", reason: "gage SC-0019", fails: false })).toEqual({
    code: "not_mapped",
    said: "gage SC-0019",
  });
  expect(noted({ kind: "unmapped", reason: "gage SC-0019", fails: true }).code).toBe(
    "not_waited_for",
  );
  expect(noted({ kind: "unnumbered", lot: "B13-0418" })).toEqual({
    code: "no_serials",
    said: "B13-0418",
  });
  expect(reasonOf(serialsByNow)).toEqual({ code: "serials_now", said: "" });
  expect(noted({ kind: "rate_limited", waitMs: 5 })).toEqual({ code: "asked_to_wait", said: "" });
  expect(noted({ kind: "not_there" }, "outcome_unknown").code).toBe("not_found_yet");
  expect(noted({ kind: "not_done", reason: "connection refused" })).toEqual({
    code: "other",
    said: "connection refused",
  });
  expect(reasonOf(null).code).toBe("not_tried");
});
