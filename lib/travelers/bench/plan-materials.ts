import type { InstructionContent } from "#lib/instructions/schema";
import { bracketPlan, field, measurement, named, operation, step } from "./plan.ts";

/** A kit of tools in and out, a machine's report, several samples, and what is chosen or said in words. */
export const materialOperations = [
  operation("040", [
    step("040.1", {
      fields: [
        field("kit in", ["1"], { kind: "count", tools: { kit: "K-14", direction: "in" } }),
        field("finish", ["1"], {
          kind: "choice",
          options: [
            { value: "matte", label: { en: "Matte" } },
            { value: "gloss", label: { en: "Gloss" } },
          ],
        }),
        field("remark", ["1"], { kind: "text", lengthMax: 80, required: false }),
      ],
    }),
    step("040.2", {
      fields: [
        field("report", ["1"], {
          kind: "measurement_record",
          formats: ["pdf", "qif"],
          characteristics: [named("characteristic bore")],
        }),
        measurement("flange", ["A", "B"], {
          unit: "mm",
          gageType: "bore",
          samples: 3,
          limits: { kind: "fixed", min: "28.575", max: "28.596" },
          retriesMax: 1,
        }),
      ],
    }),
  ]),
  operation("090", [
    step("090.1", {
      fields: [
        field("kit out", ["1"], { kind: "count", tools: { kit: "K-14", direction: "out" } }),
      ],
    }),
  ]),
];

/** The bracket's plan with these in it. */
export const materialsPlan = (): InstructionContent =>
  bracketPlan((plan) => {
    const [kit, fit, torque, last] = plan.operations as object[];
    const [kitIn, kitOut] = structuredClone(materialOperations);
    return { ...plan, operations: [kit, fit, kitIn, torque, kitOut, last] };
  });
