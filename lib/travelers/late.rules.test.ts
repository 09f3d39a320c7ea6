import { expect, test } from "vitest";
import { plusMinutes } from "#lib/kit/time";
import type { Bench, Given } from "./bench/bench.ts";
import { aBench, act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { begin, people } from "./bench/plant.ts";
import { doneUpTo, outcome, params, read } from "./bench/stage.ts";
import { wholePlan } from "./bench/whole-plan.ts";
import { workUntil } from "./bench/worker.ts";
import { nextStep } from "./progress.rules.ts";

const content = wholePlan();
const reason = "the network was down";
const wiped = { step: "070.1", field: "wiped" };
const claim = (claimedAt: string) => ({ claimedAt, reason });
const minute = (of: number) => plusMinutes(begin, of);

/** Everything before is bought off; 070.1 is next and has been shown; an hour has gone by. */
function anHourLater(given: Given = {}): { bench: Bench; before: number } {
  const bench = aBench({ content });
  workUntil(bench, ({ state }) => nextStep(state, content)?.step === named("070.1"));
  act(bench, "presentStep", { step: named("070.1"), language: "en" }, given);
  const before = bench.minutes;
  bench.minutes += 60;
  return { bench, before };
}
const start = (bench: Bench, claimedAt?: string, given: Given = {}) =>
  act(
    bench,
    "startStep",
    { step: named("070.1"), late: claimedAt === undefined ? undefined : claim(claimedAt) },
    given,
  );
const complete = (bench: Bench, claimedAt: string) =>
  act(bench, "completeStep", { step: named("070.1"), late: claim(claimedAt) });

test("failure 57: begun, recorded and completed earlier: both times of each stand in the record", () => {
  const { bench, before } = anHourLater();
  expect(outcome(start(bench, minute(before + 5)))).toEqual(["step.started", "entry.late"]);
  const done = read(bench, wiped, "yes", { source: "tap", late: claim(minute(before + 10)) });
  expect(outcome(done)).toEqual(["reading.recorded", "entry.late"]);
  expect(outcome(complete(bench, minute(before + 12)))).toEqual(["step.completed", "entry.late"]);
  const said = bench.state.departures.filter(({ kind }) => kind === "late");
  expect(said.map(({ act: of, claimedAt }) => [of, claimedAt])).toEqual([
    ["startStep", minute(before + 5)],
    ["recordReading", minute(before + 10)],
    ["completeStep", minute(before + 12)],
  ]);
  const reading = bench.state.readings.at(-1);
  expect(said[1]).toMatchObject({ subject: reading?.id, at: reading?.at });
});

test("no step is said to be begun before what had to be done and signed before it", () => {
  const { bench } = anHourLater();
  const steps = Object.values(bench.state.steps).flatMap(({ completedAt }) => completedAt ?? []);
  const over = [...steps, ...bench.state.buyoffs.map(({ at }) => at)].sort().at(-1) ?? "";
  const refused = start(bench, plusMinutes(over, -1));
  expect(outcome(refused)).toBe("late_before_earlier_work");
  expect(params(refused)).toMatchObject({ at: over });
  expect(outcome(start(bench, over))[0]).toBe("step.started");
});

test("what was completed late before counts from the time that was claimed for it", () => {
  const { bench, before } = anHourLater();
  start(bench, minute(before + 5));
  read(bench, wiped, "yes", { source: "tap", late: claim(minute(before + 10)) });
  complete(bench, minute(before + 20));
  act(bench, "presentStep", { step: named("070.2"), language: "en" });
  const next = (at: string) => act(bench, "startStep", { step: named("070.2"), late: claim(at) });
  expect(outcome(next(minute(before + 19)))).toBe("late_before_earlier_work");
  expect(outcome(next(minute(before + 21)))[0]).toBe("step.started");
});

test("out of turn is no way before a hold point: what follows it began after it was bought off", () => {
  const { bench, before } = anHourLater();
  const depart = { step: named("070.3"), reason };
  act(bench, "departSequence", depart, { by: "sue" });
  act(bench, "presentStep", { step: named("070.3"), language: "en" });
  const begun = (at: string) => act(bench, "startStep", { step: named("070.3"), late: claim(at) });
  const point = bench.state.buyoffs.find(({ operation }) => operation === named("op 020"));
  const refused = begun(plusMinutes(point?.at ?? "", -1));
  expect(outcome(refused)).toBe("late_before_earlier_work");
  expect(params(refused)).toMatchObject({ at: point?.at });
  // Past what is no hold point it was let out of turn.
  expect(outcome(begun(minute(before - 1)))[0]).toBe("step.started");
});

test("nothing in a step is said to be done before the step began, nor the step over before its readings", () => {
  const { bench, before } = anHourLater();
  start(bench, minute(before + 30));
  const early = read(bench, wiped, "yes", { source: "tap", late: claim(minute(before + 29)) });
  expect(outcome(early)).toBe("late_before_start");
  expect(params(early)).toMatchObject({ startedAt: minute(before + 30) });
  read(bench, wiped, "yes", { source: "tap", late: claim(minute(before + 40)) });
  expect(outcome(complete(bench, minute(before + 39)))).toBe("late_before_earlier_work");
  expect(outcome(complete(bench, minute(before + 40)))[0]).toBe("step.completed");
});

test("a waiver and a trainer back the work from when they were there, and none before", () => {
  const bench = doneUpTo("060.5", { content });
  const lapsed = {
    ...people.ana,
    qualifications: people.ana.qualifications.filter(({ code }) => code !== "Q-TRQ"),
  };
  act(bench, "reopenStep", { step: named("060.3"), reason }, { by: "sue" });
  act(bench, "presentStep", { step: named("060.3"), language: "en" });
  const before = bench.minutes;
  bench.state = {
    ...bench.state,
    waivers: [
      {
        id: named("waiver"),
        person: people.ana.id,
        qualification: "Q-TRQ",
        reason: "0".repeat(64),
        validUntil: minute(before + 600),
        requestedBy: people.sue.id,
        requestedAt: minute(before + 20),
        grantedBy: people.quinn.id,
        grantedAt: minute(before + 30),
        revoked: null,
      },
    ],
  };
  bench.people = { ...bench.people, ana: lapsed };
  bench.minutes += 60;
  const at = { step: "060.3", field: "final", position: "1" };
  const then = (of: number) => read(bench, at, "22.4", { late: claim(minute(before + of)) });
  expect(outcome(then(29))).toBe("not_qualified");
  expect(outcome(then(31))[0]).toBe("reading.recorded");
});

test("a claim within the site's minutes is prompt, and judged all the same", () => {
  const { bench } = anHourLater();
  expect(outcome(start(bench, minute(bench.minutes - 13)))).toEqual(["step.started"]);
  const early = read(bench, wiped, "yes", {
    source: "tap",
    late: claim(minute(bench.minutes - 3)),
  });
  expect(outcome(early)).toBe("late_before_start");
});
