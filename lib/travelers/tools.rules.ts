import type { InstructionContent } from "#lib/instructions/schema";
import { compare } from "#lib/kit/decimal";
import { plannedSteps } from "./plan.rules.ts";
import type { Reading, TravelerState } from "./state.schema.ts";
import { currentReading, toolsDue } from "./values.rules.ts";

type ToolCount = { kit: string; reading: Reading | null };

/** The counts of each kit that ends its stay at the unit, with what is recorded there now. */
function countsOut(state: TravelerState, content: InstructionContent): ToolCount[] {
  return plannedSteps(content).flatMap(({ step }) =>
    step.fields.flatMap((field) => {
      if (field.kind !== "count" || field.tools?.direction !== "out") return [];
      const { kit } = field.tools;
      return field.positions.map((position) => {
        const at = { step: step.id, field: field.id, position, sample: 1 };
        return { kit, reading: currentReading(state, at) };
      });
    }),
  );
}

/** Kits whose count out is not what came in and was handed over since. No disposition covers a lost tool. */
export function toolsMissing(
  state: TravelerState,
  content: InstructionContent,
): { kit: string; due: string; counted: string; reading: Reading }[] {
  return countsOut(state, content).flatMap(({ kit, reading }) => {
    const due = toolsDue(state, content, kit)?.due;
    if (!reading || due === undefined || compare(due, reading.value) === 0) return [];
    return [{ kit, due, counted: reading.value, reading }];
  });
}
