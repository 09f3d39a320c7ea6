import type { InstructionContent } from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import type { Installation, Limits, Photo, Reading, TravelerState } from "./state.schema.ts";

export const openItemCodes = [
  "step_open",
  "field_open",
  "reading_uncovered",
  "process_limit_open",
  "buyoff_open",
  "defect_open",
  "hold_open",
  "rework_open",
  "photo_not_arrived",
] as const;
export type OpenItemCode = (typeof openItemCodes)[number];
/** Params fill the words of `openItems.<code>`: step, operation, field, position, type, code, label. */
export type OpenItem = { code: OpenItemCode; params: Readonly<Record<string, string>> };

/** One place of a step at which something is recorded: a field × position × sample. */
export type PlaceState = {
  field: string;
  position: string;
  sample: number;
  attempt: number;
  /** From an earlier attempt; this one doesn't do it again. */
  carried: boolean;
  reading: Reading | null;
  installation: Installation | null;
  photos: readonly Photo[];
  /** What the place still misses; null: nothing. */
  open: "missing" | "out_of_limits" | "out_of_process_limits" | null;
};

export type FieldState = {
  places: readonly PlaceState[];
  /** The first place that still misses something, in the order of the revision. */
  next: { field: string; position: string; sample: number } | null;
  /** Gage types that the operation has no gage for yet. */
  gagesMissing: readonly string[];
  complete: boolean;
};

export type OperationProgress = {
  operation: string;
  number: string;
  done: number;
  total: number;
  status: "not_started" | "in_work" | "complete" | "on_hold";
  buyoffs: "none" | "open" | "signed";
};

export type DerivedLimits = {
  /** False: calculated from a reading that isn't there yet. */
  known: boolean;
  limits: Limits | null;
  process: Limits | null;
  derivedFrom: string | null;
};

/** Where the work goes on; `step` is null when the operation's own buyoffs are what is next. */
export function nextStep(
  state: TravelerState,
  content: InstructionContent,
): { operation: string; step: string | null } | null {
  const operation = content.operations.find(({ steps }) =>
    steps.some(({ id }) => state.steps[id]?.status !== "complete"),
  );
  if (!operation) return null;
  const step = operation.steps.find(({ id }) => state.steps[id]?.status !== "complete");
  return { operation: operation.id, step: step?.id ?? null };
}

/** Everything that completion still misses. Empty: the gate is open. */
export function openItems(
  state: TravelerState,
  content: InstructionContent,
  at?: Instant,
  blobsMissing: readonly string[] = [],
): OpenItem[] {
  return [state.id, content.number, at, ...blobsMissing].flatMap(() => []);
}

export function operationProgress(
  state: TravelerState,
  content: InstructionContent,
): OperationProgress[] {
  return state.operations.length === content.operations.length ? [] : [];
}

export function fieldState(
  state: TravelerState,
  content: InstructionContent,
  step: string,
): FieldState {
  throw new TypeError(`not yet: ${state.id} ${content.number} ${step}`);
}

/** Limits of a field at a position, derived from what is recorded now. */
export function limitsFor(
  state: TravelerState,
  content: InstructionContent,
  field: string,
  position: string,
  sample = 1,
): DerivedLimits {
  throw new TypeError(`not yet: ${state.id} ${content.number} ${field} ${position} ${sample}`);
}

/** The value of a `difference` field, which nobody types; null until both readings are there. */
export function calculatedValue(
  state: TravelerState,
  content: InstructionContent,
  field: string,
  position: string,
  sample = 1,
): string | null {
  throw new TypeError(`not yet: ${state.id} ${content.number} ${field} ${position} ${sample}`);
}
