import { expect, test } from "vitest";
import type { Bench, Given } from "./bench/bench.ts";
import { aBench, aCommand, act, factsFor, keep } from "./bench/bench.ts";
import { named } from "./bench/plan.ts";
import { aDefect, aHold, inWorkAt, outcome, params, qmsSays } from "./bench/stage.ts";
import { workUntil } from "./bench/worker.ts";
import { evolve } from "./evolve.rules.ts";
import type { Facts } from "./facts.schema.ts";
import {
  leftIn,
  mergedIntoOf,
  mergeTravelers,
  originOf,
  splitOffOf,
  splitTraveler,
  startedIn,
} from "./lots.rules.ts";
import { openItems } from "./progress.rules.ts";
import { projection } from "./projection.rules.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import type { CommandBody, RecordedEvent, TravelerEvent } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";

const lead = { by: "sue" } as const;
const reason = "three with a burr";

/** The bench's traveler as a lot of 50. */
function aLotBench(at?: string): Bench {
  const bench = at === undefined ? aBench() : inWorkAt(at);
  const [first] = bench.events;
  if (first?.type !== "traveler.released") throw new TypeError("not released");
  first.body.unit = { serial: null, lot: "B13-0418", quantity: "50" };
  bench.state = { ...bench.state, unit: first.body.unit };
  return bench;
}
/** Asks the rule itself, which is not open to commands yet, and keeps what it says. */
function ask<T extends "splitTraveler" | "mergeTravelers">(
  bench: Bench,
  rule: (of: Case<T>) => Ruling,
  type: T,
  body: CommandBody<T>,
  given: Given,
): Ruling {
  bench.minutes += 1;
  const command = aCommand(bench, type, body);
  const facts = factsFor(bench, command, given);
  const { state, content } = bench;
  const ruling = rule({ state, content, facts, command: { id: command.id, type }, body });
  if (ruling.ok) keep(bench, command, facts, ruling.value.events);
  return ruling;
}

const split = (bench: Bench, quantity = "3", name = "child", given: Given = lead) =>
  ask(bench, splitTraveler, "splitTraveler", { child: named(name), quantity, reason }, given);

/** The lot that the last split of this bench made. */
function childOf(bench: Bench): { state: TravelerState; event: RecordedEvent } {
  const last = bench.events.findLast(({ type }) => type === "traveler.split");
  if (last?.type !== "traveler.split") throw new TypeError("no split");
  const from = { traveler: bench.state.id, seq: last.seq, head: "b".repeat(64) };
  const off = splitOffOf(from, last);
  const event = {
    ...off,
    seq: 1,
    person: last.person,
    second: null,
    at: last.at,
    command: last.command,
  };
  return { state: evolve(bench.state, event), event };
}

const other = (state: TravelerState) =>
  ({ facts: { others: [{ state, head: "c".repeat(64) }] } }) satisfies { facts: Partial<Facts> };
const merge = (bench: Bench, from: TravelerState) =>
  ask(
    bench,
    mergeTravelers,
    "mergeTravelers",
    { from: [from.id], reason },
    { ...lead, ...other(from) },
  );
const account = (bench: Bench, accepted: string, scrapped = "0", transferredOut = "0") =>
  act(bench, "accountQuantity", { accepted, scrapped, transferredOut }, lead);

test("a lot is split at any step, also on hold; a single unit is not", () => {
  const bench = aLotBench("060.3");
  act(bench, "placeHold", aHold());
  expect(outcome(split(bench))).toEqual(["traveler.split"]);
  expect(outcome(split(aBench()))).toBe("not_a_lot");
  expect(leftIn(bench.state)).toBe("47");
  expect(startedIn(bench.state)).toBe("50");
});

test("some pieces leave and some stay, and no id is used twice", () => {
  const bench = aLotBench();
  for (const quantity of ["0", "50", "51", "-3"]) {
    expect(outcome(split(bench, quantity)), quantity).toBe("split_quantity");
  }
  split(bench, "3");
  expect(params(split(bench, "47", "second"))).toEqual({ quantity: "47", of: "47" });
  expect(outcome(split(bench, "1"))).toBe("id_already_used");
  expect(
    outcome(
      split(bench, "1", "taken", {
        ...lead,
        ...other({ ...bench.state, id: named("taken") }),
      }),
    ),
  ).toBe("id_already_used");
});

test("the child has its parent's history by reference, its own number and its own holds", () => {
  const bench = aLotBench("060.3");
  act(bench, "placeHold", aHold());
  split(bench);
  const { state: child, event } = childOf(bench);
  expect(child).toMatchObject({
    id: named("child"),
    seq: 1,
    status: "on_hold",
    unit: { serial: null, lot: "B13-0418-1", quantity: "3" },
  });
  expect(child.readings).toEqual(bench.state.readings);
  expect(child.steps[named("060.3")]?.status).toBe("in_work");
  expect(child.holds).toHaveLength(1);
  expect(child.holds[0]?.id).not.toBe(bench.state.holds[0]?.id);
  expect(originOf(event)).toMatchObject({ traveler: bench.state.id });
  // What the parent's rows show is not shown a second time.
  const rows = projection(child, bench.content);
  expect(rows.readings).toEqual([]);
  expect(rows.stepExecutions.length).toBeGreaterThan(5);
  expect(rows.traveler).toMatchObject({ parent_id: bench.state.id, lot: "B13-0418-1" });
});

test("a child on hold does not stop its brother", () => {
  const bench = aLotBench();
  split(bench);
  const { state: child } = childOf(bench);
  expect(child.status).not.toBe("on_hold");
  expect(bench.state.status).not.toBe("on_hold");
  const held = evolve(child, {
    type: "hold.placed",
    body: {
      hold: named("child hold"),
      scope: { kind: "traveler" },
      reason: "nonconformance",
      owner: "quality",
      defect: null,
      comment: null,
      byRule: false,
    },
    seq: 2,
    person: named("sue"),
    second: null,
    at: "2026-03-02T15:00:00.000Z",
    command: null,
  });
  expect(held.status).toBe("on_hold");
  account(bench, "47", "0", "3");
  expect(workUntil(bench, ({ state }) => state.status === "complete")).toBe(true);
});

test("a lot completes once every piece is accounted for, and a later split asks for it again", () => {
  const bench = aLotBench();
  const open = () => openItems(bench.state, bench.content).map(({ code }) => code);
  // Whole and with nothing scrapped it balances by itself.
  expect(open()).not.toContain("quantity_open");
  expect(params(account(bench, "49"))).toEqual({ started: "50", sum: "49" });
  expect(outcome(account(bench, "51", "-1"))).toBe("value_not_readable");
  expect(outcome(account(bench, "47", "0", "3"))).toBe("quantity_transferred");
  expect(outcome(account(bench, "50"))).toEqual(["quantity.accounted"]);
  expect(open()).not.toContain("quantity_open");
  split(bench);
  expect(open()).toContain("quantity_open");
  expect(outcome(account(bench, "50"))).toBe("quantity_transferred");
  expect(outcome(account(bench, "47", "0", "3"))).toEqual(["quantity.accounted"]);
});

test("only what a disposition has decided is scrapped, and all of it", () => {
  const bench = aLotBench();
  expect(outcome(account(bench, "48", "2"))).toBe("scrap_not_decided");
  act(bench, "logDefect", aDefect({ quantity: "2", code: "FIN-01" }));
  const dispositions = qmsSays(bench, "scrap", { quantity: "2" });
  const received = { defect: named("defect"), from: "qms" as const, ncr: "NCR-1" };
  const by = { by: "link" } as const;
  const rest = { evidence: null, reason: null };
  act(bench, "receiveDisposition", { ...received, dispositions, ...rest }, by);
  expect(outcome(account(bench, "50"))).toBe("scrap_not_decided");
  const close = { defect: named("defect"), verification: "in the cage" };
  expect(outcome(act(bench, "closeDefect", close, { by: "ian" }))).toBe(
    "disposition_not_carried_out",
  );
  expect(outcome(account(bench, "48", "2"))).toEqual(["quantity.accounted"]);
  expect(outcome(act(bench, "closeDefect", close, { by: "ian" }))).toEqual(["defect.closed"]);
});

test("lots join only when they are the same part, on the same revision and equally far, and free", () => {
  const bench = aLotBench("060.3");
  split(bench);
  const { state: child } = childOf(bench);
  const why = (state: TravelerState) => params(merge(bench, state)).why;
  expect(why({ ...child, part: { number: "X", revision: "A" } })).toBe("part");
  expect(why({ ...child, revision: { ...child.revision, contentSha256: "d".repeat(64) } })).toBe(
    "revision",
  );
  const behind = {
    ...child.steps,
    [named("060.3")]: { ...child.steps[named("060.3")], attempt: 2 },
  };
  expect(why({ ...child, steps: behind as TravelerState["steps"] })).toBe("progress");
  expect(why({ ...child, status: "complete" })).toBe("closed");
  const hold = { released: null } as TravelerState["holds"][number];
  expect(why({ ...child, holds: [hold] })).toBe("hold");
  const defect = { status: "open" } as TravelerState["defects"][number];
  expect(why({ ...child, defects: [defect] })).toBe("defect");
  const stranger = ask(
    bench,
    mergeTravelers,
    "mergeTravelers",
    { from: [named("nobody")], reason },
    lead,
  );
  expect(outcome(stranger)).toBe("merge_unknown");
  expect(outcome(merge(bench, child))).toEqual(["traveler.merged"]);
  expect(startedIn(bench.state)).toBe("53");
  expect(leftIn(bench.state)).toBe("50");
});

test("a merged lot ends in its own record, and both genealogies stay told", () => {
  const bench = aLotBench();
  split(bench);
  const { state: child } = childOf(bench);
  merge(bench, child);
  const last = bench.events.at(-1) as TravelerEvent;
  if (last.type !== "traveler.merged") throw new TypeError("not merged");
  const ended = evolve(child, {
    ...mergedIntoOf(bench.state.id, last),
    seq: 2,
    person: null,
    second: null,
    at: "2026-03-02T15:00:00.000Z",
    command: null,
  });
  expect(ended).toMatchObject({ status: "cancelled", mergedInto: bench.state.id });
  expect(bench.state.merges).toMatchObject([
    { traveler: child.id, seq: child.seq, head: "c".repeat(64), quantity: "3" },
  ]);
});

test("serial numbers come later: one for each piece, once", () => {
  const bench = aLotBench();
  split(bench, "48");
  const assign = (serials: string[]) => act(bench, "assignSerials", { serials }, lead);
  expect(params(assign(["S-1", "S-1"]))).toEqual({ count: "1", of: "2" });
  expect(outcome(assign(["S-1"]))).toBe("serials_count");
  expect(outcome(assign(["S-1", "S-2"]))).toEqual(["traveler.serials_assigned"]);
  expect(outcome(assign(["S-3", "S-4"]))).toBe("serials_assigned_already");
  expect(bench.state.serials).toEqual(["S-1", "S-2"]);
});

test("no command splits or merges a lot as long as the other lot's record is not written with it", () => {
  const bench = aLotBench();
  const body = { child: named("child"), quantity: "3", reason };
  expect(outcome(act(bench, "splitTraveler", body, lead))).toBe("command_not_available");
  const merged = act(bench, "mergeTravelers", { from: [named("child")], reason }, lead);
  expect(outcome(merged)).toBe("command_not_available");
});
