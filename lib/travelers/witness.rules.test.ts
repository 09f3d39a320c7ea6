import { expect, test } from "vitest";
import { plusMinutes } from "#lib/kit/time";
import type { Bench } from "./bench/bench.ts";
import { act } from "./bench/bench.ts";
import { named, requirement } from "./bench/plan.ts";
import { begin } from "./bench/plant.ts";
import {
  aDefect,
  aHold,
  inWorkAt,
  outcome,
  params,
  planWith,
  qmsSays,
  sign,
} from "./bench/stage.ts";
import { workUntil } from "./bench/worker.ts";
import { onlineOnly } from "./online-only.rules.ts";
import { nextStep, openItems } from "./progress.rules.ts";

const operator = requirement("060 operator", "operator", "operator");
const witness = (more: object = {}) =>
  requirement("060 inspection", "inspection", "inspector", {
    stamp: true,
    witnessNoticeMinutes: 30,
    ...more,
  });
const content = planWith({ step: "060.5", to: { buyoffs: [operator, witness()] } });
const place = {
  operation: named("op 060"),
  step: named("060.5"),
  requirement: named("060 inspection"),
};
const at = { operation: "060", step: "060.5", requirement: "060 inspection" };
const pass = (bench: Bench) => act(bench, "passWitness", place);
const call = (bench: Bench, id = "call") =>
  act(bench, "callInspection", { call: named(id), operation: named("op 060") });

/** The operator has signed; only the witness is missing. */
function waiting(plan = content): Bench {
  const bench = inWorkAt("060.5", { content: plan });
  sign(bench, { ...at, requirement: "060 operator" });
  return bench;
}

test("a witness is passed only after the notice time with the call on record, by somebody, as a signal", () => {
  const bench = waiting();
  expect(outcome(pass(bench))).toBe("witness_not_called");
  call(bench);
  const called = bench.state.calls[0]?.at ?? "";
  bench.minutes += 28;
  const early = pass(bench);
  expect(outcome(early)).toBe("witness_notice_runs");
  expect(params(early)).toMatchObject({ type: "inspection", calledAt: called });
  expect(outcome(act(bench, "completeStep", { step: named("060.5"), late: undefined }))).toBe(
    "step_not_bought_off",
  );
  // At the minute itself the notice is over.
  expect(outcome(pass(bench))).toEqual(["witness.passed", "step.completed"]);
  expect(bench.events.at(-2)?.body).toMatchObject({ calledAt: called, noticeMinutes: 30 });
  expect(bench.state.signals.at(-1)).toMatchObject({ kind: "witness_passed" });
  expect(bench.state.steps[named("060.5")]?.performedBy).toEqual([named("ana")]);
  expect(nextStep(bench.state, content)?.operation).toBe(named("op 100"));
  expect(openItems(bench.state, content).some(({ params: of }) => of.step === "060.5")).toBe(false);
});

test("time alone passes nothing: the work waits until somebody goes on", () => {
  const bench = waiting();
  call(bench);
  bench.minutes += 600;
  act(bench, "presentStep", { step: named("100.1"), language: "en" });
  expect(outcome(act(bench, "startStep", { step: named("100.1"), late: undefined }))).toBe(
    "step_out_of_order",
  );
});

test("the notice runs from when the plant heard the call, not from when a tablet without a network kept it", () => {
  const bench = waiting();
  const recordedAt = plusMinutes(begin, bench.minutes + 41);
  act(
    bench,
    "callInspection",
    { call: named("call"), operation: named("op 060") },
    { facts: { recordedAt } },
  );
  expect(bench.state.calls[0]).toMatchObject({ heardAt: recordedAt });
  bench.minutes += 60;
  const early = pass(bench);
  expect(outcome(early)).toBe("witness_notice_runs");
  expect(params(early)).toMatchObject({ until: plusMinutes(recordedAt, 30) });
  bench.minutes += 15;
  expect(outcome(pass(bench))[0]).toBe("witness.passed");
  // Whoever heard of it at once is told nothing more.
  const near = waiting();
  call(near);
  expect(near.state.calls[0]).not.toHaveProperty("heardAt");
});

test("no tablet passes a witness by itself: whether anybody heard the call only the server knows", () => {
  expect(onlineOnly).toContain("passWitness");
});

test("a hold point is never passed, whatever notice it names, nor is a buyoff without one", () => {
  for (const more of [{ holdPoint: true }, { witnessNoticeMinutes: undefined }]) {
    const plan = planWith({ step: "060.5", to: { buyoffs: [operator, witness(more)] } });
    const bench = waiting(plan);
    call(bench);
    bench.minutes += 60;
    expect(outcome(pass(bench))).toBe("not_a_witness_point");
  }
});

test("no witness is passed before the work is done or before the signatures ahead of theirs", () => {
  const bench = inWorkAt("060.4", { content });
  call(bench);
  bench.minutes += 60;
  expect(outcome(pass(bench))).toBe("buyoff_not_due");
  const unsigned = inWorkAt("060.5", { content });
  call(unsigned);
  unsigned.minutes += 60;
  expect(outcome(pass(unsigned))).toBe("buyoff_not_due");
});

test("whoever has come is not passed over; if they left, they are called again", () => {
  const bench = waiting();
  call(bench);
  act(bench, "acknowledgeInspection", { call: named("call"), arrived: true }, { by: "ian" });
  bench.minutes += 60;
  expect(outcome(pass(bench))).toBe("witness_not_called");
  call(bench, "call 2");
  expect(outcome(pass(bench))).toBe("witness_notice_runs");
  bench.minutes += 30;
  expect(outcome(pass(bench))[0]).toBe("witness.passed");
});

test("on hold nobody is passed", () => {
  const bench = waiting();
  call(bench);
  bench.minutes += 60;
  act(bench, "placeHold", aHold({ scope: { kind: "operation", operation: named("op 060") } }));
  expect(outcome(pass(bench))).toBe("on_hold");
});

test("a call before a signature that was voided invites nobody again", () => {
  const bench = waiting();
  call(bench);
  bench.minutes += 60;
  sign(bench, at, { second: "ian" });
  const id = bench.state.buyoffs.at(-1)?.id ?? "";
  act(bench, "voidBuyoff", { buyoff: id, reason: "wrong unit" }, { by: "quinn" });
  expect(outcome(pass(bench))).toBe("witness_not_called");
});

test("work that is done again invites the witness again", () => {
  const bench = waiting();
  call(bench);
  bench.minutes += 60;
  pass(bench);
  act(bench, "reopenStep", { step: named("060.3"), reason: "again" }, { by: "sue" });
  expect(bench.state.witnessPasses).toEqual([]);
  act(bench, "completeStep", { step: named("060.3"), late: undefined });
  sign(bench, { ...at, requirement: "060 operator" });
  expect(outcome(pass(bench))).toBe("witness_not_called");

  const other = waiting();
  call(other);
  other.minutes += 60;
  pass(other);
  act(other, "logDefect", aDefect({ code: "FIN-01", step: named("060.3") }), { by: "ian" });
  const dispositions = qmsSays(other, "rework");
  const hand = { ncr: "NCR-1", evidence: null, reason: null };
  const received = { defect: named("defect"), from: "qms" as const, dispositions, ...hand };
  act(other, "receiveDisposition", received, { by: "link" });
  const steps = [{ step: named("060.3"), positions: ["2"] }];
  const rework = { rework: named("rework"), defect: named("defect"), steps };
  expect(outcome(act(other, "startRework", rework, { by: "sue" }))[0]).toBe("rework.started");
  expect(other.state.witnessPasses).toEqual([]);
});

test("a witness who comes late may still sign what was passed", () => {
  const bench = waiting();
  call(bench);
  bench.minutes += 60;
  pass(bench);
  expect(outcome(sign(bench, at, { second: "ian" }))).toEqual(["buyoff.signed"]);
});

test("a traveler whose witness was passed is completed, and one whose witness wasn't is not", () => {
  const bench = waiting();
  call(bench);
  bench.minutes += 60;
  const refused = act(bench, "completeTraveler", {}, { by: "quinn" });
  expect(params(refused).buyoffs).toContain("060.5 inspection");
  pass(bench);
  expect(workUntil(bench, ({ state }) => state.status === "complete")).toBe(true);
  expect(bench.state.buyoffs.some((of) => of.requirement === place.requirement)).toBe(false);
});

test("a witness who stands alone is not passed before the work that they were invited to is done", () => {
  const alone = planWith({ step: "060.5", to: { buyoffs: [witness()] } });
  const bench = inWorkAt("060.4", { content: alone });
  call(bench);
  bench.minutes += 60;
  expect(outcome(pass(bench))).toBe("buyoff_not_due");
});

test("whoever goes on without the witness did no work by it", () => {
  const bench = waiting();
  call(bench);
  bench.minutes += 60;
  expect(outcome(act(bench, "passWitness", place, { by: "ben" }))[0]).toBe("witness.passed");
  expect(bench.state.steps[named("060.5")]?.performedBy).not.toContain(named("ben"));
});
