import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { heardOf } from "#lib/catalogue/conformance/bench-events";
import { played } from "#lib/catalogue/conformance/histories";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import { performanceJson, performanceXml } from "./b2mml-performance.rules.ts";
import { performanceOf } from "./performance.rules.ts";
import { performance } from "./performance.schema.ts";
import { faultsOf, whyUnchecked } from "./testing/b2mml.ts";

const histories = [1, 2, 3, 4, 5, 6].map((seed) =>
  heardOf(played({ plan: seed % 3, seed, turns: 60 })),
);
const orderIn = (events: readonly CloudEvent[]) =>
  events.flatMap(({ data }) => data.context.order?.orderId ?? [])[0] ?? "";
const made = (events: readonly CloudEvent[], externalId: string | null = null) => {
  const found = performanceOf(events, { number: orderIn(events), externalId });
  if (!found) throw new Error("nothing was made of it");
  return found;
};
const about = (events: readonly CloudEvent[], name: string) =>
  events.findIndex(({ type }) => type === `dev.buyoff.${name}.v1`);

describe("what an MES is told of an order", () => {
  test("keeps to its schema, and is the same for the same events in any order and number", () => {
    for (const events of histories) {
      const whole = made(events);
      expect(performance.parse(whole)).toEqual(whole);
      fc.assert(
        fc.property(fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), (places) => {
          const mixed = [...events].sort(
            (a, b) =>
              (places[Number(a.sequence) % 20] ?? 0) - (places[Number(b.sequence) % 20] ?? 0),
          );
          expect(made([...mixed, ...mixed.slice(0, 7)])).toEqual(whole);
        }),
        { numRuns: 10 },
      );
    }
  });

  test("is ready when released, runs from the first step on, and names each operation that began", () => {
    const events = histories[0] ?? [];
    const started = about(events, "step.started");
    expect(started).toBeGreaterThan(0);
    expect(made(events.slice(0, started)).units[0]).toMatchObject({
      state: "Ready",
      accepted: "0",
    });
    const running = made(events.slice(0, started + 1));
    expect(running).toMatchObject({ state: "Running", isFinal: false });
    expect(running.startedAt).toBe(events[started]?.time);
    expect(running.units[0]?.operations.map(({ state }) => state)).toContain("Running");
  });

  test("an operation is complete when all its steps are done or left out, and not any more when one is reopened", () => {
    const events = histories[0] ?? [];
    const [released] = events;
    const { routing } = (released as CloudEvent).data as unknown as {
      routing: { operations: { operationNumber: string; steps: { stepId: string }[] }[] };
    };
    const [operation] = routing.operations;
    const at = (name: string, stepId: string, n: number): CloudEvent => ({
      ...(released as CloudEvent),
      id: `0190000${n}-0000-7000-8000-000000000000`,
      type: `dev.buyoff.${name}.v1`,
      sequence: String(90_000 + n).padStart(11, "0"),
      data: {
        ...released?.data,
        context: { ...released?.data.context, step: { stepId } },
      } as CloudEvent["data"],
    });
    const steps = operation?.steps.map(({ stepId }) => stepId) ?? [];
    expect(steps.length).toBeGreaterThan(1);
    const done = steps.map((step, n) => at(n === 0 ? "step.skipped" : "step.completed", step, n));
    const stateOf = (all: CloudEvent[]) => made(all).units[0]?.operations[0]?.state;
    expect(stateOf([released as CloudEvent, ...done.slice(1)])).not.toBe("Completed");
    expect(stateOf([released as CloudEvent, ...done])).toBe("Completed");
    const again = at("step.reopened", steps[0] ?? "", 50);
    expect(stateOf([released as CloudEvent, ...done, again])).not.toBe("Completed");
  });

  test("a hold of the unit or of the whole order holds it until that hold is released", () => {
    const [released] = histories[0] ?? [];
    const place = (name: string, n: number, scope: object, isAround: boolean): CloudEvent => ({
      ...(released as CloudEvent),
      id: `0190001${n}-0000-7000-8000-000000000000`,
      type: `dev.buyoff.${name}.v1`,
      sequence: String(90_000 + n).padStart(11, "0"),
      data: {
        holdId: "01900020-0000-7000-8000-000000000000",
        scope,
        byRule: false,
        comment: { sha256: "0".repeat(64) },
        context: isAround
          ? { place: released?.data.context.place, integrity: released?.data.context.integrity }
          : released?.data.context,
      } as unknown as CloudEvent["data"],
    });
    for (const isAround of [false, true]) {
      const scope = isAround
        ? { kind: "order", subject: orderIn([released as CloudEvent]) }
        : { kind: "traveler" };
      const [on, off] = [
        place("hold.placed", 1, scope, isAround),
        place("hold.released", 2, scope, isAround),
      ];
      expect(made([released as CloudEvent, on])).toMatchObject({ state: "Held", isFinal: false });
      expect(made([released as CloudEvent, on, off]).state).toBe("Ready");
    }
    const elsewhere = place("hold.placed", 1, { kind: "order", subject: "other" }, true);
    expect(made([released as CloudEvent, elsewhere]).state).toBe("Ready");
  });

  test("nothing is made of another order's events", () => {
    expect(performanceOf(histories[0] ?? [], { number: "other" })).toBeNull();
    expect(performanceOf([], { number: "4711" })).toBeNull();
  });

  test("goes to the MES under the id that it sent, and is final when nothing is open", () => {
    const ended = histories.map((events) => made(events, "000000004711"));
    expect(
      ended.some(({ isFinal }) => isFinal) || ended.every(({ state }) => state !== "Closed"),
    ).toBe(true);
    for (const of of ended) {
      const xml = performanceXml(of);
      expect(xml).toContain("<WorkScheduleID>000000004711</WorkScheduleID>");
      expect(xml).toContain(`<WorkState>${of.state}</WorkState>`);
      const json = performanceJson(of) as {
        WorkPerformance: { WorkResponse: { JobResponse: { JobOrderID: string }[] }[] };
      };
      const jobs = json.WorkPerformance.WorkResponse[0]?.JobResponse ?? [];
      expect(new Set(jobs.map(({ JobOrderID }) => JobOrderID))).toEqual(new Set(["000000004711"]));
    }
  });
});

describe.skipIf(whyUnchecked !== null)(
  `the published schema (${whyUnchecked ?? "is asked"})`,
  () => {
    test("takes what is told, at every length of a history, and sees what is wrong", {
      timeout: 120_000,
    }, () => {
      const [events = []] = histories;
      for (const all of histories)
        expect(faultsOf("WorkPerformance", performanceXml(made(all)))).toBe("");
      for (const length of [1, 5, 20]) {
        const xml = performanceXml(made(events.slice(0, length), "A & <B>"));
        expect(faultsOf("WorkPerformance", xml)).toBe("");
        expect(faultsOf("WorkPerformance", xml.replace("<WorkState>", "<WorkState>x"))).not.toBe(
          "",
        );
      }
    });
  },
);

test("rules of performance read events alone", () => {
  const source = readFileSync(new URL("./performance.rules.ts", import.meta.url), "utf8");
  expect(source).not.toMatch(/travelers|record\/|db\//);
});
