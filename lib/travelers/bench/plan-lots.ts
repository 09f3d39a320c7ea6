import type { InstructionContent } from "#lib/instructions/schema";
import { bracketPlan, field, measurement, operation, requirement, step } from "./plan.ts";

/** Bushings of a lot: deburred, measured by sample, bought off. Strict, so that a lot is at one point. */
export const lotOperations = [
  operation("010", [
    step("010.1", { fields: [field("deburred", ["1"], { kind: "attribute" })] }),
    step("010.2", {
      fields: [
        measurement("od", ["A"], {
          unit: "mm",
          gageType: "micrometer",
          limits: { kind: "fixed", min: "28.607", max: "28.619" },
        }),
      ],
    }),
  ]),
  operation(
    "020",
    [step("020.1", { fields: [field("counted", ["1"], { kind: "acknowledgement" })] })],
    { buyoffs: [requirement("020 inspection", "inspection", "inspector", { stamp: true })] },
  ),
];

export const lotPlan = (): InstructionContent =>
  bracketPlan((plan) => ({ ...plan, operations: structuredClone(lotOperations) }));
