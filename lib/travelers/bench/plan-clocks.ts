import type { InstructionContent } from "#lib/instructions/schema";
import { bracketPlan, field, named, operation, step } from "./plan.ts";

/** A mix with its clock, a bath with its minimum, a transfer with its maximum, and work that waits for both. */
export const clockOperation = operation("030", [
  step("030.1", {
    fields: [
      field("mix", ["1"], {
        kind: "batch_clock",
        clock: "application life",
        part: "SEAL",
        alternates: ["SEAL-ALT"],
        maxMinutes: 5000,
      }),
    ],
  }),
  step("030.2", {
    plausibleMinSeconds: 90,
    fields: [
      field("soak", ["1"], { kind: "timer", minSeconds: 120 }),
      field("transfer", ["1", "2"], {
        kind: "timer",
        maxSeconds: 90,
        defectCode: "PRC-01",
        severity: "major",
      }),
    ],
  }),
  step("030.3", {
    clocks: [{ field: named("mix"), afterMinutes: 3, withinMinutes: 5000 }],
    fields: [
      field("age", ["1"], {
        kind: "clock_age",
        from: named("mix"),
        maxMinutes: 4900,
        defectCode: "PRC-01",
      }),
    ],
  }),
]);

/** Two mixes that are soon too old, one of them without a defect of its own, and work that has to hurry. */
const hurriedOperation = operation("030", [
  step("030.1", {
    fields: [
      field("mix", ["1"], {
        kind: "batch_clock",
        clock: "application life",
        part: "SEAL",
        maxMinutes: 30,
        defectCode: "PRC-01",
      }),
      field("wet", ["1", "2"], { kind: "attribute" }),
    ],
  }),
  step("030.2", {
    fields: [
      field("soak", ["1"], { kind: "timer", minSeconds: 180 }),
      field("transfer", ["1", "2"], { kind: "timer", maxSeconds: 90, defectCode: "PRC-01" }),
      field("drip", ["1"], { kind: "timer", maxSeconds: 600, required: false }),
    ],
  }),
  step("030.3", {
    clocks: [{ field: named("mix"), afterMinutes: 3, withinMinutes: 60 }],
    fields: [
      field("age", ["1"], {
        kind: "clock_age",
        from: named("mix"),
        maxMinutes: 40,
        defectCode: "PRC-01",
      }),
    ],
  }),
  step("030.4", {
    fields: [
      field("fillet", ["1"], {
        kind: "batch_clock",
        clock: "fillet",
        part: "SEAL",
        maxMinutes: 20,
      }),
    ],
  }),
  step("030.5", { clocks: [{ field: named("fillet"), withinMinutes: 60 }] }),
]);

export const hurriedPlan = (): InstructionContent =>
  bracketPlan((plan) => ({
    ...plan,
    operations: [structuredClone(hurriedOperation), (plan.operations as object[]).at(-1)],
  }));
