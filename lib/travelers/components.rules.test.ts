import { expect, test } from "vitest";
import type { Bench } from "./bench/bench.ts";
import { act } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { aLot } from "./bench/plant.ts";
import { completed, doneUpTo, inWorkAt, outcome, params } from "./bench/stage.ts";

const installBracket = (bench: Bench, serial: string, facts = {}) =>
  act(
    bench,
    "installComponent",
    {
      step: named("010.2"),
      field: named("bracket"),
      position: "1",
      part: "BRACKET",
      serial,
      lot: null,
      quantity: "1",
      late: undefined,
    },
    { facts },
  );
const installBolt = (bench: Bench, lot: string, more: object = {}, facts = {}) =>
  act(
    bench,
    "installComponent",
    {
      step: named("060.2"),
      field: named("bolt"),
      position: "1",
      part: "BOLT",
      serial: null,
      lot,
      quantity: "1",
      late: undefined,
      ...more,
    },
    { facts },
  );

test("an expired lot is refused and another lot is offered", () => {
  const ruling = installBolt(inWorkAt("060.2"), "L-EXPIRED");
  expect(outcome(ruling)).toBe("component_expired");
  expect(params(ruling)).toMatchObject({ expiresOn: "2026-03-01", other: "L-1" });
});

test("of several lots the one is offered that expires first, and an alternate after the part itself", () => {
  const offered = (...stock: ReturnType<typeof aLot>[]) => {
    const expired = aLot("BOLT", "L-EXPIRED", { expiresOn: "2026-03-01" });
    const bench = inWorkAt("060.2");
    return params(installBolt(bench, "L-EXPIRED", {}, { stock: [expired, ...stock] })).other;
  };
  const later = aLot("BOLT", "L-A", { expiresOn: "2026-12-31" });
  const sooner = aLot("BOLT", "L-Z", { expiresOn: "2026-05-31" });
  const never = aLot("BOLT", "L-0", { expiresOn: null });
  const alternate = aLot("BOLT-ALT", "L-1", { expiresOn: "2026-04-01" });
  expect(offered(later, sooner, alternate)).toBe("L-Z");
  expect(offered(later, never)).toBe("L-A");
  expect(offered(alternate)).toBe("L-1");
});

test("a lot on hold, an unknown lot and the wrong part are refused", () => {
  const bench = inWorkAt("060.2");
  expect(outcome(installBolt(bench, "L-HELD"))).toBe("component_on_hold");
  expect(outcome(installBolt(bench, "L-NONE"))).toBe("component_unknown");
  expect(outcome(installBolt(bench, "L-NUT", { part: "NUT" }))).toBe("component_wrong_part");
  expect(outcome(installBracket(inWorkAt("010.2"), "BR-OLD"))).toBe("component_wrong_part");
});

test("an approved alternate is installed as such, in the quantity asked for", () => {
  const bench = inWorkAt("060.2");
  const alternate = { part: "BOLT-ALT" };
  expect(outcome(installBolt(bench, "L-ALT", { ...alternate, quantity: "2" }))).toBe(
    "component_quantity",
  );
  installBolt(bench, "L-ALT", alternate);
  expect(bench.state.components.at(-1)).toMatchObject({ alternateFor: "BOLT", lot: "L-ALT" });
  expect(outcome(installBolt(bench, "L-1"))).toBe("component_position_filled");
});

test("a serial installed elsewhere or spent is refused", () => {
  const bench = inWorkAt("010.2");
  const elsewhere = installBracket(bench, "BR-USED");
  expect(outcome(elsewhere)).toBe("component_installed_elsewhere");
  expect(params(elsewhere)).toMatchObject({ unit: "FSB-0001", other: "BR-1" });
  expect(outcome(installBracket(bench, "BR-SPENT"))).toBe("component_spent");
});

test("what was removed as scrap is not installed again; what is serviceable may be", () => {
  for (const [condition, expected] of [
    ["scrap", "component_spent"],
    ["serviceable", ["component.installed"]],
  ] as const) {
    const bench = inWorkAt("010.2");
    installBracket(bench, "BR-1");
    const installation = bench.state.components[0]?.id ?? "";
    const removal = { installation, reason: "wrong way round", condition, to: "bench" };
    act(bench, "removeComponent", removal);
    expect(outcome(act(bench, "removeComponent", removal))).toBe("component_removed_already");
    expect(outcome(installBracket(bench, "BR-1"))).toEqual(expected);
  }
});

test("a part for single use is scrap once it is out", () => {
  const bench = inWorkAt("060.2");
  installBolt(bench, "L-1");
  const installation = bench.state.components.at(-1)?.id ?? "";
  const removal = { installation, reason: "fell", condition: "serviceable" as const, to: "bench" };
  act(bench, "removeComponent", removal);
  expect(bench.state.components.at(-1)?.removed).toMatchObject({ condition: "scrap" });
});

test("taking a part out voids what was signed over it and opens the completed traveler", () => {
  const bench = completed();
  const bolt = bench.state.components.find(({ field }) => field === named("bolt"));
  const removal = {
    installation: bolt?.id ?? "",
    reason: "recall",
    condition: "scrap" as const,
    to: "MRB",
  };
  const ruling = act(bench, "removeComponent", removal, { by: "quinn" });
  expect(outcome(ruling)).toEqual([
    "component.removed",
    "buyoff.voided",
    "buyoff.voided",
    "buyoff.voided",
  ]);
  expect(bench.state.status).toBe("in_work");
});

test("a step with its part taken out doesn't count as done", () => {
  const bench = doneUpTo("060.2");
  const bolt = bench.state.components.find(({ field }) => field === named("bolt"));
  const removal = {
    installation: bolt?.id ?? "",
    reason: "x",
    condition: "scrap" as const,
    to: "MRB",
  };
  act(bench, "removeComponent", removal);
  act(bench, "reopenStep", { step: named("060.2"), reason: "bolt is out" });
  const complete = act(bench, "completeStep", { step: named("060.2"), late: undefined });
  expect(outcome(complete)).toBe("field_missing");
});
