import { expect, test } from "vitest";
import { roles } from "#lib/instructions/schema";
import { aBench, aCommand, act, factsFor } from "./bench/bench.ts";
import { bracketPlan, named } from "./bench/plan.ts";
import { aPerson } from "./bench/plant.ts";
import { completed, inWorkAt, outcome, read } from "./bench/stage.ts";
import type { RecordedEvent } from "./events.schema.ts";
import { eventBodies } from "./events.schema.ts";
import { evolve, fold } from "./evolve.rules.ts";
import { permissions } from "./permissions.rules.ts";
import { fieldState, limitsFor, operationProgress } from "./progress.rules.ts";
import { projection } from "./projection.rules.ts";
import { decide } from "./rules.ts";
import type { Command, CommandType } from "./schema.ts";
import { commandBodies } from "./schema.ts";

const types = Object.keys(commandBodies) as CommandType[];

test("a role without permission is refused for every command, before anything else is looked at", () => {
  const bench = inWorkAt("010.1");
  for (const type of types) {
    for (const role of roles.filter((one) => !permissions[type].includes(one))) {
      const someone = aPerson("someone", [role]);
      const command = { id: named("x"), type, body: {} } as unknown as Command;
      const facts = {
        ...factsFor(bench, aCommand(bench, "completeTraveler", {})),
        person: someone,
      };
      const ruling = decide(bench.state, command, facts);
      expect(["not_permitted", "command_not_available"]).toContain(outcome(ruling));
    }
  }
});

test("commands whose rules come later are refused as not available", () => {
  const bench = inWorkAt("010.1");
  const later = act(bench, "dropRedline", { redline: named("redline"), reason: "later" });
  expect(outcome(later)).toBe("command_not_available");
});

test("somebody who has left does nothing", () => {
  const bench = inWorkAt("010.1");
  const order = { step: "010.1", field: "order" };
  expect(outcome(read(bench, order, "WO-700290", { by: "gone" }))).toBe("person_not_active");
});

test("nothing is decided before the release or on another revision", () => {
  const bench = aBench();
  const command = aCommand(bench, "completeTraveler", {});
  const facts = factsFor(bench, command);
  expect(outcome(decide(null, command, facts))).toBe("traveler_not_released");
  const content = { ...bracketPlan(), revision: "04" };
  expect(() => decide(bench.state, command, { ...facts, content })).toThrow(
    "isn't this traveler's",
  );
});

test("evolve is total: every type of the record moves the sequence on, also those nothing emits yet", () => {
  const { state } = aBench();
  for (const type of Object.keys(eventBodies)) {
    const voids = { buyoffs: [], readings: [] };
    const lists = { steps: [], from: [], defects: [], signals: [], serials: [], performedBy: [] };
    const body = { step: named("none"), ...lists, voids, scope: { kind: "traveler" } };
    const event = { type, body, seq: 7, person: null, second: null, at: "", command: null };
    const next = evolve(state, event as unknown as RecordedEvent);
    expect(next.seq).toBe(7);
  }
  expect(() => fold([{ type: "traveler.completed" } as RecordedEvent])).toThrow();
});

test("the read tables' rows come from the state alone", () => {
  const bench = completed();
  const rows = projection(bench.state, bench.content);
  expect(rows.traveler).toMatchObject({
    id: named("traveler"),
    status: "complete",
    operation: null,
    steps_done: 12,
    steps_total: 12,
    buyoffs_due: [],
  });
  expect(rows.stepExecutions).toHaveLength(12);
  expect(rows.readings.find(({ value }) => value === "28.580")).toMatchObject({
    value_number: "28.580",
    limit_min: "28.575",
    gage_code: "BG-0142",
  });
  const due = projection(inWorkAt("060.5").state, bench.content).traveler;
  expect(due).toMatchObject({ operation: "060", buyoffs_due: ["operator"] });
});

test("the tablet is told the next place, its limits and how far each operation is", () => {
  const bench = inWorkAt("060.3");
  const { next, complete } = fieldState(bench.state, bench.content, named("060.3"));
  expect({ next, complete }).toEqual({
    next: { field: named("final"), position: "1", sample: 1 },
    complete: false,
  });
  expect(limitsFor(bench.state, bench.content, named("final"), "2").limits).toEqual({
    min: "21.9",
    max: "24.9",
  });
  expect(operationProgress(bench.state, bench.content)).toMatchObject([
    { number: "010", status: "complete", buyoffs: "signed" },
    { number: "020", status: "complete", buyoffs: "signed" },
    { number: "060", status: "in_work", done: 2, total: 5, buyoffs: "open" },
    { number: "100", status: "not_started" },
  ]);
});
