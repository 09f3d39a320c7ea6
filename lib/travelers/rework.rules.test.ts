import { expect, test } from "vitest";
import type { Bench } from "./bench/bench.ts";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import {
  aDefect,
  aHold,
  doneUpTo,
  inWorkAt,
  lastReading,
  outcome,
  params,
  qmsSays,
  read,
  sign,
} from "./bench/stage.ts";
import { workUntil } from "./bench/worker.ts";

const torque = ["060.1", "060.2", "060.3"].map((step) => ({ step: named(step), positions: ["2"] }));
const startRework = (
  bench: Bench,
  steps: { step: string; positions: string[] | null }[] = torque,
) => {
  const body = { rework: named(`rework ${bench.minutes}`), defect: named("defect"), steps };
  return act(bench, "startRework", body, { by: "sue" });
};
const closeable = (bench: Bench) =>
  act(bench, "closeDefect", { defect: named("defect"), verification: "ok" }, { by: "ian" });

/** Bought off, then found: bolt 2 has to be done again. */
function found(decision: "rework" | "use_as_is" = "rework") {
  const bench = doneUpTo("060.5");
  act(bench, "logDefect", aDefect({ code: "FIN-01", step: named("060.3") }));
  qmsSays(bench, decision);
  return bench;
}

test("rework needs the disposition for that defect, fetched at that moment", () => {
  const bench = found("use_as_is");
  expect(outcome(startRework(bench))).toBe("disposition_is_not_rework");
  bench.qms.clear();
  expect(outcome(startRework(bench))).toBe("qms_unreachable");
  qmsSays(bench, "rework", { status: "open" });
  expect(outcome(startRework(bench))).toBe("qms_not_dispositioned");
  qmsSays(bench, "rework");
  expect(outcome(startRework(bench))).toEqual(["rework.started", "buyoff.voided", "buyoff.voided"]);
  expect(outcome(startRework(bench))).toBe("rework_in_work");
});

test("it is named after the operation at which the defect was found, wherever it begins", () => {
  const bench = found();
  const bolted = { step: named("020.1"), positions: null };
  const ruling = startRework(bench, [bolted, ...torque]);
  expect(ruling.ok ? ruling.value.events[0]?.body : ruling.error).toMatchObject({ label: "060R1" });
});

test("it lists what it voids, names itself as the trade does, and carries the other positions", () => {
  const bench = found();
  const ruling = startRework(bench);
  const started = ruling.ok ? ruling.value.events[0] : undefined;
  const signed = bench.state.buyoffs
    .filter(({ status }) => status === "voided")
    .map(({ id }) => id);
  expect(started?.body).toMatchObject({
    label: "060R1",
    voids: {
      readings: [lastReading(bench, "running", "2").id, lastReading(bench, "final", "2").id],
      buyoffs: signed,
    },
  });
  const again = (number: string) => {
    act(bench, "presentStep", { step: named(number), language: "en" });
    act(bench, "startStep", { step: named(number), late: undefined });
  };
  again("060.1");
  const carried = read(bench, { step: "060.1", field: "running" }, "2.5");
  expect(outcome(carried)).toBe("position_carried");
  read(bench, { step: "060.1", field: "running", position: "2" }, "3.9");
  expect(lastReading(bench, "running", "2")).toMatchObject({ attempt: 2, retry: 1 });
});

test("it names steps that were done and positions that they have", () => {
  const bench = doneUpTo("060.3");
  act(bench, "logDefect", aDefect({ code: "FIN-01" }));
  qmsSays(bench, "rework");
  const one = (step: string, positions: string[] | null) =>
    startRework(bench, [{ step: named(step), positions }]);
  expect(outcome(one("100.1", null))).toBe("rework_step_not_done");
  expect(outcome(one("060.3", ["9"]))).toBe("position_unknown");
  expect(outcome(one("060.3", []))).toBe("position_unknown");
  expect(outcome(one("999", null))).toBe("step_unknown");
  const twice = torque.concat(torque.slice(0, 1));
  expect(outcome(startRework(bench, twice))).toBe("rework_step_not_done");
});

test("no rework starts on a held traveler", () => {
  const bench = found();
  act(bench, "placeHold", aHold());
  expect(outcome(startRework(bench))).toBe("on_hold");
});

test("it is complete when every step is done again and every voided buyoff signed again", () => {
  const bench = found();
  startRework(bench);
  const { id } = bench.state.reworks[0] ?? { id: "" };
  const complete = () => act(bench, "completeRework", { rework: id }, { by: "ian" });
  const open = complete();
  expect(outcome(open)).toBe("rework_steps_open");
  expect(params(open)).toEqual({ label: "060R1", count: "3" });
  expect(outcome(closeable(bench))).toBe("disposition_missing");
  for (const [number, redo] of [
    ["060.1", () => read(bench, { step: "060.1", field: "running", position: "2" }, "3.9")],
    ["060.2", () => replaceBolt(bench)],
    ["060.3", () => read(bench, { step: "060.3", field: "final", position: "2" }, "23.8")],
  ] as const) {
    act(bench, "presentStep", { step: named(number), language: "en" });
    act(bench, "startStep", { step: named(number), late: undefined });
    redo();
    act(bench, "completeStep", { step: named(number), late: undefined });
  }
  expect(lastReading(bench, "final", "2").limits).toEqual({ min: "22.4", max: "25.4" });
  expect(outcome(complete())).toBe("rework_buyoffs_open");
  const place = { operation: "060", step: "060.5" };
  sign(bench, { ...place, requirement: "060 operator" });
  sign(bench, { ...place, requirement: "060 inspection" }, { second: "ivy" });
  expect(outcome(complete())).toEqual(["rework.completed"]);
  expect(outcome(complete())).toBe("rework_unknown");
});

function replaceBolt(bench: Bench) {
  const place = { step: named("060.2"), field: named("bolt"), position: "2" };
  const bolt = { ...place, part: "BOLT", serial: null, lot: "L-2", quantity: "1", late: undefined };
  expect(outcome(act(bench, "installComponent", bolt))).toBe("component_position_filled");
  const installation =
    bench.state.components.find((one) => one.position === "2" && one.field === named("bolt"))?.id ??
    "";
  act(bench, "removeComponent", {
    installation,
    reason: "over torque",
    condition: "scrap",
    to: "MRB",
  });
  act(bench, "installComponent", bolt);
}

test("story 2: over torque, hold, NCR, rework of bolt 2, new dual buyoff, closed, complete", () => {
  const bench = inWorkAt("060.3");
  const measured = (field: string, position: string) =>
    field === named("final") && position === "2" && bench.state.reworks.length === 0
      ? "27.2"
      : undefined;
  expect(workUntil(bench, ({ state }) => state.status === "complete", measured)).toBe(true);
  const types = bench.events.map(({ type }) => type);
  const chain = [
    "defect.logged",
    "hold.placed",
    "disposition.received",
    "hold.released",
    "rework.started",
    "component.removed",
    "rework.completed",
    "defect.closed",
    "traveler.completed",
  ] as const;
  expect(
    chain.map((type) => types.indexOf(type)).every((at, index, all) => at > (all[index - 1] ?? 0)),
  ).toBe(true);
  expect(types).toContain("qms_record.linked");
  expect(bench.state.earlierAttempts).toHaveLength(3);
  const kept = bench.state.readings.filter(
    ({ field, position }) => field === named("final") && position === "2",
  );
  expect(kept.map(({ attempt, verdict }) => [attempt, verdict])).toContainEqual([
    1,
    "out_of_limits",
  ]);
});
