import type { Field, Step } from "#lib/instructions/schema";
import type { CommandBody } from "#lib/travelers/schema";
import type { PlaceState } from "#lib/travelers/values.rules";
import type { useStepWork } from "./work-context.tsx";

/** Where a person is: a step, or what an operation ends with. */
export type Place = { operation: string; step: string | null };
/** One value's place within a step. */
export type At = { field: string; position: string; sample: number };
/** What a defect is about, as far as it is known when somebody begins to log it. */
export type DefectStart = {
  step: string | null;
  field: string | null;
  position: string | null;
  sample: number | null;
};
export type StepWork = ReturnType<typeof useStepWork>;

export type FieldEntryProps<F extends Field = Field> = {
  field: F;
  place: PlaceState;
  step: Step;
  work: StepWork;
  onRecorded: () => void;
  onDefect: (start: DefectStart) => void;
};
export type Recording = Pick<CommandBody<"recordReading">, "value" | "source" | "confirmed">;

export const readingAt = (
  { field, place, step }: Pick<FieldEntryProps, "field" | "place" | "step">,
  of: Recording,
): CommandBody<"recordReading"> => ({
  step: step.id,
  field: field.id,
  position: place.position,
  sample: place.sample,
  ...of,
});
