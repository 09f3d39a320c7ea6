import type { Field, InstructionContent, Role, Step } from "#lib/instructions/schema";
import { plannedField } from "./plan.rules.ts";
import type { Reading, TravelerState } from "./state.schema.ts";
import { isCurrent } from "./values.rules.ts";

export type ProcessLimitOpen = {
  reading: Reading;
  field: Field;
  step: Step;
  /** Whose role accepts it. */
  acceptBy: Role;
};

/** Values beyond a process limit and within the drawing that nobody has accepted yet (rule 5). */
export function processLimitsOpen(
  state: TravelerState,
  content: InstructionContent,
): ProcessLimitOpen[] {
  if (state.status === "scrapped" || state.status === "cancelled") return [];
  return state.readings.flatMap((reading) => {
    if (reading.verdict !== "out_of_process_limits" || reading.acceptedBy !== null) return [];
    const planned = plannedField(content, reading.field);
    if (planned?.field.kind !== "measurement" || !isCurrent(state, reading)) return [];
    const { field, step } = planned;
    return field.process ? [{ reading, field, step, acceptBy: field.process.acceptBy }] : [];
  });
}
