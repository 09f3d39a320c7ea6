import type { InstructionContent } from "#lib/instructions/schema";
import { bracketPlan } from "./plan.ts";
import { clockOperation } from "./plan-clocks.ts";

/** The bracket's plan with every kind of field and every permission that a revision can give. */
export const wholePlan = (): InstructionContent =>
  bracketPlan((plan) => {
    const [first, second, ...rest] = plan.operations as object[];
    return { ...plan, operations: [first, second, structuredClone(clockOperation), ...rest] };
  });
