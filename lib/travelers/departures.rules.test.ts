import { expect, test } from "vitest";
import type { Bench, Given } from "./bench/bench.ts";
import { aCommand, act, proofFor } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { people } from "./bench/plant.ts";
import {
  aDefect,
  aHold,
  doneUpTo,
  inWorkAt,
  lastReading,
  outcome,
  params,
  read,
  sign,
} from "./bench/stage.ts";
import { wholePlan } from "./bench/whole-plan.ts";
import { workUntil } from "./bench/worker.ts";
import { buriedUnder } from "./buried.rules.ts";
import { nextStep, openItems, operationProgress } from "./progress.rules.ts";

const content = wholePlan();
const late = undefined;
const reason = "agreed at the shift meeting";
const at = (number: string, of: Parameters<typeof inWorkAt>[1] = {}) =>
  inWorkAt(number, { content, ...of });
const skip = (bench: Bench, step: string, given: Given = {}, permit: string | null = null) =>
  act(bench, "skipStep", { step: named(step), reason, permit }, given);
const notApplicable = (
  bench: Bench,
  step: string,
  given: Given = {},
  permit: string | null = null,
) => act(bench, "markStepNotApplicable", { step: named(step), reason, permit }, given);
const defer = (bench: Bench, step: string, to: string, given: Given = { by: "quinn" }) =>
  act(bench, "deferStep", { step: named(step), to: named(`op ${to}`), reason }, given);
const present = (bench: Bench, step: string) =>
  act(bench, "presentStep", { step: named(step), language: "en" });
const start = (bench: Bench, step: string, more: object = {}) =>
  act(bench, "startStep", { step: named(step), late, ...more });

test("a step is left out only where the revision lets it, by the role that it names", () => {
  const bench = at("070.1");
  expect(outcome(skip(bench, "070.1", { by: "ana" }))).toBe("approval_needed");
  expect(params(skip(bench, "070.1", { by: "quinn" }))).toEqual({ role: "supervisor" });
  expect(outcome(skip(bench, "070.1", { by: "sue" }))).toEqual(["step.skipped"]);
  expect(bench.state.steps[named("070.1")]?.status).toBe("not_applicable");
  expect(bench.state.signals.at(-1)).toMatchObject({ kind: "skipped", step: named("070.1") });
  expect(outcome(skip(bench, "070.1", { by: "sue" }))).toBe("step_already_complete");
  const plain = at("060.4");
  expect(outcome(skip(plain, "060.4", { by: "sue" }))).toBe("departure_not_allowed");
});

test("a lead approves beside the operator with badge and PIN for exactly this departure", () => {
  const bench = at("070.1");
  const body = { step: named("070.1"), reason, permit: null };
  const beside = (second: "sue" | "ben", facts = {}) =>
    outcome(act(bench, "skipStep", body, { second, facts }));
  expect(beside("sue", { secondProof: null })).toBe("proof_missing");
  const command = aCommand(bench, "skipStep", { ...body, reason: "something else" });
  const other = proofFor(bench, command, people.sue, "badge_pin");
  expect(beside("sue", { secondProof: other })).toBe("proof_not_for_this");
  expect(beside("ben")).toBe("approval_needed");
  expect(beside("sue")).toEqual(["step.skipped"]);
  expect(bench.events.at(-1)).toMatchObject({ person: named("ana"), second: named("sue") });
});

test("a component, an inspection, a hold point or a key characteristic is left out under a permit alone", () => {
  const bench = at("070.2");
  const refused = notApplicable(bench, "070.2", { by: "quinn" });
  expect(outcome(refused)).toBe("permit_needed");
  expect(params(refused)).toEqual({ step: "070.2", kind: "component" });
  const permitted = notApplicable(bench, "070.2", { by: "quinn" }, "DP-2026-014");
  expect(outcome(permitted)).toEqual(["step.marked_not_applicable"]);
  for (const [step, kind] of [
    ["020.4", "hold_point"],
    ["020.1", "inspection"],
  ] as const) {
    const content = wholePlan();
    const found = content.operations.flatMap(({ steps }) => steps).find((of) => of.number === step);
    if (!found) throw new TypeError(step);
    found.skip = { by: "supervisor" };
    const other = inWorkAt(step === "020.4" ? "020.3" : step, { content });
    if (step === "020.4")
      workUntil(other, ({ state }) => state.steps[named("020.3")]?.status === "complete");
    expect(params(skip(other, step, { by: "sue" }))).toEqual({ step, kind });
  }
  const key = wholePlan();
  for (const one of key.characteristics) one.key = "KC-1";
  const kc = inWorkAt("080.1", { content: { ...key, operations: key.operations } });
  expect(outcome(skip(kc, "080.1", { by: "sue" }))).toBe("step_is_needed");
});

test("what a later step is calculated from is not left out", () => {
  const bench = at("080.1");
  const refused = skip(bench, "080.1", { by: "sue" });
  expect(outcome(refused)).toBe("step_is_needed");
  expect(params(refused)).toEqual({ step: "080.1", by: "080.2" });
});

test("a signature that had accepted the step is void when it is left out, and it can be done after all", () => {
  const bench = at("070.1");
  skip(bench, "070.1", { by: "sue" });
  expect(
    workUntil(bench, ({ state }) =>
      state.buyoffs.some(({ operation }) => operation === named("op 070")),
    ),
  ).toBe(true);
  const reopen = { step: named("070.1"), reason };
  expect(outcome(act(bench, "reopenStep", reopen))).toBe("approval_needed");
  const back = act(bench, "reopenStep", reopen, { by: "sue" });
  expect(outcome(back)).toEqual(["step.reopened", "buyoff.voided"]);
  expect(bench.state.steps[named("070.1")]?.status).toBe("in_work");
});

test("a step that was left out before anybody began it begins when it is taken back", () => {
  const bench = doneUpTo("060.5", { content });
  skip(bench, "070.1", { by: "sue" });
  act(bench, "reopenStep", { step: named("070.1"), reason }, { by: "sue" });
  expect(bench.state.steps[named("070.1")]?.status).toBe("not_started");
});

test("nothing on hold is left out, deferred or begun out of turn", () => {
  const bench = at("070.1");
  act(bench, "placeHold", aHold({ scope: { kind: "step", step: named("070.1") } }));
  expect(outcome(skip(bench, "070.1", { by: "sue" }))).toBe("on_hold");
  expect(outcome(defer(bench, "070.1", "080"))).toBe("on_hold");
});

test("traveled work: quality defers, the work goes on, and the operation it was deferred to waits for it", () => {
  const bench = at("070.3");
  expect(outcome(defer(bench, "070.3", "080", { by: "sue" }))).toBe("approval_needed");
  expect(outcome(defer(bench, "070.3", "060"))).toBe("operation_not_later");
  expect(outcome(defer(bench, "070.3", "080"))).toEqual(["step.deferred"]);
  expect(outcome(defer(bench, "070.3", "080"))).toBe("value_unchanged");
  const done = (number: string) => (of: Bench) =>
    of.state.steps[named(number)]?.status === "complete";
  expect(openItems(bench.state, content)).toContainEqual({
    code: "deferred_open",
    params: { operation: "070", step: "070.3", to: "080" },
  });
  // The operation it left is bought off without it.
  expect(workUntil(bench, done("070.4"))).toBe(true);
  expect(
    outcome(sign(bench, { operation: "070", requirement: "070 inspection" }, { second: "ian" })),
  ).toEqual(["buyoff.signed"]);
  expect(bench.state.buyoffs.at(-1)?.covers.map(({ step }) => step)).not.toContain(named("070.3"));
  // At the gate it stands before the signature.
  for (const step of ["080.1", "080.2"]) {
    present(bench, step);
    start(bench, step);
    if (step === "080.1") read(bench, { step, field: "gap" }, "0.2");
    else read(bench, { step, field: "play" }, "0.0", { source: "calculated" });
    act(bench, "completeStep", { step: named(step), late });
  }
  expect(nextStep(bench.state, content)).toEqual({
    operation: named("op 070"),
    step: named("070.3"),
  });
  const gate = { operation: "080", requirement: "080 inspection" };
  expect(outcome(sign(bench, gate, { second: "ian" }))).toBe("buyoff_not_due");
  read(bench, { step: "070.3", field: "tagged" }, "yes", { source: "tap" });
  expect(outcome(act(bench, "completeStep", { step: named("070.3"), late }))).toEqual([
    "step.completed",
  ]);
  expect(outcome(sign(bench, gate, { second: "ian" }))).toEqual(["buyoff.signed"]);
  expect(bench.state.buyoffs.at(-1)?.covers.map(({ step }) => step)).toContain(named("070.3"));
});

test("nothing behind the gate begins while deferred work is open", () => {
  const bench = at("070.3");
  defer(bench, "070.3", "080");
  workUntil(bench, ({ state }) => state.steps[named("070.4")]?.status === "complete");
  const last = named("100.1");
  present(bench, "100.1");
  expect(bench.state.steps[last]?.status).toBe("not_started");
  expect(outcome(start(bench, "100.1"))).toBe("step_out_of_order");
  const progress = operationProgress(bench.state, content);
  expect(progress.find(({ number }) => number === "070")).toMatchObject({ done: 3, total: 3 });
  expect(progress.find(({ number }) => number === "080")).toMatchObject({ total: 3 });
});

test("what is inspected, or would be covered before its gate, is not deferred", () => {
  const bench = at("020.1");
  expect(outcome(defer(bench, "020.1", "060"))).toBe("step_not_deferrable");
  const torque = at("060.3");
  expect(params(defer(torque, "060.3", "080"))).toEqual({ step: "060.3", by: "070.4" });
});

test("one step begins out of turn where the operation's role lets it, and only past what is no hold point", () => {
  const bench = at("070.1");
  present(bench, "070.3");
  expect(outcome(start(bench, "070.3"))).toBe("step_out_of_order");
  const depart = { step: named("070.3"), reason };
  expect(outcome(act(bench, "departSequence", depart))).toBe("approval_needed");
  expect(outcome(act(bench, "departSequence", depart, { by: "sue" }))).toEqual([
    "sequence.departed",
  ]);
  expect(outcome(start(bench, "070.3"))).toEqual(["step.started"]);
  expect(bench.state.signals.at(-1)).toMatchObject({ kind: "out_of_sequence" });
  const early = at("020.1");
  expect(outcome(act(early, "departSequence", depart, { by: "sue" }))).toBe("hold_point_open");
  const plain = { step: named("060.3"), reason };
  expect(outcome(act(at("060.1"), "departSequence", plain, { by: "sue" }))).toBe(
    "departure_not_allowed",
  );
});

test("a paused step takes nothing until it is resumed, with a reason from the list", () => {
  const bench = at("070.1");
  const step = named("070.1");
  expect(outcome(act(bench, "pauseStep", { step, reason: "tired" }))).toBe("pause_reason_unknown");
  expect(outcome(act(bench, "resumeStep", { step }))).toBe("step_not_paused");
  expect(outcome(act(bench, "pauseStep", { step, reason: "material" }))).toEqual(["step.paused"]);
  const wiped = { step: "070.1", field: "wiped" };
  expect(outcome(read(bench, wiped, "yes", { source: "tap" }))).toBe("step_paused");
  expect(outcome(act(bench, "pauseStep", { step, reason: "break" }))).toBe("step_paused");
  expect(outcome(act(bench, "resumeStep", { step }, { by: "ben" }))).toEqual(["step.resumed"]);
  expect(outcome(read(bench, wiped, "yes", { source: "tap" }))).toEqual(["reading.recorded"]);
});

test("a step fails only with a defect that says what is wrong, and blocks until it is opened again", () => {
  const bench = at("070.1");
  const step = named("070.1");
  expect(outcome(act(bench, "failStep", { step, reason }))).toBe("defect_needed");
  act(bench, "logDefect", aDefect({ code: "FIN-01", step }), { by: "ana" });
  expect(outcome(act(bench, "failStep", { step, reason }))).toEqual(["step.failed"]);
  expect(outcome(skip(bench, "070.1", { by: "sue" }))).toBe("step_failed");
  present(bench, "070.2");
  expect(outcome(start(bench, "070.2"))).toBe("step_out_of_order");
  expect(outcome(act(bench, "reopenStep", { step, reason }))).toEqual(["step.reopened"]);
});

test("before work is covered what lies open underneath is named, and what was amended there is seen", () => {
  const fresh = doneUpTo("070.3", { content });
  const reading = lastReading(fresh, "final", "1").id;
  act(fresh, "amendReading", { reading, value: "22.4", reason, evidence: null });
  present(fresh, "070.4");
  // Also where the sequence was departed from: nobody uncovers it again to sign.
  act(fresh, "departSequence", { step: named("070.4"), reason }, { by: "sue" });
  const open = start(fresh, "070.4");
  expect(outcome(open)).toBe("buried_work_open");
  expect(params(open)).toMatchObject({ open: "060.5 operator, 060.5 inspection" });
  for (const [by, requirement] of [
    [undefined, "060 operator"],
    ["ian", "060 inspection"],
  ] as const) {
    const given = by ? { second: by } : {};
    sign(fresh, { operation: "060", step: "060.5", requirement }, given);
  }
  const unseen = start(fresh, "070.4");
  expect(outcome(unseen)).toBe("buried_work_amended");
  expect(params(unseen).amended).toMatch(/^060\.3: .* → 22\.4$/);
  const step = content.operations.flatMap((of) => of.steps).find((of) => of.number === "070.4");
  if (!step) throw new TypeError("no 070.4");
  expect(buriedUnder(fresh.state, content, step)).toMatchObject({ open: [], unsigned: [] });
  expect(outcome(start(fresh, "070.4", { buried: "seen" }))).toEqual(["step.started"]);
  const started = fresh.events.findLast(({ type }) => type === "step.started");
  expect(started?.body).toMatchObject({ buried: [reading] });
});

test("a late entry claims no time before the release, on hold, or before the person was qualified", () => {
  const bench = at("070.1");
  bench.minutes = 300;
  const wiped = { step: "070.1", field: "wiped" };
  const claim = (claimedAt: string) => ({ source: "tap" as const, late: { claimedAt, reason } });
  const before = read(bench, wiped, "yes", claim("2026-03-02T12:59:00.000Z"));
  expect(outcome(before)).toBe("late_before_release");
  act(bench, "placeHold", aHold());
  bench.minutes = 400;
  act(bench, "releaseHold", { hold: named("hold"), comment: "found", byHand: null }, { by: "sue" });
  bench.minutes = 500;
  const held = read(bench, wiped, "yes", claim("2026-03-02T18:30:00.000Z"));
  expect(outcome(held)).toBe("late_on_hold");
  expect(params(held)).toMatchObject({ reason: "missing_tool" });
  const fine = read(bench, wiped, "yes", claim("2026-03-02T20:30:00.000Z"));
  expect(outcome(fine)).toEqual(["reading.recorded", "entry.late"]);
  expect(bench.state.signals.at(-1)).toMatchObject({ kind: "late_entry", step: named("070.1") });
});

test("leaving a step out hides no bad reading and no installed part", () => {
  const plan = wholePlan();
  const gap = plan.operations
    .flatMap(({ steps }) => steps)
    .find(({ number }) => number === "080.1");
  const play = plan.operations
    .flatMap(({ steps }) => steps)
    .find(({ number }) => number === "080.2");
  const field = gap?.fields[0];
  if (!gap || !play || field?.kind !== "measurement") throw new TypeError("no 080.1");
  field.limits = { kind: "fixed", max: "0.3" };
  play.skip = { by: "supervisor" };
  const bench = at("080.1", { content: plan });
  read(bench, { step: "080.1", field: "gap" }, "0.5", { confirmed: ["out_of_limits"] });
  skip(bench, "080.2", { by: "sue" });
  expect(outcome(skip(bench, "080.1", { by: "sue" }))).toBe("reading_out_of_limits");
  // In-process correction is no nonconformance: with a good value it may be left out.
  read(bench, { step: "080.1", field: "gap" }, "0.2");
  expect(outcome(skip(bench, "080.1", { by: "sue" }))).toEqual(["step.skipped"]);

  const clip = at("070.2");
  const stock = { part: "BOLT", serial: null, lot: "L-1", quantity: "1", late };
  const place = { step: named("070.2"), field: named("clip"), position: "1" };
  expect(outcome(act(clip, "installComponent", { ...place, ...stock }))).toEqual([
    "component.installed",
  ]);
  const left = () => outcome(notApplicable(clip, "070.2", { by: "quinn" }, "DP-2026-014"));
  expect(left()).toBe("component_still_installed");
  const installation = clip.state.components.at(-1)?.id ?? "";
  const away = { installation, reason, condition: "serviceable" as const, to: "stores" };
  act(clip, "removeComponent", away);
  expect(left()).toEqual(["step.marked_not_applicable"]);
});

test("a buyoff step that is left out under a permit leaves its work to the next signature", () => {
  const plan = wholePlan();
  const torque = plan.operations.find(({ number }) => number === "060");
  const last = torque?.steps.at(-1);
  const stripe = torque?.steps.find(({ number }) => number === "060.4");
  if (!last || !stripe) throw new TypeError("no 060");
  stripe.buyoffs = last.buyoffs.map((of) => ({ ...of, id: named(`early ${of.type}`) }));
  stripe.skip = { by: "supervisor" };
  const bench = doneUpTo("060.3", { content: plan });
  expect(outcome(skip(bench, "060.4", { by: "sue" }, "DP-2026-014"))).toEqual(["step.skipped"]);
  expect(workUntil(bench, ({ state }) => state.steps[named("060.5")]?.status === "complete")).toBe(
    true,
  );
  const covered = bench.state.buyoffs.at(-1)?.covers.map(({ step }) => step);
  expect(covered).toContain(named("060.3"));
});

test("nothing is deferred past a hold point, out of an inspection, or to where the signatures were given", () => {
  const bench = at("070.3");
  // 080 signed by an operator alone: the inspection that 070 asks for would be lost.
  const plain = wholePlan();
  const gap = plain.operations.find(({ number }) => number === "080");
  if (!gap) throw new TypeError("no 080");
  gap.buyoffs = gap.buyoffs.map((of) => ({ ...of, type: "operator", role: "operator" }));
  const weak = at("070.3", { content: plain });
  const lost = defer(weak, "070.3", "080");
  expect(outcome(lost)).toBe("gate_accepts_less");
  expect(params(lost)).toMatchObject({ operation: "080", type: "inspection" });

  const held = wholePlan();
  const own = held.operations.find(({ number }) => number === "070");
  if (!own) throw new TypeError("no 070");
  own.buyoffs = own.buyoffs.map((of) => ({ ...of, holdPoint: true }));
  const past = defer(at("070.3", { content: held }), "070.3", "080");
  expect(outcome(past)).toBe("step_not_deferrable");
  expect(params(past)).toMatchObject({ kind: "hold_point" });

  const free = wholePlan();
  free.sequence = "free";
  const early = at("070.3", { content: free });
  for (const step of ["080.1", "080.2"]) {
    present(early, step);
    start(early, step);
    if (step === "080.1") read(early, { step, field: "gap" }, "0.2");
    else read(early, { step, field: "play" }, "0.0", { source: "calculated" });
    act(early, "completeStep", { step: named(step), late });
  }
  sign(early, { operation: "080", requirement: "080 inspection" }, { second: "ian" });
  expect(outcome(defer(early, "070.3", "080"))).toBe("gate_already_signed");
  expect(outcome(defer(bench, "070.3", "080"))).toEqual(["step.deferred"]);
});

test("what is next anyway needs no departure", () => {
  const next = doneUpTo("070.2", { content });
  const depart = { step: named("070.3"), reason };
  expect(outcome(act(next, "departSequence", depart, { by: "sue" }))).toBe("in_turn_already");
});

test("whoever could leave it out takes it back, where the instruction names two roles", () => {
  const plan = wholePlan();
  const step = plan.operations.flatMap((of) => of.steps).find((of) => of.number === "070.1");
  if (!step) throw new TypeError("no 070.1");
  step.notApplicable = { by: "quality" };
  const bench = at("070.1", { content: plan });
  notApplicable(bench, "070.1", { by: "quinn" });
  const reopen = { step: named("070.1"), reason };
  expect(params(act(bench, "reopenStep", reopen, { by: "sue" }))).toEqual({ role: "quality" });
  expect(outcome(act(bench, "reopenStep", reopen, { by: "quinn" }))).toEqual(["step.reopened"]);
});

test("a paused buyoff step is signed by nobody until it is resumed", () => {
  const bench = at("060.5");
  act(bench, "pauseStep", { step: named("060.5"), reason: "question" });
  const operator = { operation: "060", step: "060.5", requirement: "060 operator" };
  expect(outcome(sign(bench, operator))).toBe("buyoff_not_due");
  act(bench, "resumeStep", { step: named("060.5") });
  expect(outcome(sign(bench, operator))).toEqual(["buyoff.signed"]);
});

test("each departure stands at its step with its reason and who approved it", () => {
  const bench = at("070.3");
  const body = { step: named("070.3"), to: named("op 080"), reason };
  act(bench, "deferStep", body, { second: "quinn" });
  expect(bench.state.departures.at(-1)).toMatchObject({
    kind: "deferred",
    step: named("070.3"),
    to: named("op 080"),
    person: named("ana"),
    second: named("quinn"),
  });
});
