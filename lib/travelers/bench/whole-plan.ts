import type { InstructionContent } from "#lib/instructions/schema";
import { bracketPlan } from "./plan.ts";
import { clockOperation } from "./plan-clocks.ts";
import { departureOperations } from "./plan-departures.ts";
import { materialOperations } from "./plan-materials.ts";
import { qualifiedOperation } from "./plan-qualified.ts";

/** The bracket's plan with every kind of field and every permission that a revision can give. */
export const wholePlan = (): InstructionContent =>
  bracketPlan((plan) => {
    const [kit, fit, torque, last] = plan.operations as object[];
    const more = structuredClone({
      clockOperation,
      departureOperations,
      materialOperations,
      qualifiedOperation,
    });
    const [kitIn, kitOut] = more.materialOperations;
    return {
      ...plan,
      operations: [
        kit,
        fit,
        more.clockOperation,
        kitIn,
        torque,
        more.qualifiedOperation,
        ...more.departureOperations,
        kitOut,
        last,
      ],
    };
  });
