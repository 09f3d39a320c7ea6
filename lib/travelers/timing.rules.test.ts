import { expect, test } from "vitest";
import { millis, plusMinutes } from "#lib/kit/time";
import type { Bench } from "./bench/bench.ts";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { hurriedPlan } from "./bench/plan-clocks.ts";
import { begin } from "./bench/plant.ts";
import {
  aDefect,
  aHold,
  completed,
  doneUpTo,
  inWorkAt,
  lastReading,
  outcome,
  params,
  qmsSays,
  read,
  sign,
} from "./bench/stage.ts";
import { wholePlan } from "./bench/whole-plan.ts";
import { workUntil } from "./bench/worker.ts";
import {
  batchClockOf,
  elapsedText,
  mixesInUse,
  mixesToJoin,
  runningTimers,
} from "./clocks.rules.ts";
import type { KeptClock } from "./tablet-clock.rules.ts";

const content = wholePlan();
const at = (step: string, field: string, position = "1") => ({
  step: named(step),
  field: named(field),
  position,
});
const soak = at("030.2", "soak");
const transfer = at("030.2", "transfer");
const timing = () => inWorkAt("030.2", { content });
/** The next act happens so many minutes after this moment. */
const later = (bench: Bench, minutes: number) => {
  bench.minutes += minutes - 1;
};
const mixNow = (bench: Bench, lot = "S-1", minutesAgo = 0, facts = {}) =>
  act(
    bench,
    "startBatchClock",
    {
      step: named("030.1"),
      field: named("mix"),
      lot,
      mixedAt: plusMinutes(begin, bench.minutes + 1 - minutesAgo),
    },
    { facts },
  );

test("elapsed time is cut below a minimum and rounded up everywhere else, so that the text judges as the time", () => {
  expect(elapsedText(599_999, 1000, 600)).toBe("599.9");
  expect(elapsedText(600_000, 1000, 600)).toBe("600.0");
  expect(elapsedText(30_001, 1000, undefined)).toBe("30.1");
  expect(elapsedText(30_000, 1000, undefined)).toBe("30.0");
  expect(elapsedText(7_200_001, 60_000, undefined)).toBe("120.1");
  expect(elapsedText(0, 1000, undefined)).toBe("0.0");
});

test("what a timer measured is a reading with its limits, and names who stopped it", () => {
  const bench = timing();
  expect(outcome(act(bench, "startTimer", soak))).toEqual(["timer.started"]);
  later(bench, 3);
  expect(outcome(act(bench, "stopTimer", soak, { by: "ben" }))).toEqual([
    "timer.stopped",
    "reading.recorded",
  ]);
  expect(lastReading(bench, "soak")).toMatchObject({
    value: "180.0",
    unit: "s",
    verdict: "in_limits",
    limits: { min: "120", max: null },
    source: "calculated",
    person: named("ben"),
  });
});

test("a timer measures by the clock of the tablet that it was started and stopped at", () => {
  const wallMs = millis(begin);
  const clock = (ms: number, of: Partial<KeptClock> & { asleepMs?: number } = {}) => {
    const { asleepMs = 0, ...said } = of;
    const read = { wallMs: wallMs + ms + asleepMs, monotonicMs: 5_000 + ms, bootId: named("page") };
    const known = { device: named("tablet"), skew: 400, uncertainty: 20 };
    return { tabletClock: { ...known, ...read, ...said } };
  };
  const measured = (started: object, stopped: object) => {
    const bench = timing();
    act(bench, "startTimer", transfer, { facts: started });
    bench.minutes -= 0.5;
    act(bench, "stopTimer", transfer, { facts: stopped });
    return lastReading(bench, "transfer").value;
  };
  // By the plant's time it is 30 s, as well as that was known at either end.
  expect(measured(clock(0), clock(29_640))).toBe("29.7");
  expect(measured(clock(0), clock(30_412))).toBe("30.5");
  expect(measured(clock(0), clock(29_640, { skew: 900 }))).toBe("29.7");
  // Loaded anew, or asleep: by the wall clock, if what is known of it fits at both ends.
  const anew = { bootId: named("reloaded"), monotonicMs: 12 };
  expect(measured(clock(0), clock(29_640, anew))).toBe("29.7");
  expect(measured(clock(0), clock(28_900, { asleepMs: 700 }))).toBe("29.6");
  expect(measured(clock(0), clock(29_640, { ...anew, skew: 440 }))).toBe("29.7");
  expect(measured(clock(0), clock(29_640, { ...anew, skew: 441 }))).toBe("30.0");
  expect(measured(clock(0), clock(29_640, { ...anew, skew: undefined }))).toBe("30.0");
  // What measures nothing: two tablets, one that can't be right, none at one end.
  expect(measured(clock(0), clock(29_640, { device: named("other tablet") }))).toBe("30.0");
  expect(measured(clock(0), clock(12_000))).toBe("30.0");
  expect(measured(clock(29_640), clock(0))).toBe("30.0");
  expect(measured({}, clock(29_640))).toBe("30.0");
  expect(measured(clock(0), {})).toBe("30.0");
});

test("before its minimum a timer runs on, unless somebody says that it really ended: then it is out of limits", () => {
  const bench = timing();
  act(bench, "startTimer", soak);
  const early = act(bench, "stopTimer", soak);
  expect(outcome(early)).toBe("timer_minimum_not_reached");
  expect(params(early)).toEqual({ min: "120", left: "60" });
  bench.minutes -= 1;
  const ended = act(bench, "stopTimer", { ...soak, confirmed: ["out_of_limits"] });
  expect(outcome(ended)).toEqual(["timer.stopped", "reading.recorded"]);
  expect(lastReading(bench, "soak").verdict).toBe("out_of_limits");
  // Too short is not too long, for whoever reviews it too.
  expect(bench.state.signals.at(-1)).toMatchObject({ kind: "timer_short", step: soak.step });
});

test("beyond its maximum the defect is logged by the rule, with the value, and the plant's hold", () => {
  const bench = timing();
  act(bench, "startTimer", transfer);
  later(bench, 2);
  expect(outcome(act(bench, "stopTimer", transfer))).toEqual([
    "timer.stopped",
    "reading.recorded",
    "defect.logged",
    "hold.placed",
  ]);
  const [defect] = bench.state.defects;
  expect(defect).toMatchObject({
    code: "PRC-01",
    severity: "major",
    reading: lastReading(bench, "transfer").id,
    position: "1",
  });
  expect(bench.state.status).toBe("on_hold");
  expect(bench.state.signals.at(-1)).toMatchObject({ kind: "timer_exceeded" });
});

test("a timer runs once at a time, once in an attempt, and each position has its own", () => {
  const bench = timing();
  act(bench, "startTimer", transfer);
  expect(outcome(act(bench, "startTimer", transfer))).toBe("timer_runs");
  expect(outcome(act(bench, "startTimer", { ...transfer, position: "2" }))).toEqual([
    "timer.started",
  ]);
  bench.minutes -= 2;
  act(bench, "stopTimer", transfer);
  expect(outcome(act(bench, "stopTimer", transfer))).toBe("timer_not_running");
  expect(outcome(act(bench, "startTimer", transfer))).toBe("timer_ended");
});

test("a hold stops no timer: it can be stopped, and not started", () => {
  const bench = timing();
  act(bench, "startTimer", soak);
  act(bench, "placeHold", aHold());
  expect(outcome(act(bench, "startTimer", transfer))).toBe("on_hold");
  later(bench, 5);
  expect(outcome(act(bench, "stopTimer", soak))).toEqual(["timer.stopped", "reading.recorded"]);
});

test("a step with a running timer is not complete", () => {
  const bench = timing();
  act(bench, "startTimer", soak);
  const step = { step: named("030.2"), late: undefined };
  expect(outcome(act(bench, "completeStep", step))).toBe("timer_runs");
});

test("a rework ends the timers of what is done again, lists them, and everything is timed afresh", () => {
  const content = wholePlan();
  // What is not required is not missing either: its timer runs to its end all the same.
  for (const field of content.operations.flatMap(({ steps }) => steps.flatMap((of) => of.fields)))
    if (field.kind === "timer") field.required = false;
  const bench = inWorkAt("030.2", { content });
  act(bench, "startTimer", soak);
  act(bench, "startTimer", transfer);
  act(bench, "startTimer", { ...transfer, position: "2" });
  const [soaking, first, second] = bench.state.timers.map(({ id }) => id);
  act(bench, "logDefect", aDefect({ code: "FIN-01", step: named("030.2") }));
  qmsSays(bench, "rework");
  const rework = {
    rework: named("rework"),
    defect: named("defect"),
    steps: [{ step: named("030.2"), positions: ["1"] }],
  };
  const started = act(bench, "startRework", rework, { by: "sue" });
  expect(started.ok ? started.value.events[0]?.body : started.error).toMatchObject({
    voids: { timers: [soaking, first] },
  });
  expect(runningTimers(bench.state).map(({ id }) => id)).toEqual([second]);
  const running = bench.state.timers.filter(({ stoppedAt }) => stoppedAt === null);
  expect(running.map(({ id }) => id)).toEqual([second]);
  act(bench, "presentStep", { step: named("030.2"), language: "en" });
  act(bench, "startStep", { step: named("030.2"), late: undefined });
  expect(outcome(act(bench, "stopTimer", transfer))).toBe("timer_not_running");
  const complete = { step: named("030.2"), late: undefined };
  // What is carried runs on, and is stopped in its own attempt.
  expect(params(act(bench, "completeStep", complete))).toEqual({ position: "2" });
  bench.minutes -= 7;
  expect(outcome(act(bench, "stopTimer", { ...transfer, position: "2" }))[0]).toBe("timer.stopped");
  expect(lastReading(bench, "transfer", "2").attempt).toBe(1);
  for (const at of [soak, transfer]) {
    expect(outcome(act(bench, "startTimer", at))).toEqual(["timer.started"]);
    if (at === soak) later(bench, 2);
    expect(outcome(act(bench, "stopTimer", at))[0]).toBe("timer.stopped");
  }
});

test("a timer that an old entry left running in an earlier attempt blocks neither the end of the step nor leaving it out", () => {
  const content = wholePlan();
  const steps = content.operations.flatMap((operation) => operation.steps);
  const timed = steps.find(({ number }) => number === "030.2");
  if (!timed) throw new TypeError("no 030.2");
  timed.skip = { by: "operator" };
  const bench = inWorkAt("030.2", { content });
  act(bench, "startTimer", soak);
  act(bench, "logDefect", aDefect({ code: "FIN-01", step: named("030.2") }));
  qmsSays(bench, "rework");
  const again = [{ step: named("030.2"), positions: null }];
  const rework = { rework: named("rework"), defect: named("defect"), steps: again };
  act(bench, "startRework", rework, { by: "sue" });
  // As the first version wrote it: no timer was listed, so it never stopped.
  bench.state = {
    ...bench.state,
    timers: bench.state.timers.map((timer) => ({ ...timer, stoppedAt: null })),
  };
  const step = { step: named("030.2") };
  const skipped = act(bench, "skipStep", { ...step, reason: "not here", permit: null });
  expect(outcome(skipped)).toEqual(["step.skipped"]);
});

test("a step done faster than it can be is a signal about the step", () => {
  const content = wholePlan();
  const steps = content.operations.flatMap((operation) => operation.steps);
  const quick = steps.find(({ number }) => number === "030.2");
  if (!quick) throw new TypeError("no 030.2");
  quick.plausibleMinSeconds = 86_400;
  const bench = completed({ content });
  const event = bench.events.find(({ type }) => type === "step.implausibly_fast");
  expect(event?.body).toMatchObject({ step: named("030.2"), plausibleMinSeconds: 86_400 });
  const usual = completed({ content: wholePlan() });
  expect(usual.events.map(({ type }) => type)).not.toContain("step.implausibly_fast");
});

test("a mix is a lot of the right part that is not expired; another lot is offered", () => {
  const bench = inWorkAt("030.1", { content });
  const expired = mixNow(bench, "S-EXPIRED");
  expect(outcome(expired)).toBe("component_expired");
  expect(params(expired)).toMatchObject({ item: "S-EXPIRED", other: "S-1" });
  expect(outcome(mixNow(bench, "L-1"))).toBe("component_unknown");
  expect(outcome(mixNow(bench))).toEqual(["batch_clock.started"]);
  expect(bench.state.clocks.at(-1)).toMatchObject({ lot: "S-1", part: "SEAL", joined: false });
});

test("a clock can't be started in the future nor long ago, but a running one of the same mix is joined", () => {
  const bench = inWorkAt("030.1", { content });
  expect(outcome(mixNow(bench, "S-1", -2))).toBe("clock_in_future");
  expect(outcome(mixNow(bench, "S-1", 16))).toBe("clock_backdated");
  const mixedAt = plusMinutes(begin, bench.minutes + 1 - 40);
  const running = { clock: "application life", part: "SEAL", lot: "S-1", mixedAt, unit: "FSB-1" };
  const other = { clocks: [{ ...running, lot: "S-2" }] };
  expect(outcome(mixNow(bench, "S-1", 40, other))).toBe("clock_backdated");
  bench.minutes -= 1;
  expect(outcome(mixNow(bench, "S-1", 40, { clocks: [running] }))).toEqual(["batch_clock.started"]);
  expect(bench.state.clocks.at(-1)).toMatchObject({ joined: true, mixedAt });
});

test("work that waits for a clock says until when, and a mix that is too old can't be used", () => {
  const bench = inWorkAt("030.3", { content });
  const age = at("030.3", "age");
  const mixedAt = bench.state.clocks[0]?.mixedAt ?? "";
  const soon = { facts: { at: plusMinutes(mixedAt, 2) } };
  const refused = act(bench, "readClock", age, soon);
  expect(outcome(refused)).toBe("clock_not_elapsed");
  expect(params(refused)).toMatchObject({ left: "1", readyAt: plusMinutes(mixedAt, 3) });
  const old = { facts: { at: plusMinutes(mixedAt, 5001) } };
  expect(outcome(act(bench, "readClock", age, old))).toBe("clock_over");
  const late = { facts: { at: plusMinutes(mixedAt, 4950) } };
  expect(outcome(act(bench, "readClock", age, late))).toEqual([
    "reading.recorded",
    "batch_clock.exceeded",
    "defect.logged",
    "hold.placed",
  ]);
  expect(bench.state.signals.at(-1)).toMatchObject({ kind: "mix_over_age", step: age.step });
  expect(bench.state.clocks.at(-1)?.exceeded).toMatchObject([
    { step: age.step, minutes: "4950.0", maxMinutes: "4900" },
  ]);
  expect(lastReading(bench, "age")).toMatchObject({ value: "4950.0", unit: "min" });
});

/** The mix may be an hour old; its work is over `minutes` after it was mixed. */
function mixedAndUsed(minutes: number, names: { defectCode?: string } = { defectCode: "PRC-01" }) {
  const content = wholePlan();
  const fields = content.operations.flatMap(({ steps }) => steps.flatMap((step) => step.fields));
  const mix = fields.find(({ id }) => id === named("mix"));
  if (mix?.kind !== "batch_clock") throw new TypeError("no mix");
  Object.assign(mix, { maxMinutes: 60, ...names });
  const bench = inWorkAt("030.1", { content });
  mixNow(bench);
  bench.minutes += minutes - 1;
  return bench;
}
const completeMix = (bench: Bench, late?: { claimedAt: string; reason: string }) =>
  act(bench, "completeStep", { step: named("030.1"), late });

test("a step that is over with a mix past its time is done, with the defect by rule, the hold and a signal", () => {
  expect(outcome(completeMix(mixedAndUsed(60)))).toEqual(["step.completed"]);
  const bench = mixedAndUsed(61);
  expect(outcome(completeMix(bench))).toEqual([
    "step.completed",
    "batch_clock.exceeded",
    "defect.logged",
    "hold.placed",
  ]);
  expect(bench.state.defects).toMatchObject([
    { code: "PRC-01", severity: "major", step: named("030.1"), field: named("mix"), position: "1" },
  ]);
  const logged = bench.events.find(({ type }) => type === "defect.logged");
  expect(logged?.body).toMatchObject({
    measured: { value: "61.0", unit: "min", limits: { min: null, max: "60" } },
  });
  expect(bench.state.signals.at(-1)).toMatchObject({ kind: "mix_over_age", step: named("030.1") });
  expect(bench.state.steps[named("030.1")]?.status).toBe("complete");
});

test("where the revision names no defect for a mix past its time, somebody logs one before the step is done", () => {
  const bench = mixedAndUsed(75, {});
  const refused = completeMix(bench);
  expect(outcome(refused)).toBe("clock_over_unsettled");
  expect(params(refused)).toMatchObject({ lot: "S-1", minutes: "75.0", max: "60" });
  act(bench, "logDefect", aDefect({ code: "FIN-01", step: named("030.1") }));
  expect(outcome(completeMix(bench))).toEqual(["step.completed", "batch_clock.exceeded"]);
});

test("the age of a mix is judged at the time that a late entry claims, and said once in an attempt", () => {
  const bench = mixedAndUsed(90, {});
  const claimedAt = plusMinutes(begin, bench.minutes - 40);
  const late = completeMix(bench, { claimedAt, reason: "the tablet was flat" });
  expect(outcome(late)).toEqual(["step.completed", "entry.late"]);
  const again = { step: named("030.1"), reason: "again" };
  act(bench, "reopenStep", again);
  act(bench, "logDefect", aDefect({ code: "FIN-01", step: named("030.1") }));
  expect(outcome(completeMix(bench))).toContain("batch_clock.exceeded");
  act(bench, "reopenStep", again);
  expect(outcome(completeMix(bench))).toEqual(["step.completed"]);
});

test("work that ends later than its mix is judged and not refused; nothing more is begun with it", () => {
  const content = wholePlan();
  const steps = content.operations.flatMap((operation) => operation.steps);
  const using = steps.find(({ number }) => number === "030.3");
  if (!using) throw new TypeError("no 030.3");
  using.clocks = [{ field: named("mix"), withinMinutes: 60 }];
  using.fields = [];
  const bench = inWorkAt("030.3", { content });
  const mixedAt = bench.state.clocks[0]?.mixedAt ?? "";
  const facts = { at: plusMinutes(mixedAt, 61) };
  const step = { step: named("030.3"), late: undefined };
  expect(outcome(act(bench, "completeStep", step, { facts }))).toBe("clock_over_unsettled");
  const fresh = inWorkAt("030.3", { content });
  act(fresh, "completeStep", step, { facts: { at: plusMinutes(mixedAt, 60) } });
  expect(fresh.state.steps[step.step]?.status).toBe("complete");
  act(fresh, "reopenStep", { step: step.step, reason: "again" });
  act(fresh, "pauseStep", { step: step.step, reason: "break" });
  expect(outcome(act(fresh, "resumeStep", { step: step.step }, { facts }))).toBe("clock_over");
});

test("a mix that a rework carries was not used again, however old it is by then", () => {
  const bench = doneUpTo("030.1", { content: hurriedPlan() });
  act(bench, "logDefect", aDefect({ code: "FIN-01", step: named("030.1") }));
  qmsSays(bench, "rework");
  const steps = [{ step: named("030.1"), positions: ["2"] }];
  const rework = { rework: named("rework"), defect: named("defect"), steps };
  act(bench, "startRework", rework, { by: "sue" });
  bench.minutes += 90;
  act(bench, "presentStep", { step: named("030.1"), language: "en" });
  act(bench, "startStep", { step: named("030.1"), late: undefined });
  read(bench, { step: "030.1", field: "wet", position: "2" }, "pass", { source: "tap" });
  expect(outcome(completeMix(bench))).toEqual(["step.completed"]);
});

test("a signature completes no step over a mix past its time without its defect", () => {
  const content = wholePlan();
  const steps = content.operations.flatMap((operation) => operation.steps);
  const signed = steps.find(({ number }) => number === "060.5");
  if (!signed) throw new TypeError("no 060.5");
  signed.clocks = [{ field: named("mix"), withinMinutes: 60 }];
  const bench = inWorkAt("060.5", { content });
  const mixedAt = bench.state.clocks[0]?.mixedAt ?? "";
  const facts = { at: plusMinutes(mixedAt, 90) };
  const place = { operation: "060", step: "060.5", requirement: "060 operator" };
  expect(outcome(sign(bench, place, { facts }))).toBe("clock_over_unsettled");
  act(bench, "logDefect", aDefect({ code: "FIN-01", step: named("060.5") }));
  expect(outcome(sign(bench, place, { facts }))).toEqual(["buyoff.signed"]);
  const last = { ...place, requirement: "060 inspection" };
  expect(outcome(sign(bench, last, { second: "ivy", facts }))).toContain("batch_clock.exceeded");
});

test("a fresh mix counts from its own time on", () => {
  const bench = inWorkAt("030.1", { content });
  mixNow(bench);
  bench.minutes += 30;
  mixNow(bench);
  expect(bench.state.clocks).toHaveLength(2);
  expect(batchClockOf(bench.state, content, named("mix"))?.id).toBe(bench.state.clocks[1]?.id);
});

test("a mix runs in sight while something that uses it is still to be done, by the least that is left of it", () => {
  const inUse = (bench: Bench) =>
    mixesInUse(bench.state, content, plusMinutes(begin, bench.minutes)).map(({ leftMs }) => leftMs);
  const none = inWorkAt("030.1", { content });
  expect(inUse(none)).toEqual([]);
  mixNow(none);
  // 030.3 reads its age up to 4900 minutes, before the 5000 of the mix itself are over.
  expect(inUse(none)).toEqual([4900 * 60_000]);
  const used = doneUpTo("030.3", { content });
  expect(batchClockOf(used.state, content, named("mix"))).not.toBeNull();
  expect(inUse(used)).toEqual([]);
  const ownOnly = wholePlan();
  for (const step of ownOnly.operations.flatMap(({ steps }) => steps)) {
    delete step.clocks;
    step.fields = step.fields.filter(({ kind }) => kind !== "clock_age");
  }
  const left = (until: string) => {
    const { state } = doneUpTo(until, { content: ownOnly });
    return mixesInUse(state, ownOnly, begin).length;
  };
  // Nothing later names it: then its whole operation may use it.
  expect([left("030.1"), left("030.2"), left("030.3")]).toEqual([1, 1, 0]);
  const ended = inWorkAt("030.3", { content });
  expect(inUse(ended)).toHaveLength(1);
  act(ended, "cancelTraveler", { reason: "not needed" }, { by: "sue" });
  expect(ended.state.status).toBe("cancelled");
  expect(inUse(ended)).toEqual([]);
});

test("the mixes to join are those of the field's clock and parts that are not over, each once, the youngest first", () => {
  const fields = content.operations.flatMap(({ steps }) => steps.flatMap((step) => step.fields));
  const field = fields.find((one) => one.kind === "batch_clock");
  if (field?.kind !== "batch_clock") throw new TypeError("no mix");
  const mix = { clock: "application life", part: "SEAL", lot: "S-1", mixedAt: begin, unit: "A" };
  const joinable = [mix, { ...mix, unit: "B" }, { ...mix, part: "SEAL-ALT", lot: "S-9" }];
  const young = { ...mix, lot: "S-2", mixedAt: plusMinutes(begin, 5) };
  const others = [
    { ...mix, clock: "tack-free", lot: "S-3" },
    { ...mix, part: "PRIMER", lot: "S-4" },
    { ...mix, part: null, lot: "S-5" },
    { ...mix, lot: "S-OLD", mixedAt: plusMinutes(begin, 30 - 5000) },
  ];
  const found = mixesToJoin([...joinable, young, ...others], field, plusMinutes(begin, 30));
  expect(found.map(({ lot }) => lot)).toEqual(["S-2", "S-1", "S-9"]);
});

test("work that is for a mix can't begin where none was mixed", () => {
  const content = wholePlan();
  const fields = content.operations.flatMap(({ steps }) => steps.flatMap((step) => step.fields));
  const mix = fields.find(({ id }) => id === named("mix"));
  if (!mix) throw new TypeError("no mix");
  mix.required = false;
  const bench = inWorkAt("030.1", { content });
  act(bench, "completeStep", { step: named("030.1"), late: undefined });
  expect(workUntil(bench, ({ state }) => state.steps[named("030.3")]?.status === "in_work")).toBe(
    false,
  );
  const start = { step: named("030.3"), late: undefined };
  expect(outcome(act(bench, "startStep", start))).toBe("clock_not_started");
});
