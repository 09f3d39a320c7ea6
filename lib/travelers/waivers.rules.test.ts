import { expect, test } from "vitest";
import { canonicalSha256 } from "#lib/kit/canonical";
import { plusMinutes } from "#lib/kit/time";
import type { Bench, Given } from "./bench/bench.ts";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { begin } from "./bench/plant.ts";
import { doneUpTo, outcome, params, planWith } from "./bench/stage.ts";
import { splitOff } from "./evolve-lots.rules.ts";
import type { Facts } from "./facts.schema.ts";
import { textHash } from "./ruling.rules.ts";
import { waiverContent } from "./waivers.rules.ts";

const reason = "one shift until the course";
const rules = (waivableBy: Facts["qualificationRules"][number]["waivableBy"]) => ({
  facts: { qualificationRules: [{ code: "Q-TRQ", waivableBy }] },
});
const both = rules("supervisor_and_quality");
const before = () => doneUpTo("020.4");
const start = (bench: Bench, by: Given["by"] = "lapsed") => {
  const step = named("060.1");
  act(bench, "presentStep", { step, language: "en" }, { by });
  return act(bench, "startStep", { step, late: undefined }, { by, ...both });
};

function request(
  bench: Bench,
  given: Given = {},
  more: { person?: string; hours?: number; qualification?: string; reason?: string } = {},
) {
  const waiver = named(`waiver ${bench.minutes}`);
  const asked = {
    waiver,
    person: named(more.person ?? "lapsed"),
    qualification: more.qualification ?? "Q-TRQ",
    validUntil: plusMinutes(begin, bench.minutes + 1 + 60 * (more.hours ?? 8)),
  };
  const shown = waiverContent(bench.state, { ...asked, reason: textHash(reason) });
  const body = { ...asked, reason: more.reason ?? reason, contentSha256: canonicalSha256(shown) };
  return act(bench, "requestWaiver", body, { ...both, by: "sue", ...given });
}

function grant(bench: Bench, given: Given = {}) {
  const waiver = bench.state.waivers.at(-1);
  if (!waiver) throw new TypeError("no waiver");
  const shown = waiverContent(bench.state, { ...waiver, waiver: waiver.id });
  const body = { waiver: waiver.id, contentSha256: canonicalSha256(shown) };
  return act(bench, "grantWaiver", body, { ...both, by: "quinn", ...given });
}

test("the refusal says who could waive what is missing", () => {
  const refused = start(before());
  expect(outcome(refused)).toBe("not_qualified");
  expect(params(refused)).toMatchObject({ waivableBy: "supervisor_and_quality", trainers: "" });
});

test("a waiver is asked by a supervisor and granted by quality, and lets that person do that", () => {
  const bench = before();
  expect(outcome(request(bench))).toEqual(["waiver.requested"]);
  expect(outcome(start(bench))).toBe("not_qualified");
  expect(outcome(grant(bench))).toEqual(["waiver.granted"]);
  expect(outcome(start(bench))).toEqual(["step.started"]);
  expect(bench.state.signals.at(-1)).toMatchObject({ kind: "waiver" });
  expect(bench.state.waivers[0]).toMatchObject({
    requestedBy: named("sue"),
    grantedBy: named("quinn"),
  });
});

test("both sign at the operator's tablet, each with badge and PIN, and are named", () => {
  const bench = before();
  expect(outcome(request(bench, { by: "ana", second: "sue" }))).toEqual(["waiver.requested"]);
  expect(outcome(grant(bench, { by: "ana", second: "quinn" }))).toEqual(["waiver.granted"]);
  expect(bench.state.waivers[0]).toMatchObject({
    requestedBy: named("sue"),
    grantedBy: named("quinn"),
  });
});

test("what nobody may waive is not waived, and a code that nobody knows is such", () => {
  const bench = before();
  expect(outcome(request(bench, rules("nobody")))).toBe("waiver_not_possible");
  expect(outcome(request(bench, both, { qualification: "Q-SEAL" }))).toBe("waiver_not_possible");
});

test("a supervisor's request is needed where both have to agree; quality asks where quality may alone", () => {
  const bench = before();
  expect(outcome(request(bench, { by: "ana" }))).toBe("approval_needed");
  expect(outcome(request(bench, { by: "quinn" }))).toBe("approval_needed");
  expect(outcome(request(bench, { by: "quinn", ...rules("quality") }))).toEqual([
    "waiver.requested",
  ]);
});

test("nobody asks or grants for themselves, and who asked does not grant", () => {
  const bench = before();
  expect(outcome(request(bench, {}, { person: "sue" }))).toBe("waiver_for_oneself");
  request(bench, { by: "quinn", ...rules("quality") });
  expect(outcome(grant(bench))).toBe("waiver_by_another");
  const helped = before();
  request(helped, {}, { person: "quinn" });
  expect(outcome(grant(helped))).toBe("waiver_by_another");
  expect(outcome(grant(helped, { by: "sue" }))).toBe("approval_needed");
});

test("both sign exactly what is waived", () => {
  const bench = before();
  expect(outcome(request(bench, {}, { reason: "another reason" }))).toBe("content_changed");
  expect(outcome(request(bench, { facts: { ...both.facts, proof: null } }))).toBe("proof_missing");
  request(bench);
  expect(outcome(grant(bench, { facts: { ...both.facts, proof: null } }))).toBe("proof_missing");
});

test("a waiver ends: within a day, and then it helps nobody any more", () => {
  const bench = before();
  expect(outcome(request(bench, {}, { hours: 25 }))).toBe("waiver_too_long");
  expect(outcome(request(bench, {}, { hours: 0 }))).toBe("waiver_too_long");
  request(bench, {}, { hours: 1 });
  grant(bench);
  expect(outcome(start(bench))).toEqual(["step.started"]);
  bench.minutes += 90;
  const pause = { step: named("060.1") };
  act(bench, "pauseStep", { ...pause, reason: "break" }, { by: "lapsed" });
  expect(outcome(act(bench, "resumeStep", pause, { by: "lapsed" }))).toBe("not_qualified");
  const late = before();
  request(late, {}, { hours: 1 });
  late.minutes += 90;
  expect(outcome(grant(late))).toBe("waiver_expired");
});

test("a waiver is for one person, counts once, and can be revoked", () => {
  const bench = before();
  request(bench);
  expect(outcome(request(bench))).toBe("waiver_already");
  grant(bench);
  expect(outcome(grant(bench))).toBe("waiver_unknown");
  const other = { ...bench.people.lapsed, id: named("other"), name: "other" };
  const as = { person: other } as Partial<Facts>;
  const step = named("060.1");
  act(bench, "presentStep", { step, language: "en" }, { facts: as });
  const begun = act(bench, "startStep", { step, late: undefined }, { facts: as });
  expect(outcome(begun)).toBe("not_qualified");
  const revoke = { waiver: bench.state.waivers[0]?.id ?? "", reason };
  expect(outcome(act(bench, "revokeWaiver", revoke, { by: "ana" }))).toBe("not_permitted");
  expect(outcome(act(bench, "revokeWaiver", revoke, { by: "sue" }))).toEqual(["waiver.revoked"]);
  expect(outcome(start(bench))).toBe("not_qualified");
});

test("a waiver stays with its traveler: a lot that is split off has none, and is granted none of its parent's", () => {
  const bench = before();
  request(bench);
  const child = (state: Bench["state"]): Bench["state"] => {
    const from = { traveler: state.id, seq: state.seq, head: "0".repeat(64) };
    const body = { traveler: named("child"), from, lot: "LOT-2", quantity: "1", defects: [] };
    const by = { seq: 1, person: null, second: null, at: begin, command: null };
    return splitOff(state, { type: "traveler.split_off", body, ...by });
  };
  const waiting = { ...bench, state: child(bench.state) };
  expect(outcome(grant(waiting))).toBe("waiver_unknown");
  grant(bench);
  const split = { ...bench, state: child(bench.state) };
  expect(outcome(start(bench))).toEqual(["step.started"]);
  expect(outcome(start(split))).toBe("not_qualified");
  expect(outcome(request(split))).toEqual(["waiver.requested"]);
});

test("a waiver of one thing waives no other", () => {
  const bench = before();
  const facts = { qualificationRules: [{ code: "Q-AID", waivableBy: "quality" as const }] };
  expect(outcome(request(bench, { facts }, { qualification: "Q-AID" }))).toEqual([
    "waiver.requested",
  ]);
  expect(outcome(grant(bench, { facts }))).toEqual(["waiver.granted"]);
  expect(outcome(start(bench))).toBe("not_qualified");
});

test("a waiver never serves a signature", () => {
  const content = planWith({
    operation: "010",
    to: { qualifications: [] },
  });
  const bench = doneUpTo("010.2", { content });
  const chain = content.operations[0]?.buyoffs[0];
  if (!chain) throw new TypeError("no buyoff");
  chain.qualifications = ["Q-TRQ"];
  request(bench);
  grant(bench);
  const place = { operation: named("op 010"), step: null, requirement: chain.id };
  const contentSha256 = "0".repeat(64);
  const signed = act(bench, "signBuyoff", { ...place, contentSha256 }, { by: "lapsed", ...both });
  expect(outcome(signed)).toBe("not_qualified");
  expect(params(signed)).toMatchObject({ waivableBy: "nobody", trainers: "" });
});

test("the use of a waived qualification is told as such", () => {
  const content = planWith({
    step: "060.1",
    to: { fields: [] },
  });
  const bench = doneUpTo("020.4", { content });
  request(bench);
  grant(bench);
  expect(outcome(start(bench))).toEqual(["step.started"]);
  act(bench, "completeStep", { step: named("060.1"), late: undefined }, { by: "lapsed" });
  const used = bench.events.findLast(({ type }) => type === "qualification.used");
  expect(used?.body).toMatchObject({
    qualifications: [
      { code: "Q-TRQ", result: "waived", validUntil: bench.state.waivers[0]?.validUntil },
    ],
  });
});

test("what was not to be waived any more when it was granted is not granted", () => {
  const bench = before();
  request(bench);
  expect(outcome(grant(bench, rules("nobody")))).toBe("waiver_not_possible");
});

test("whoever works under a trainer asks for no waiver and grants none", () => {
  const trainers = [{ id: named("ana"), name: "ana", qualification: null }];
  const bench = before();
  const asking = { ...bench.people.sue, trainers } as Facts["person"];
  const asked = request(bench, { facts: { ...both.facts, person: asking } });
  expect(outcome(asked)).toBe("apprentice_never_accepts");
  request(bench);
  const granting = { ...bench.people.quinn, trainers } as Facts["person"];
  const granted = grant(bench, { facts: { ...both.facts, person: granting } });
  expect(outcome(granted)).toBe("apprentice_never_accepts");
});

test("a waiver reaches into no time before it was granted", () => {
  const bench = before();
  const claimedAt = plusMinutes(begin, bench.minutes - 1);
  bench.minutes += 60;
  request(bench);
  grant(bench);
  const step = named("060.1");
  act(bench, "presentStep", { step, language: "en" }, { by: "lapsed" });
  const late = { claimedAt, reason: "was busy" };
  const started = act(bench, "startStep", { step, late }, { by: "lapsed", ...both });
  expect(outcome(started)).toBe("not_qualified");
});

test("of several things that are missing the refusal names who holds them all, and the strictest waiver", () => {
  const content = planWith({ step: "060.1", to: { qualifications: ["Q-BND"] } });
  const bench = doneUpTo("020.4");
  const step = named("060.1");
  const facts = (qualificationRules: Facts["qualificationRules"]) => ({
    content,
    qualificationRules,
    holders: [
      { qualification: "Q-TRQ", names: ["ana", "ben"] },
      { qualification: "Q-BND", names: ["ben", "sue"] },
    ],
  });
  act(bench, "presentStep", { step, language: "en" }, { by: "lapsed" });
  const one = { code: "Q-TRQ", waivableBy: "quality" as const };
  const start = (other: Facts["qualificationRules"]) =>
    params(
      act(
        bench,
        "startStep",
        { step, late: undefined },
        {
          by: "lapsed",
          facts: facts([one, ...other]),
        },
      ),
    );
  const asked = { missing: "Q-TRQ, Q-BND", holders: "ben" };
  expect(start([])).toMatchObject({ ...asked, waivableBy: "nobody" });
  expect(start([{ code: "Q-BND", waivableBy: "supervisor_and_quality" }])).toMatchObject({
    ...asked,
    waivableBy: "supervisor_and_quality",
  });
  expect(start([{ code: "Q-BND", waivableBy: "quality" }])).toMatchObject({
    ...asked,
    waivableBy: "quality",
  });
});
