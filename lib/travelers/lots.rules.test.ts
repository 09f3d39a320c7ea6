import { expect, test } from "vitest";
import type { Given } from "./bench/bench.ts";
import {
  aFamily,
  benchOf,
  childId,
  type Family,
  familyAct,
  foldedAgain,
  headOf,
} from "./bench/family.ts";
import { named } from "./bench/plan.ts";
import { aDefect, aHold, completed, outcome, params } from "./bench/stage.ts";
import { deeds } from "./bench/worker.ts";
import { balanceOf } from "./lot-balance.rules.ts";
import type { CommandBody, CommandType } from "./schema.ts";

const quinn = { by: "quinn" } as const;
const sue = { by: "sue" } as const;

const split = (
  family: Family,
  quantity: string,
  more: Partial<CommandBody<"splitTraveler">> & { of?: string; by?: Given["by"] } = {},
) => {
  const { of = family.root, by = "quinn", ...body } = more;
  const child = childId(String(family.benches.size));
  const said = { child, quantity, reason: "Three to MRB", ...body };
  return familyAct(family, of, "splitTraveler", said, { by });
};
const child = (n: number) => childId(String(n));
const merge = (family: Family, from: string[], into = family.root) =>
  familyAct(family, into, "mergeTravelers", { from, reason: "Together again" }, sue);
const log = (family: Family, quantity: string, more: Partial<CommandBody<"logDefect">> = {}) =>
  familyAct(family, family.root, "logDefect", aDefect({ quantity, ...more }), { by: "ivy" });
const hold = (family: Family, traveler = family.root, id = "hold") =>
  familyAct(family, traveler, "placeHold", aHold({ hold: named(id) }), sue);
const dispose = (
  family: Family,
  traveler: string,
  defect: string,
  decisions: readonly { decision: "scrap" | "use_as_is" | "rework"; quantity: string }[],
) => {
  const dispositions = decisions.map((of) => ({
    ...of,
    designAuthority: of.decision === "use_as_is" ? "DA-12" : null,
    concession: null,
  }));
  const record = {
    process: "NCR" as const,
    connector: "rest",
    externalId: "NCR-1",
    number: "NCR-1",
    status: "dispositioned" as const,
    url: "",
    version: "1",
    at: "",
  };
  benchOf(family, traveler).qms.set(defect, { record, dispositions });
  const body = { defect, from: "qms" as const, ncr: "NCR-1", evidence: null, reason: null };
  return familyAct(
    family,
    traveler,
    "receiveDisposition",
    { ...body, dispositions },
    { by: "link" },
  );
};
const tagged = { identification: "Red tag 118", segregation: "MRB cage 2" };
const scrap = (family: Family, traveler: string, defect: string) =>
  familyAct(family, traveler, "scrapTraveler", { defect, ...tagged }, quinn);
const account = (family: Family, traveler: string, counts: [string, string, string]) => {
  const [accepted, scrapped, transferredOut] = counts;
  const body = { accepted, scrapped, transferredOut };
  return familyAct(family, traveler, "accountQuantity", body, sue);
};
/** Everything a good plant does until nothing but the count and completion is left. */
function work(family: Family, traveler = family.root, until = () => false): void {
  const bench = benchOf(family, traveler);
  for (let turn = 0; turn < 60 && !until(); turn += 1) {
    const done = deeds(bench)
      .filter(({ type }) => type !== "accountQuantity" && type !== "completeTraveler")
      .some(({ type, body, given }) => {
        return familyAct(family, traveler, type, body as CommandBody<CommandType>, given).ok;
      });
    if (!done) return;
  }
}
const complete = (family: Family, traveler = family.root) =>
  familyAct(family, traveler, "completeTraveler", {}, quinn);
const measured =
  ({ root, benches }: Family) =>
  () => {
    const step = benches.get(root)?.state.steps[named("010.2")];
    return step?.status === "complete";
  };

test("a split takes some of the pieces and writes in both lots", () => {
  const family = aFamily();
  const head = headOf(benchOf(family));
  expect(outcome(split(family, "3"))).toEqual(["traveler.split"]);
  const { state, events } = benchOf(family, child(1));
  expect(state.unit).toEqual({ serial: null, lot: "B13-0418-1", quantity: "3" });
  expect(state.origin).toMatchObject({ traveler: family.root, seq: 1, head });
  expect(events.map(({ type }) => type)).toEqual(["traveler.split_off"]);
  expect(balanceOf(benchOf(family).state).remaining).toBe("47");
  expect(outcome(split(family, "2"))).toEqual(["traveler.split"]);
  expect(benchOf(family, child(2)).state.unit.lot).toBe("B13-0418-2");
  split(family, "1", { of: child(1) });
  expect(benchOf(family, child(3)).state.unit.lot).toBe("B13-0418-1-1");
});

test.each(["0", "-1", "50", "51", "2.5"])("%s of 50 pieces is no split", (quantity) => {
  expect(outcome(split(aFamily(), quantity))).toBe("split_quantity");
});

test("what has left can't leave again", () => {
  const family = aFamily();
  split(family, "30");
  expect(params(split(family, "20"))).toEqual({ quantity: "20", of: "20" });
  expect(outcome(split(family, "19"))).toEqual(["traveler.split"]);
});

test("only a lot is split, merged, counted or given serial numbers", () => {
  const family = aFamily();
  const { state } = completed();
  benchOf(family).state = { ...state, id: family.root };
  expect(outcome(split(family, "1"))).toBe("not_a_lot");
  benchOf(family).state = { ...state, status: "in_work", completedAt: null, id: family.root };
  expect(outcome(merge(family, [named("x")]))).toBe("not_a_lot");
  expect(outcome(account(family, family.root, ["1", "0", "0"]))).toBe("not_a_lot");
  const body = { serials: ["S-1"] };
  expect(outcome(familyAct(family, family.root, "assignSerials", body, sue))).toBe("not_a_lot");
});

test("the id of a lot to be made is nobody else's", () => {
  const family = aFamily();
  split(family, "3");
  expect(outcome(split(family, "2", { child: child(1) }))).toBe("id_already_used");
  const lot = { head: "", isChildTaken: true, serialsTaken: [], heldOutside: [] };
  const body = { child: child(7), quantity: "2", reason: "r" };
  const taken = familyAct(family, family.root, "splitTraveler", body, {
    by: "quinn",
    facts: { lot },
  });
  expect(outcome(taken)).toBe("id_already_used");
});

test("a child has its parent's history by reference, and each goes its own way from there", () => {
  const family = aFamily();
  work(family, family.root, measured(family));
  split(family, "3");
  const parent = benchOf(family).state;
  const { state } = benchOf(family, child(1));
  expect(state.readings).toEqual(parent.readings);
  expect(state.readings.length).toBeGreaterThan(0);
  expect(state.origin?.inherited.readings).toBe(state.readings.length);
  expect(state.steps[named("010.2")]).toMatchObject({ status: "complete" });
  expect(state.steps[named("010.2")]?.instance).not.toBe(parent.steps[named("010.2")]?.instance);
  work(family, child(1));
  expect(benchOf(family).state.steps[named("020.1")]?.status).toBe("not_started");
  for (const bench of family.benches.values()) {
    expect(foldedAgain(family, bench)).toEqual(bench.state);
  }
});

test("nobody escapes a hold by splitting", () => {
  const family = aFamily();
  hold(family);
  split(family, "3", { by: "sue" });
  expect(benchOf(family, child(1)).state).toMatchObject({
    status: "on_hold",
    holds: [{ reason: "missing_tool", released: null }],
  });
  expect(benchOf(family).state.status).toBe("on_hold");
  // Each has its own from here on.
  const [own] = benchOf(family, child(1)).state.holds;
  const release = { hold: own?.id ?? "", comment: "found", byHand: null };
  expect(outcome(familyAct(family, child(1), "releaseHold", release, sue))).toEqual([
    "hold.released",
  ]);
  expect(benchOf(family).state.status).toBe("on_hold");
});

test("pieces without the defect don't escape its hold either", () => {
  const family = aFamily();
  log(family, "3");
  expect(outcome(split(family, "47", { by: "sue" }))).toEqual(["traveler.split"]);
  const { state } = benchOf(family, child(1));
  expect(state.status).toBe("on_hold");
  expect(state.holds).toMatchObject([{ owner: "quality", defect: null }]);
  expect(state.defects).toMatchObject([{ status: "transferred" }]);
});

test("a defect leaves with its pieces and its hold, and the brother goes on", () => {
  const family = aFamily();
  log(family, "3");
  const defects = [named("defect")];
  expect(outcome(split(family, "3", { defects }))).toEqual(["traveler.split"]);
  const parent = benchOf(family).state;
  expect(parent.status).toBe("released");
  expect(parent.defects).toMatchObject([{ status: "transferred" }]);
  expect(parent.holds).toMatchObject([{ released: { basis: "split" } }]);
  const { state } = benchOf(family, child(1));
  expect(state.status).toBe("on_hold");
  expect(state.defects).toMatchObject([{ status: "open", quantity: "3", code: "TRQ-01" }]);
  expect(state.defects[0]?.id).not.toBe(named("defect"));
  expect(state.holds).toMatchObject([{ defect: state.defects[0]?.id, released: null }]);
  work(family);
  expect(outcome(account(family, family.root, ["47", "0", "3"]))).toEqual(["quantity.accounted"]);
  expect(outcome(complete(family))).toEqual(["traveler.completed"]);
  // The NCR to come is about pieces that are elsewhere.
  expect(outcome(familyAct(family, family.root, "acceptTraveler", {}, quinn))).toEqual([
    "traveler.accepted",
  ]);
  expect(benchOf(family, child(1)).state.status).toBe("on_hold");
});

test("only the owner of a hold says that these are the pieces it is about", () => {
  const family = aFamily();
  log(family, "3");
  const ruling = split(family, "3", { defects: [named("defect")], by: "sue" });
  expect(outcome(ruling)).toBe("hold_owner");
  expect(params(ruling)).toMatchObject({ owner: "quality", role: "quality" });
});

test("a defect finds its pieces on both sides of a split", () => {
  const family = aFamily();
  log(family, "3");
  const defects = [named("defect")];
  expect(params(split(family, "2", { defects }))).toMatchObject({ quantity: "3", pieces: "2" });
  expect(params(split(family, "48"))).toMatchObject({ quantity: "3", pieces: "2" });
  expect(outcome(split(family, "3", { defects: [...defects, ...defects] }))).toBe(
    "id_already_used",
  );
  expect(outcome(split(family, "3", { defects: [named("other")] }))).toBe("defect_unknown");
  split(family, "3", { defects });
  expect(outcome(split(family, "3", { defects }))).toBe("defect_not_open");
});

test("a defect whose pieces are partly scrapped, or in rework, stays where it is", () => {
  const family = aFamily();
  log(family, "3", { code: "FIN-01" });
  dispose(family, family.root, named("defect"), [
    { decision: "scrap", quantity: "2" },
    { decision: "use_as_is", quantity: "1" },
  ]);
  scrap(family, family.root, named("defect"));
  expect(outcome(split(family, "3", { defects: [named("defect")] }))).toBe("scrap_recorded");
  const withdrawn = { defect: named("defect"), reason: "no" };
  expect(outcome(familyAct(family, family.root, "withdrawDefect", withdrawn, quinn))).toBe(
    "scrap_recorded",
  );
});

test("some pieces of a lot are scrapped, identified and segregated, and the others go on", () => {
  const family = aFamily();
  work(family, family.root, measured(family));
  log(family, "3", { code: "FIN-01" });
  const defect = named("defect");
  const close = () =>
    familyAct(family, family.root, "closeDefect", { defect, verification: "seen" }, { by: "ian" });
  dispose(family, family.root, defect, [
    { decision: "scrap", quantity: "2" },
    { decision: "use_as_is", quantity: "1" },
  ]);
  expect(outcome(close())).toBe("disposition_not_carried_out");
  expect(outcome(scrap(family, family.root, defect))).toEqual(["quantity.scrapped"]);
  expect(outcome(scrap(family, family.root, defect))).toBe("scrap_recorded");
  expect(balanceOf(benchOf(family).state)).toMatchObject({ scrapped: "2", remaining: "48" });
  expect(outcome(close())).toEqual(["defect.closed"]);
  expect(benchOf(family).state.status).toBe("in_work");
});

test("when the last pieces are scrapped the lot ends", () => {
  const family = aFamily();
  split(family, "3");
  familyAct(family, child(1), "logDefect", aDefect({ quantity: "3", code: "FIN-01" }), {
    by: "ivy",
  });
  dispose(family, child(1), named("defect"), [{ decision: "scrap", quantity: "3" }]);
  expect(outcome(scrap(family, child(1), named("defect")))).toEqual(["traveler.scrapped"]);
  expect(balanceOf(benchOf(family, child(1)).state)).toMatchObject({
    scrapped: "3",
    remaining: "0",
  });
});

test("no defect is on more pieces than there are", () => {
  const family = aFamily();
  split(family, "30");
  expect(outcome(log(family, "21"))).toBe("quantity_too_large");
  expect(outcome(log(family, "20"))).toEqual(["defect.logged", "hold.placed"]);
});

test("a lot isn't complete before somebody has counted every piece of it", () => {
  const family = aFamily();
  split(family, "3");
  work(family);
  expect(params(complete(family))).toMatchObject({ quantity: "47", count: "1" });
  expect(params(account(family, family.root, ["46", "0", "3"]))).toEqual({
    started: "50",
    sum: "49",
  });
  expect(outcome(account(family, family.root, ["46", "1", "3"]))).toBe("scrap_not_decided");
  expect(outcome(account(family, family.root, ["50", "0", "0"]))).toBe("quantity_transferred");
  expect(outcome(account(family, family.root, ["47.0", "0", "3"]))).toEqual(["quantity.accounted"]);
  expect(outcome(complete(family))).toEqual(["traveler.completed"]);
});

test("a count is over when pieces leave after it", () => {
  const family = aFamily();
  work(family);
  account(family, family.root, ["50", "0", "0"]);
  split(family, "3");
  expect(outcome(complete(family))).toBe("traveler_incomplete");
});

test("what is complete or held is not counted, split or merged any more", () => {
  const family = aFamily();
  split(family, "3");
  work(family);
  account(family, family.root, ["47", "0", "3"]);
  complete(family);
  expect(outcome(split(family, "1"))).toBe("traveler_not_open");
  expect(outcome(merge(family, [child(1)]))).toBe("traveler_not_open");
  hold(family, child(1));
  expect(outcome(account(family, child(1), ["3", "0", "0"]))).toBe("on_hold");
});

test("lots at the same point become one again, and both genealogies stay", () => {
  const family = aFamily();
  work(family, family.root, measured(family));
  split(family, "3");
  const head = headOf(benchOf(family, child(1)));
  expect(outcome(merge(family, [child(1)]))).toEqual(["traveler.merged"]);
  const source = benchOf(family, child(1)).state;
  expect(source).toMatchObject({ status: "cancelled", mergedInto: family.root });
  expect(balanceOf(source)).toMatchObject({ remaining: "0", transferredOut: "3" });
  const { state } = benchOf(family);
  expect(state.merges).toMatchObject([{ traveler: child(1), seq: 1, head, quantity: "3" }]);
  expect(balanceOf(state).remaining).toBe("50");
  expect(outcome(merge(family, [child(1)]))).toBe("merge_differs");
  expect(outcome(split(family, "1", { of: child(1) }))).toBe("traveler_not_open");
});

test("who worked on the pieces that came accepts none of the lot they came to", () => {
  const family = aFamily();
  const both = [family.root, child(1)];
  split(family, "3");
  for (const lot of both) {
    const person = lot === family.root ? "ana" : "max";
    benchOf(family, lot).worker = person;
    work(
      family,
      lot,
      () => benchOf(family, lot).state.steps[named("020.1")]?.status === "complete",
    );
  }
  const place = { operation: named("op 020"), step: null, requirement: named("020 inspection") };
  merge(family, [child(1)]);
  const bench = benchOf(family);
  expect(bench.state.steps[named("020.1")]?.performedBy).toContain(named("max"));
  const mine = deeds(bench).find(({ type }) => type === "signBuyoff");
  const { contentSha256 = "" } = (mine?.body ?? {}) as { contentSha256?: string };
  const signed = familyAct(
    family,
    family.root,
    "signBuyoff",
    { ...place, contentSha256 },
    {
      by: "max",
    },
  );
  expect(outcome(signed)).toBe("signer_performed_work");
});

test.each([
  ["part", { part: { number: "4471-2210-2", revision: "C" } }],
  ["part", { part: { number: "4471-2210-1", revision: "D" } }],
  ["revision", { revision: { instruction: "", number: "", revision: "", contentSha256: "x" } }],
  ["order", { workOrder: "WO-2" }],
  ["serials", { serials: ["S-1"] }],
])("lots of another %s don't become one", (why, change) => {
  const family = aFamily();
  split(family, "3");
  const bench = benchOf(family, child(1));
  bench.state = { ...bench.state, ...change };
  expect(params(merge(family, [child(1)]))).toMatchObject({ why });
});

test("lots that are not at the same point don't become one", () => {
  const family = aFamily();
  split(family, "3");
  work(family, child(1), () => benchOf(family, child(1)).state.status === "in_work");
  expect(params(merge(family, [child(1)]))).toMatchObject({ why: "progress" });
});

test("a lot with a hold, a defect or a hold of the plant on it is not merged away", () => {
  const family = aFamily();
  split(family, "3");
  split(family, "3");
  hold(family, child(1));
  expect(params(merge(family, [child(1)]))).toEqual({ lot: "B13-0418-1", why: "hold" });
  expect(outcome(merge(family, [child(2), child(1)]))).toBe("merge_differs");
  const lot = { head: "", isChildTaken: false, serialsTaken: [], heldOutside: [child(2)] };
  const body = { from: [child(2)], reason: "r" };
  const others = [{ state: benchOf(family, child(2)).state, head: "a".repeat(64) }];
  const held = familyAct(family, family.root, "mergeTravelers", body, {
    by: "sue",
    facts: { lot, others },
  });
  expect(params(held)).toMatchObject({ lot: "B13-0418-2", why: "hold" });
  log(family, "1", { code: "FIN-01" });
  expect(params(merge(family, [child(2)]))).toEqual({ lot: "B13-0418", why: "defect" });
});

test("a lot is not merged with itself, twice, or with nothing", () => {
  const family = aFamily();
  split(family, "3");
  expect(outcome(merge(family, [family.root]))).toBe("merge_unknown");
  expect(outcome(merge(family, []))).toBe("merge_unknown");
  expect(outcome(merge(family, [child(1), child(1)]))).toBe("merge_unknown");
  expect(outcome(merge(family, [named("nobody")]))).toBe("merge_unknown");
});

const numbers = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `S-${from + index}`);
const assign = (family: Family, serials: string[], traveler = family.root) =>
  familyAct(family, traveler, "assignSerials", { serials }, sue);

test("each piece gets one number, once, and no entry before is written again", () => {
  const family = aFamily();
  work(family);
  account(family, family.root, ["50", "0", "0"]);
  complete(family);
  const before = [...benchOf(family).events];
  expect(params(assign(family, numbers(1, 49)))).toEqual({ count: "49", of: "50" });
  expect(outcome(assign(family, [...numbers(1, 49), "S-1"]))).toBe("serials_count");
  expect(outcome(assign(family, numbers(1, 50)))).toEqual(["traveler.serials_assigned"]);
  expect(benchOf(family).events.slice(0, before.length)).toEqual(before);
  expect(benchOf(family).state).toMatchObject({ status: "complete", serials: numbers(1, 50) });
  expect(outcome(assign(family, numbers(51, 50)))).toBe("serials_assigned_already");
});

test("a number is no other unit's or piece's of the part", () => {
  const family = aFamily();
  split(family, "3");
  assign(family, numbers(1, 47));
  expect(params(assign(family, ["S-1", "S-48", "S-49"], child(1)))).toEqual({ serials: "S-1" });
  expect(outcome(assign(family, numbers(48, 3), child(1)))).toEqual(["traveler.serials_assigned"]);
});

test("pieces with numbers leave and come by their numbers", () => {
  const family = aFamily();
  assign(family, numbers(1, 50));
  expect(outcome(split(family, "3"))).toBe("serials_count");
  expect(outcome(split(family, "2", { serials: ["S-1", "S-99"] }))).toBe("serial_unknown");
  expect(outcome(split(family, "2", { serials: ["S-1", "S-1"] }))).toBe("serials_count");
  expect(outcome(split(family, "2", { serials: ["S-1", "S-2"] }))).toEqual(["traveler.split"]);
  expect(benchOf(family).state.serials).toEqual(numbers(3, 48));
  expect(benchOf(family, child(1)).state.serials).toEqual(["S-1", "S-2"]);
  merge(family, [child(1)]);
  expect(benchOf(family).state.serials).toHaveLength(50);
  expect(benchOf(family, child(1)).state.serials).toEqual([]);
});

test("a reading outside limits goes with the pieces that show it", () => {
  const family = aFamily();
  const bench = benchOf(family);
  for (let turn = 0; turn < 30 && bench.state.readings.length < 2; turn += 1) {
    deeds(bench, (field) => (field === named("od") ? "28.700" : undefined)).some((one) => {
      const body = one.body as CommandBody<CommandType>;
      return familyAct(family, family.root, one.type, body, one.given).ok;
    });
  }
  const reading = bench.state.readings.find(({ verdict }) => verdict === "out_of_limits");
  log(family, "3", { code: "TRQ-01", reading: reading?.id ?? "" });
  work(family);
  expect(outcome(complete(family))).not.toEqual(["traveler.completed"]);
  split(family, "3", { defects: [named("defect")] });
  work(family);
  account(family, family.root, ["47", "0", "3"]);
  expect(outcome(complete(family))).toEqual(["traveler.completed"]);
});

test("pieces are split off onto hold in one act, for one of the plant's reasons", () => {
  const family = aFamily();
  const on = (reason: string) => ({ hold: { hold: named("held"), reason } });
  expect(params(split(family, "3", on("boredom")))).toEqual({ reason: "boredom" });
  expect(outcome(split(family, "3", on("nonconformance")))).toEqual(["traveler.split"]);
  const { state, events } = benchOf(family, child(1));
  expect(events.map(({ type }) => type)).toEqual(["traveler.split_off", "hold.placed"]);
  expect(state).toMatchObject({ status: "on_hold", holds: [{ owner: "quality", defect: null }] });
  expect(benchOf(family).state.holds).toEqual([]);
  expect(benchOf(family).state.status).not.toBe("on_hold");
  work(family);
  account(family, family.root, ["47", "0", "3"]);
  expect(outcome(complete(family))).toEqual(["traveler.completed"]);
  expect(foldedAgain(family, benchOf(family, child(1)))).toEqual(state);
});
