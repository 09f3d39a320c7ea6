import { expect, test } from "vitest";
import type { Bench } from "./bench/bench.ts";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { completed, inWorkAt, lastReading, outcome, params, read } from "./bench/stage.ts";
import { wholePlan } from "./bench/whole-plan.ts";
import { openItems } from "./progress.rules.ts";
import { toolsMissing } from "./tools.rules.ts";

const content = wholePlan();
const at = (step: string) => inWorkAt(step, { content });

// 6: gages

const drop = (bench: Bench, gage: string, facts = {}) =>
  act(bench, "quarantineGage", { gage, reason: "fell off the bench" }, { facts });

test("a dropped gage is out of use in one act, and what it measured here is named with it", () => {
  const bench = inWorkAt("060.3", { content });
  const ruling = drop(bench, "DW-0066");
  expect(outcome(ruling)).toEqual(["gage.quarantined"]);
  const measured = bench.state.readings.filter(({ gage }) => gage?.code === "DW-0066");
  expect(measured.length).toBe(2);
  expect(bench.state.quarantines?.[0]).toMatchObject({
    code: "DW-0066",
    readings: measured.map(({ id }) => id),
  });
  expect(bench.state.signals.map(({ kind }) => kind)).toContain("gage_quarantined");
});

test("a gage can be put aside whatever became of the unit, but only once", () => {
  const bench = completed({ content });
  act(bench, "cancelTraveler", { reason: "x" }, { by: "quinn" });
  expect(outcome(drop(bench, "TW-0209"))).toEqual(["gage.quarantined"]);
  expect(outcome(drop(bench, "MIC-DROPPED"))).toBe("gage_not_in_service");
  expect(outcome(drop(bench, "NOPE"))).toBe("gage_unknown");
});

// 5: measured again

const flange = { step: "040.2", field: "flange", position: "A", sample: 1 };
const withGage = (bench: Bench, gage = "BG-0142") =>
  act(bench, "selectGage", { operation: named("op 040"), gage });
const out = { confirmed: ["out_of_limits" as const] };
const openAt = (bench: Bench) =>
  openItems(bench.state, content).some(({ code }) => code === "step_open");

test("the same person with the same gage corrects within the retries, and no further", () => {
  const bench = at("040.2");
  withGage(bench);
  read(bench, flange, "28.700", out);
  expect(outcome(read(bench, flange, "28.701", out))).toEqual(["reading.recorded"]);
  expect(outcome(read(bench, flange, "28.580"))).toBe("retries_spent");
});

test("measured again by another person it stands beside the first, takes no retry and settles nothing", () => {
  const bench = at("040.2");
  withGage(bench);
  read(bench, flange, "28.700", out);
  read(bench, flange, "28.701", out);
  expect(outcome(read(bench, flange, "28.580", { by: "ben" }))).toEqual(["reading.recorded"]);
  expect(bench.state.readings.filter(({ field }) => field === named("flange")).length).toBe(3);
  for (const position of ["A", "B"]) {
    for (const sample of [1, 2, 3]) {
      if (position === "A" && sample === 1) continue;
      read(bench, { ...flange, position, sample }, "28.580");
    }
  }
  const file = { sha256: "b".repeat(64), mediaType: "application/pdf", bytes: 9, uri: null };
  const place = { step: named("040.2"), field: named("report"), position: "1" };
  act(bench, "attachMeasurementRecord", { ...place, name: "r.pdf", ...file });
  const complete = () => act(bench, "completeStep", { step: named("040.2"), late: undefined });
  expect(outcome(complete())).toBe("reading_out_of_limits");
  const [first, second, again] = bench.state.readings.filter(
    ({ field, position, sample }) => field === named("flange") && position === "A" && sample === 1,
  );
  const amend = (reading: string | undefined) =>
    act(
      bench,
      "amendReading",
      {
        reading: reading ?? "",
        value: "28.580",
        reason: "misread",
        evidence: { photo: null, reading: again?.id ?? null },
      },
      { second: "ivy" },
    );
  expect(outcome(amend(first?.id))).toEqual(["reading.amended"]);
  expect(outcome(complete())).toBe("reading_out_of_limits");
  expect(outcome(amend(second?.id))).toEqual(["reading.amended"]);
  expect(outcome(complete())).toContain("step.completed");
  expect(openAt(bench)).toBe(true);
});

// 5: measurement records

const report = (bench: Bench, more: object = {}) =>
  act(bench, "attachMeasurementRecord", {
    step: named("040.2"),
    field: named("report"),
    position: "1",
    name: "CMM 0118.QIF",
    sha256: "a".repeat(64),
    uri: null,
    mediaType: "application/xml",
    bytes: 900,
    ...more,
  });

test("a report is kept in a format that the step asks for, by its file or by an address and its hash", () => {
  const bench = at("040.2");
  expect(outcome(report(bench, { name: "report.exe" }))).toBe("record_format");
  expect(outcome(report(bench, { name: "report" }))).toBe("record_format");
  const csv = { name: "report.csv", mediaType: "text/csv" };
  expect(outcome(report(bench, csv))).toBe("record_format");
  expect(outcome(report(bench, { mediaType: "text/html" }))).toBe("record_format");
  expect(outcome(report(bench, { bytes: null }))).toBe("record_format");
  expect(outcome(report(bench, { bytes: 30_000_000 }))).toBe("record_too_large");
  const away = { mediaType: null, bytes: null };
  for (const uri of ["javascript:alert(1)", "http://cmm/1.qif", "https://", "https:// x/1"]) {
    expect(outcome(report(bench, { ...away, uri }))).toBe("record_address");
  }
  const uri = "https://cmm.example/0118.qif";
  expect(outcome(report(bench, { ...away, uri }))).toEqual(["measurement_record.attached"]);
  expect(outcome(report(bench))).toEqual(["measurement_record.attached"]);
  expect(bench.state.measurementRecords.length).toBe(2);
  expect(outcome(report(bench, { field: named("flange") }))).toBe("field_unknown");
});

test("the step is not complete without its report", () => {
  const bench = at("040.2");
  withGage(bench);
  for (const position of ["A", "B"]) {
    for (const sample of [1, 2, 3]) read(bench, { ...flange, position, sample }, "28.580");
  }
  const complete = () => act(bench, "completeStep", { step: named("040.2"), late: undefined });
  expect(outcome(complete())).toBe("field_missing");
  report(bench);
  expect(outcome(complete())).toContain("step.completed");
});

// 17: tools

const count = (bench: Bench, value: string) =>
  read(bench, { step: "090.1", field: "kit out" }, value, out);
const move = (bench: Bench, direction: "in" | "out", quantity: string, kit = "K-14") =>
  act(bench, "transferTools", {
    kit,
    quantity,
    direction,
    counterpart: "FSB-0119",
    reason: "lent",
  });
/** Fourteen came in. */
const counting = () => {
  const measured = (field: string) => (field === named("kit in") ? "14" : undefined);
  return inWorkAt("090.1", { content, measured });
};

test("a kit goes out as it came in: one tool short is a lost tool, its defect and its hold, by the rule", () => {
  const bench = counting();
  const short = count(bench, "13");
  expect(outcome(short)).toEqual(["reading.recorded", "defect.logged", "hold.placed"]);
  expect(bench.state.defects.at(-1)).toMatchObject({ code: "FOD-02", status: "open" });
  expect(bench.state.status).toBe("on_hold");
  expect(lastReading(bench, "kit out")).toMatchObject({ limits: { min: "14", max: "14" } });
  expect(toolsMissing(bench.state, content)).toMatchObject([{ due: "14", counted: "13" }]);
  expect(outcome(count(counting(), "14"))).toEqual(["reading.recorded"]);
});

test("the person is asked before a wrong count is recorded", () => {
  const bench = counting();
  const at = { step: "090.1", field: "kit out" };
  expect(outcome(read(bench, at, "13"))).toBe("out_of_limits_not_confirmed");
});

test("what was handed over between the counts is part of the balance, also afterwards", () => {
  const bench = counting();
  expect(outcome(move(bench, "out", "1"))).toEqual(["tools.transferred"]);
  expect(outcome(count(bench, "13"))).toEqual(["reading.recorded"]);
  // One came back after the count: now the count is wrong.
  const back = move(bench, "in", "1");
  expect(outcome(back)).toEqual([
    "tools.transferred",
    "reading.rejudged",
    "defect.logged",
    "hold.placed",
  ]);
  expect(outcome(move(bench, "out", "1"))).toEqual(["tools.transferred", "reading.rejudged"]);
  expect(toolsMissing(bench.state, content)).toEqual([]);
});

test("no disposition covers a lost tool: the gate stays shut until the count is right", () => {
  const bench = counting();
  count(bench, "13");
  const defect = bench.state.defects.at(-1)?.id ?? "";
  const hold = bench.state.holds.at(-1)?.id ?? "";
  act(bench, "withdrawDefect", { defect, reason: "found in the drawer" }, { by: "quinn" });
  act(bench, "releaseHold", { hold, comment: "found", byHand: null }, { by: "quinn" });
  const codes = () => openItems(bench.state, content).map(({ code }) => code);
  expect(codes()).toContain("tools_open");
  expect(outcome(count(bench, "14"))).toEqual(["reading.recorded"]);
  expect(codes()).not.toContain("tools_open");
});

test("tools can't be handed over before they were counted in, nor more than there are, nor in parts", () => {
  const early = inWorkAt("010.1", { content });
  expect(outcome(move(early, "out", "1"))).toBe("tools_not_counted_in");
  const bench = counting();
  expect(outcome(move(bench, "out", "15"))).toBe("tools_too_many");
  expect(params(move(bench, "out", "15"))).toMatchObject({ due: "14" });
  expect(outcome(move(bench, "out", "0.5"))).toBe("value_not_readable");
  expect(outcome(move(bench, "out", "1", "K-99"))).toBe("tools_not_counted_in");
});

test("a kit can't go out that never came in", () => {
  const plan = {
    ...content,
    operations: content.operations.map((operation) => ({
      ...operation,
      steps: operation.steps.map((step) => ({
        ...step,
        fields: step.fields.filter(({ id }) => id !== named("kit in")),
      })),
    })),
  };
  const bench = inWorkAt("090.1", { content: plan });
  expect(outcome(count(bench, "14"))).toBe("limits_not_known_yet");
});

test("amending the count in judges the count out again", () => {
  const bench = counting();
  count(bench, "14");
  const amended = act(bench, "amendReading", {
    reading: lastReading(bench, "kit in").id,
    value: "15",
    reason: "miscounted",
    evidence: null,
  });
  expect(outcome(amended)).toEqual([
    "reading.amended",
    "reading.rejudged",
    "defect.logged",
    "hold.placed",
  ]);
});
