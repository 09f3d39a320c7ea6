import { expect, test } from "vitest";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { inWorkAt, lastReading, outcome, params, planWith, read } from "./bench/stage.ts";

const final = { step: "060.3", field: "final" };
const running = { step: "060.1", field: "running" };
function torqueing() {
  const bench = inWorkAt("060.3");
  act(bench, "selectGage", { operation: named("op 060"), gage: "TW-0209" });
  return bench;
}
function runningTorque() {
  const bench = inWorkAt("060.1");
  act(bench, "selectGage", { operation: named("op 060"), gage: "DW-0066" });
  return bench;
}

test("calculated limits are exact: running torque 2.3 gives 20.8 to 23.8", () => {
  const bench = torqueing();
  read(bench, final, "22.3");
  expect(lastReading(bench, "final")).toMatchObject({
    limits: { min: "20.8", max: "23.8" },
    verdict: "in_limits",
    derivedFrom: lastReading(bench, "running").id,
  });
});

test("the edges of the limits are inside them", () => {
  for (const [value, verdict] of [
    ["20.8", "in_limits"],
    ["23.8", "in_limits"],
    ["23.9", "out_of_limits"],
    ["20.7", "out_of_limits"],
  ]) {
    const bench = torqueing();
    read(bench, final, value ?? "", { confirmed: ["out_of_limits"] });
    expect(lastReading(bench, "final").verdict).toBe(verdict);
  }
});

test("a value outside its limits is asked about, then recorded, and the step can't complete on it", () => {
  const bench = torqueing();
  const asked = read(bench, { ...final, position: "2" }, "27.2");
  expect(outcome(asked)).toBe("out_of_limits_not_confirmed");
  expect(params(asked)).toEqual({ value: "27.2", min: "21.9", max: "24.9" });
  read(bench, { ...final, position: "2" }, "27.2", { confirmed: ["out_of_limits"] });
  read(bench, final, "22.3");
  const complete = act(bench, "completeStep", { step: named("060.3"), late: undefined });
  expect(outcome(complete)).toBe("reading_out_of_limits");
});

test("fewer decimals than the gage gives are asked about", () => {
  const bench = torqueing();
  expect(outcome(read(bench, final, "22"))).toBe("fewer_decimals_than_gage");
  const confirmed = read(bench, final, "22", { confirmed: ["fewer_decimals"] });
  expect(outcome(confirmed)).toEqual(["reading.recorded"]);
});

test("a reading is taken again as often as the step allows, and every one stays", () => {
  const bench = torqueing();
  read(bench, final, "22.3");
  read(bench, final, "22.4");
  expect(outcome(read(bench, final, "22.5"))).toBe("retries_spent");
  const values = bench.state.readings.filter((one) => one.field === named("final"));
  expect(values.map(({ value, retry }) => [value, retry])).toEqual([
    ["22.3", 1],
    ["22.4", 2],
  ]);
});

test("a reading that a defect names is not taken again before its disposition", () => {
  const bench = torqueing();
  read(bench, final, "27.2", { confirmed: ["out_of_limits"] });
  const reading = lastReading(bench, "final").id;
  const defect = {
    defect: named("defect"),
    code: "FIN-01",
    severity: "minor" as const,
    quantity: "1",
  };
  const where = { step: null, field: null, position: null, location: null, comment: null };
  act(bench, "logDefect", { ...defect, ...where, reading });
  expect(outcome(read(bench, final, "22.3"))).toBe("reading_has_defect");
});

test("limits that come from a reading aren't there before it", () => {
  const to = { sequence: "free" as const };
  const bench = inWorkAt("060.1", { content: planWith({ operation: "060", to }) });
  act(bench, "presentStep", { step: named("060.3"), language: "en" });
  act(bench, "startStep", { step: named("060.3"), late: undefined });
  expect(outcome(read(bench, final, "22.3"))).toBe("limits_not_known_yet");
});

test("repeating a reading derives the limits that come from it again and judges again", () => {
  const to = { sequence: "free" as const };
  const bench = inWorkAt("060.1", { content: planWith({ operation: "060", to }) });
  for (const gage of ["DW-0066", "TW-0209"]) {
    act(bench, "selectGage", { operation: named("op 060"), gage });
  }
  read(bench, running, "2.3");
  act(bench, "presentStep", { step: named("060.3"), language: "en" });
  act(bench, "startStep", { step: named("060.3"), late: undefined });
  read(bench, final, "22.3");
  expect(outcome(read(bench, running, "4.9"))).toEqual(["reading.recorded", "reading.rejudged"]);
  expect(lastReading(bench, "final")).toMatchObject({
    limits: { min: "23.4", max: "26.4" },
    verdict: "out_of_limits",
  });
});

test("a difference is calculated, never typed, and exact", () => {
  const bench = inWorkAt("020.3");
  const fit = { step: "020.3", field: "fit", position: "A" };
  const typed = read(bench, fit, "0.030", { by: "ivy" });
  expect(outcome(typed)).toBe("calculated_value_differs");
  const wrong = read(bench, fit, "0.031", { by: "ivy", source: "calculated" });
  expect(params(wrong)).toMatchObject({ expected: "0.030" });
  const right = read(bench, fit, "0.030", { by: "ivy", source: "calculated" });
  expect(outcome(right)).toEqual(["reading.recorded"]);
});

test("only the named role accepts beyond a process limit, and nobody what they measured themselves", () => {
  const bench = runningTorque();
  read(bench, running, "7.0");
  read(bench, { ...running, position: "2" }, "3.4");
  const complete = () => act(bench, "completeStep", { step: named("060.1"), late: undefined });
  expect(outcome(complete())).toBe("reading_beyond_process_limit");
  const body = { reading: lastReading(bench, "running").id, reason: "within the drawing" };
  const accept = (by: "quinn" | "mel") =>
    act(bench, "acceptReadingOutOfProcessLimit", body, { by });
  expect(outcome(accept("quinn"))).toBe("not_permitted");
  expect(outcome(accept("mel"))).toEqual(["reading.accepted_out_of_process_limit"]);
  expect(outcome(accept("mel"))).toBe("reading_not_beyond_process_limit");
  expect(outcome(complete())[0]).toBe("step.completed");
});

test("who measured beyond a process limit doesn't accept it, whatever their roles", () => {
  const bench = runningTorque();
  const ana = bench.people.ana;
  if (!ana) throw new TypeError("no ana");
  const both = { ...ana, roles: ["operator", "manufacturing_engineer"] as const };
  bench.people = { ...bench.people, ana: both };
  read(bench, running, "7.0");
  const body = { reading: lastReading(bench, "running").id, reason: "fine" };
  const ruling = act(bench, "acceptReadingOutOfProcessLimit", body);
  expect(outcome(ruling)).toBe("signer_performed_work");
});

test("a value outside the drawing is never accepted as a process matter", () => {
  const bench = runningTorque();
  read(bench, running, "9.5", { confirmed: ["out_of_limits"] });
  const body = { reading: lastReading(bench, "running").id, reason: "fine" };
  const ruling = act(bench, "acceptReadingOutOfProcessLimit", body, { by: "mel" });
  expect(outcome(ruling)).toBe("reading_not_beyond_process_limit");
});

test("each kind of field takes only what it collects", () => {
  const bench = inWorkAt("010.1");
  const order = { step: "010.1", field: "order" };
  expect(outcome(read(bench, order, "WO-1"))).toBe("value_does_not_match");
  expect(outcome(read(bench, { ...order, field: "tools" }, "13.5"))).toBe("value_not_readable");
  expect(outcome(read(bench, { ...order, position: "9" }, "WO-700290"))).toBe("position_unknown");
  expect(outcome(read(bench, { ...order, sample: 2 }, "WO-700290"))).toBe("sample_unknown");
  expect(outcome(read(bench, { ...order, field: "bore" }, "1"))).toBe("field_unknown");
  const other = inWorkAt("060.4");
  const stripe = { step: "060.4", field: "stripe" };
  expect(outcome(read(other, stripe, "good"))).toBe("value_not_readable");
  expect(outcome(read(other, { ...stripe, field: "cleaned" }, "no"))).toBe("value_not_readable");
  expect(outcome(read(torqueing(), final, "12,5"))).toBe("value_not_readable");
});

test("a failed look is not tapped away: it takes a defect", () => {
  const bench = inWorkAt("060.4");
  const stripe = { step: "060.4", field: "stripe" };
  read(bench, stripe, "fail");
  expect(outcome(read(bench, stripe, "pass"))).toBe("retries_spent");
  read(bench, { ...stripe, field: "cleaned" }, "yes");
  const complete = act(bench, "completeStep", { step: named("060.4"), late: undefined });
  expect(outcome(complete)).toBe("attribute_failed");
});

test("a reading belongs to a step in work", () => {
  const bench = inWorkAt("060.1");
  expect(outcome(read(bench, final, "22.3"))).toBe("step_not_in_work");
  expect(outcome(read(bench, { ...final, step: "999" }, "22.3"))).toBe("step_unknown");
});
