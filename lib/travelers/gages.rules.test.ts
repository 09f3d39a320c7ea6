import { expect, test } from "vitest";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { aGage } from "./bench/plant.ts";
import { inWorkAt, outcome, params, planWith, read } from "./bench/stage.ts";

const pick = (operation: string, gage: string, at = operation === "020" ? "020.1" : "060.1") => {
  const bench = inWorkAt(at);
  return act(bench, "selectGage", { operation: named(`op ${operation}`), gage });
};

test("a gage whose calibration lapsed yesterday is refused and a suitable one is named", () => {
  const ruling = pick("060", "TW-0198");
  expect(outcome(ruling)).toBe("gage_calibration_lapsed");
  expect(params(ruling)).toMatchObject({ dueOn: "2026-03-01", suitable: "TW-0209" });
  expect(outcome(pick("060", "TW-0209"))).toEqual(["gage.selected"]);
});

test("calibration holds through its due date in plant time", () => {
  const bench = inWorkAt("060.1");
  const body = { operation: named("op 060"), gage: "TW-0198" };
  const at = (time: string) => act(bench, "selectGage", body, { facts: { at: time } });
  expect(outcome(at("2026-03-02T06:59:00.000Z"))).toEqual(["gage.selected"]);
  expect(outcome(at("2026-03-02T07:01:00.000Z"))).toBe("gage_calibration_lapsed");
});

test("a gage has to be known, of a type the operation uses, and in service", () => {
  expect(outcome(pick("060", "NOPE"))).toBe("gage_unknown");
  expect(outcome(pick("060", "SC-0019"))).toBe("gage_wrong_type");
  expect(outcome(pick("020", "MIC-DROPPED"))).toBe("gage_not_in_service");
});

test("the calibrated range, not the nameplate, has to cover the limits", () => {
  const ruling = pick("020", "BG-NARROW");
  expect(outcome(ruling)).toBe("gage_range");
  expect(params(ruling)).toMatchObject({ suitable: "BG-0142" });
});

test("resolution is at most a tenth and uncertainty at most a quarter of the tolerance", () => {
  expect(outcome(pick("020", "MIC-COARSE"))).toBe("gage_resolution");
  expect(outcome(pick("020", "MIC-VAGUE"))).toBe("gage_uncertainty");
  expect(outcome(pick("020", "MIC-0087"))).toEqual(["gage.selected"]);
});

test("a gage in another unit or without a stated uncertainty doesn't do", () => {
  const bench = inWorkAt("020.1");
  const selected = (more: Parameters<typeof aGage>[2]) => {
    const gages = [aGage("X", "bore", more)];
    return act(
      bench,
      "selectGage",
      { operation: named("op 020"), gage: "X" },
      { facts: { gages } },
    );
  };
  expect(outcome(selected({ unit: "in" }))).toBe("gage_wrong_type");
  expect(outcome(selected({ uncertainty: null }))).toBe("gage_uncertainty");
});

test("an approved exception lifts the shares of the tolerance, not the range", () => {
  const field = inWorkAt("020.1").content.operations[1]?.steps[1]?.fields[0];
  if (field?.kind !== "measurement") throw new TypeError("no measurement");
  const fields = [{ ...field, gageException: "MSA-17" }];
  const bench = inWorkAt("020.1", { content: planWith({ step: "020.2", to: { fields } }) });
  const body = { operation: named("op 020"), gage: "MIC-COARSE" };
  expect(outcome(act(bench, "selectGage", body))).toEqual(["gage.selected"]);
  const gages = [aGage("MIC-COARSE", "micrometer", { calibratedMax: "28.6" })];
  expect(outcome(act(bench, "selectGage", body, { facts: { gages } }))).toBe("gage_range");
});

test("a measurement needs the operation's gage, and it is judged again at each reading", () => {
  const bench = inWorkAt("060.1");
  const running = { step: "060.1", field: "running" };
  const none = read(bench, running, "2.3");
  expect(outcome(none)).toBe("gage_needed");
  expect(params(none)).toMatchObject({ suitable: "DW-0066" });
  act(bench, "selectGage", { operation: named("op 060"), gage: "DW-0066" });
  const dial = {
    unit: "N.m",
    calibratedMin: "1.0",
    calibratedMax: "12",
    resolution: "0.1",
    uncertainty: "0.3",
  };
  const now = (more: Parameters<typeof aGage>[2]) => {
    const gages = [aGage("DW-0066", "dial", { ...dial, ...more })];
    return outcome(read(bench, running, "2.3", { facts: { gages } }));
  };
  expect(now({ status: "quarantined" })).toBe("gage_not_in_service");
  expect(now({ calibrationDueOn: "2026-03-01" })).toBe("gage_calibration_lapsed");
  expect(now({})).toEqual(["reading.recorded"]);
});

test("a value beyond the calibrated range is no measurement", () => {
  const bench = inWorkAt("060.1");
  act(bench, "selectGage", { operation: named("op 060"), gage: "DW-0066" });
  const ruling = read(bench, { step: "060.1", field: "running" }, "12.5", {
    confirmed: ["out_of_limits"],
  });
  expect(outcome(ruling)).toBe("gage_range");
});
