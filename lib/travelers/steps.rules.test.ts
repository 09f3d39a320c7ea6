import { expect, test } from "vitest";
import { aBench, act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { doneUpTo, inWorkAt, outcome, params, planWith, read } from "./bench/stage.ts";

const present = (
  bench: ReturnType<typeof aBench>,
  step: string,
  by: "ana" | "ben" | "ivy" = "ana",
) => act(bench, "presentStep", { step: named(step), language: "en" }, { by });
const start = (
  bench: ReturnType<typeof aBench>,
  step: string,
  by: "ana" | "ben" | "ivy" | "lapsed" = "ana",
) => act(bench, "startStep", { step: named(step), late: undefined }, { by });
const complete = (bench: ReturnType<typeof aBench>, step: string) =>
  act(bench, "completeStep", { step: named(step), late: undefined });

test("a step starts only for a person to whom it has been presented", () => {
  const bench = aBench();
  present(bench, "010.1", "ben");
  expect(outcome(start(bench, "010.1"))).toBe("step_not_presented");
  present(bench, "010.1");
  expect(outcome(start(bench, "010.1"))).toEqual(["step.started"]);
  expect(outcome(start(bench, "010.1"))).toBe("step_already_in_work");
});

test("in a strict operation a step waits for the one before it", () => {
  const bench = aBench();
  present(bench, "010.2");
  const ruling = start(bench, "010.2");
  expect(outcome(ruling)).toBe("step_out_of_order");
  expect(params(ruling)).toMatchObject({ before: "010.1" });
});

test("in a free operation the steps come in any order", () => {
  const bench = aBench({ content: planWith({ operation: "010", to: { sequence: "free" } }) });
  present(bench, "010.2");
  expect(outcome(start(bench, "010.2"))).toEqual(["step.started"]);
});

test("the next operation waits for the last one's steps and its buyoffs", () => {
  const early = aBench();
  present(early, "020.1", "ivy");
  expect(outcome(start(early, "020.1", "ivy"))).toBe("step_out_of_order");
  const bench = doneUpTo("010.2");
  present(bench, "020.1", "ivy");
  expect(outcome(start(bench, "020.1", "ivy"))).toBe("operation_not_bought_off");
});

test("where operations are free, only hold points stand between them", () => {
  const free = { ...planWith({ operation: "010", to: {} }), sequence: "free" as const };
  const early = aBench({ content: free });
  present(early, "020.1", "ivy");
  expect(outcome(start(early, "020.1", "ivy"))).toEqual(["step.started"]);
  present(early, "060.1");
  expect(outcome(start(early, "060.1"))).toBe("hold_point_open");
});

test("a buyoff step in a strict operation has to be signed before the step after it", () => {
  const plan = planWith({ step: "060.5", to: {} });
  const signedStep = plan.operations[2]?.steps[4];
  const buyoffs = signedStep?.buyoffs ?? [];
  const content = planWith({ step: "060.3", to: { buyoffs } });
  const bench = inWorkAt("060.3", { content });
  for (const position of ["1", "2"]) {
    act(bench, "selectGage", { operation: named("op 060"), gage: "TW-0209" });
    read(bench, { step: "060.3", field: "final", position }, position === "1" ? "22.3" : "23.4");
  }
  expect(outcome(complete(bench, "060.3"))).toBe("step_not_bought_off");
});

test("a step completes only with everything required in it", () => {
  const bench = inWorkAt("010.1");
  read(bench, { step: "010.1", field: "order" }, "WO-700290");
  const ruling = complete(bench, "010.1");
  expect(outcome(ruling)).toBe("field_missing");
  expect(params(ruling)).toMatchObject({ field: "tools", position: "1" });
  read(bench, { step: "010.1", field: "tools" }, "14");
  expect(outcome(complete(bench, "010.1"))).toEqual(["step.completed", "qualification.used"]);
});

test("a gage that a step asks for has to be selected before it completes", () => {
  const to = { fields: [{ ...wrench, id: named("feeler"), gageType: "scale" }] };
  const bench = inWorkAt("010.1", { content: planWith({ step: "010.1", to }) });
  expect(outcome(complete(bench, "010.1"))).toBe("gage_needed");
  act(bench, "selectGage", { operation: named("op 010"), gage: "SC-0019" });
  expect(outcome(complete(bench, "010.1"))[0]).toBe("step.completed");
});
const wrench = { kind: "gage" as const, label: { en: "scale" }, required: true, positions: ["1"] };

test("a lapsed qualification stops the work, and the refusal says since when and who holds it", () => {
  const bench = inWorkAt("060.1");
  const ruling = read(bench, { step: "060.1", field: "running" }, "2.3", { by: "lapsed" });
  expect(outcome(ruling)).toBe("not_qualified");
  expect(params(ruling)).toEqual({
    qualification: "Q-TRQ",
    missing: "Q-TRQ",
    since: "2026-02-26",
    waivableBy: "nobody",
    trainers: "",
    person: "lapsed",
    holders: "ana",
  });
});

test("a qualification holds through its last day in plant time", () => {
  const people = { validFrom: "2020-01-01", validUntil: "2026-03-01" };
  const bench = inWorkAt("010.1");
  const ana = { ...bench.people.ana, qualifications: [{ code: "Q-ASM", ...people }] };
  bench.people = { ...bench.people, ana: ana as (typeof bench.people)[string] };
  const late = { facts: { at: "2026-03-02T06:59:00.000Z" } };
  const next = { facts: { at: "2026-03-02T07:01:00.000Z" } };
  const at = { step: "010.1", field: "order" };
  expect(outcome(read(bench, at, "WO-700290", late))).toEqual(["reading.recorded"]);
  expect(outcome(read(bench, at, "WO-700290", next))).toBe("not_qualified");
});

test("nothing is worked on under a withdrawn revision, and a superseded one goes on", () => {
  const bench = inWorkAt("010.1");
  const at = { step: "010.1", field: "order" };
  const withdrawn = { facts: { revisionStatus: "withdrawn" as const } };
  const superseded = { facts: { revisionStatus: "superseded" as const } };
  expect(outcome(read(bench, at, "WO-700290", withdrawn))).toBe("revision_withdrawn");
  expect(outcome(read(bench, at, "WO-700290", superseded))).toEqual(["reading.recorded"]);
});

test("a late entry shows both times and why; nothing is claimed for the future", () => {
  const bench = inWorkAt("010.1");
  bench.minutes = 90;
  const at = { step: "010.1", field: "order" };
  const claim = (claimedAt: string) => ({ late: { claimedAt, reason: "network down" } });
  const future = read(bench, at, "WO-700290", claim("2026-03-03T13:00:00.000Z"));
  expect(outcome(future)).toBe("late_in_future");
  const late = read(bench, at, "WO-700290", claim("2026-03-02T13:30:00.000Z"));
  expect(outcome(late)).toEqual(["reading.recorded", "entry.late"]);
});

test("a signed step is opened again only by a lead, and its signatures are void", () => {
  const bench = doneUpTo("060.5");
  const reopen = { step: named("060.3"), reason: "check again" };
  expect(outcome(act(bench, "reopenStep", reopen))).toBe("not_permitted");
  const ruling = act(bench, "reopenStep", reopen, { by: "sue" });
  expect(outcome(ruling)).toEqual(["step.reopened", "buyoff.voided", "buyoff.voided"]);
});
