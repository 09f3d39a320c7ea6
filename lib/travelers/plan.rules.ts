import type { Field, InstructionContent, Operation, Step } from "#lib/instructions/schema";

export type Measurement = Extract<Field, { kind: "measurement" }>;
/** A step with the operation it stands in, and its place in the whole revision. */
export type PlannedStep = { operation: Operation; step: Step; order: number };

/** A revision never changes, so what is read from it once holds as long as it is in memory. */
const plans = new WeakMap<InstructionContent, readonly PlannedStep[]>();

/** Every step of the revision in the order it is written. */
export function plannedSteps(content: InstructionContent): readonly PlannedStep[] {
  const known = plans.get(content);
  if (known) return known;
  const planned = content.operations
    .flatMap((operation) => operation.steps.map((step) => ({ operation, step })))
    .map((one, order) => ({ ...one, order }));
  plans.set(content, planned);
  return planned;
}

export const plannedStep = (content: InstructionContent, step: string): PlannedStep | null =>
  plannedSteps(content).find((planned) => planned.step.id === step) ?? null;

export const operationOf = (content: InstructionContent, operation: string): Operation | null =>
  content.operations.find(({ id }) => id === operation) ?? null;

export function plannedField(
  content: InstructionContent,
  field: string,
): (PlannedStep & { field: Field }) | null {
  for (const planned of plannedSteps(content)) {
    const found = planned.step.fields.find(({ id }) => id === field);
    if (found) return { ...planned, field: found };
  }
  return null;
}

export const characteristicOf = (content: InstructionContent, field: Field): string | null => {
  const id = "characteristic" in field ? field.characteristic : undefined;
  return content.characteristics.some((known) => known.id === id) ? (id ?? null) : null;
};
