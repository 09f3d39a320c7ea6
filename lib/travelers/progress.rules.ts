import type { InstructionContent, Operation, Step } from "#lib/instructions/schema";
import { chainsOf, isDone, outstanding, unsigned } from "./buyoffs.rules.ts";
import type { Facts } from "./facts.schema.ts";
import { balanceOf, isLot } from "./lot-balance.rules.ts";
import type { PlannedStep } from "./plan.rules.ts";
import { plannedField, plannedStep, plannedSteps } from "./plan.rules.ts";
import type { TravelerState } from "./state.schema.ts";
import { toolsMissing } from "./tools.rules.ts";
import type { DerivedLimits, PlaceState } from "./values.rules.ts";
import { derivedLimits, differenceAt, gageTypesMissing, placesOf } from "./values.rules.ts";

export type { DerivedLimits, PlaceState };

export const openItemCodes = [
  "step_open",
  "deferred_open",
  "field_open",
  "gage_open",
  "reading_uncovered",
  "process_limit_open",
  "buyoff_open",
  "defect_open",
  "hold_open",
  "rework_open",
  "tools_open",
  "photo_not_arrived",
  "quantity_open",
] as const;
export type OpenItemCode = (typeof openItemCodes)[number];
/** Params fill the words of `openItems.<code>`: step, operation, field, position, type, code, label. */
export type OpenItem = { code: OpenItemCode; params: Readonly<Record<string, string>> };

export type FieldState = {
  places: readonly PlaceState[];
  /** The first place that still misses something, in the order of the revision. */
  next: { field: string; position: string; sample: number } | null;
  /** Gage types that the step asks for and the operation has no gage for yet. */
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

/** Where the work goes on; `step` is null when the operation's own buyoffs are what is next. */
export function nextStep(
  state: TravelerState,
  content: InstructionContent,
): { operation: string; step: string | null } | null {
  const chains = chainsOf(state, content).filter((chain) => outstanding(state, chain).length > 0);
  for (const operation of content.operations) {
    const own = chains.filter((chain) => chain.operation.id === operation.id);
    const [first] = stepsDueIn(state, content, operation).filter(
      ({ step }) => !isDone(state, step.id) || own.some((chain) => chain.step?.id === step.id),
    );
    if (first) return { operation: first.operation.id, step: first.step.id };
    if (own.length > 0) return { operation: operation.id, step: null };
  }
  return null;
}

/**
 * What is to be done before an operation is: its own steps but those deferred elsewhere, and before its last
 * signature what was deferred to it.
 */
function stepsDueIn(
  state: TravelerState,
  content: InstructionContent,
  operation: Operation,
): PlannedStep[] {
  const deferredTo = ({ step }: PlannedStep) => state.steps[step.id]?.deferredTo ?? null;
  const planned = plannedSteps(content);
  const own = planned.filter((of) => of.operation.id === operation.id && deferredTo(of) === null);
  const traveled = planned.filter((of) => deferredTo(of) === operation.id);
  const last = own.findLastIndex(({ step }) => step.buyoffs.length > 0);
  const at = operation.buyoffs.length === 0 && last >= 0 ? last : own.length;
  return own.toSpliced(at, 0, ...traveled);
}

type Missing = Pick<Facts, "blobsMissing" | "missingFrom">;

/** Everything that completion still misses. Empty: the gate is open. */
export function openItems(
  state: TravelerState,
  content: InstructionContent,
  missing: Missing = { blobsMissing: [] },
): OpenItem[] {
  return [
    ...plannedSteps(content).flatMap(({ operation, step }) =>
      stepOpenItems(state, content, operation, step),
    ),
    ...chainsOf(state, content).flatMap((chain) =>
      unsigned(state, chain).map(({ type }): OpenItem => {
        const step = chain.step?.number ?? "";
        return { code: "buyoff_open", params: { operation: chain.operation.number, step, type } };
      }),
    ),
    ...state.defects
      .filter(({ status }) => status === "open")
      .map(({ id, code }): OpenItem => ({ code: "defect_open", params: { id, code } })),
    ...state.holds
      .filter(({ released }) => !released)
      .map(
        ({ id, reason, owner }): OpenItem => ({
          code: "hold_open",
          params: { id, reason, owner },
        }),
      ),
    ...state.reworks
      .filter(({ status }) => status === "in_work")
      .map(({ id, label }): OpenItem => ({ code: "rework_open", params: { id, label } })),
    ...toolsMissing(state, content).map(
      ({ kit, due, counted }): OpenItem => ({ code: "tools_open", params: { kit, due, counted } }),
    ),
    ...missing.blobsMissing.map((sha256) => notArrived(state, content, missing, sha256)),
    ...quantityOpen(state),
  ];
}

/** Which photo or report, by where it belongs, and which tablet has it. */
function notArrived(
  state: TravelerState,
  content: InstructionContent,
  { missingFrom }: Missing,
  sha256: string,
): OpenItem {
  const photo = state.photos.find((of) => of.sha256 === sha256);
  const step = plannedSteps(content).find((of) => of.step.id === photo?.step)?.step.number;
  const defect = state.defects.find(({ id }) => id === photo?.defect)?.code;
  const report = state.measurementRecords.find((of) => of.sha256 === sha256)?.name;
  const what = step ?? defect ?? report ?? sha256.slice(0, 8);
  return {
    code: "photo_not_arrived",
    params: { sha256, what, tablet: missingFrom?.[sha256] ?? "" },
  };
}

/** A lot is not done before every piece of it is accounted for. */
function quantityOpen(state: TravelerState): OpenItem[] {
  if (!isLot(state)) return [];
  const { accepted, remaining } = balanceOf(state);
  return accepted === null ? [{ code: "quantity_open", params: { quantity: remaining } }] : [];
}

function stepOpenItems(
  state: TravelerState,
  content: InstructionContent,
  operation: Operation,
  step: Step,
): OpenItem[] {
  const at = { operation: operation.number, step: step.number };
  if (state.steps[step.id]?.status === "not_applicable") return [];
  if (!isDone(state, step.id)) {
    const to = state.steps[step.id]?.deferredTo ?? null;
    const gate = content.operations.find(({ id }) => id === to)?.number;
    return gate === undefined
      ? [{ code: "step_open", params: at }]
      : [{ code: "deferred_open", params: { ...at, to: gate } }];
  }
  const codes = {
    missing: "field_open",
    out_of_limits: "reading_uncovered",
    out_of_process_limits: "process_limit_open",
  } as const;
  return [
    ...placesOf(state, step).flatMap(({ field, position, open }): OpenItem[] =>
      open ? [{ code: codes[open], params: { ...at, field, position } }] : [],
    ),
    ...gageTypesMissing(state, operation.id, step).map(
      (type): OpenItem => ({ code: "gage_open", params: { ...at, type } }),
    ),
  ];
}

export function operationProgress(
  state: TravelerState,
  content: InstructionContent,
): OperationProgress[] {
  const chains = chainsOf(state, content);
  return content.operations.map((operation) => {
    const own = chains.filter((chain) => chain.operation.id === operation.id);
    const isSigned = own.every((chain) => unsigned(state, chain).length === 0);
    const due = stepsDueIn(state, content, operation);
    const done = due.filter(({ step }) => isDone(state, step.id)).length;
    const isStarted = operation.steps.some(({ id }) => state.steps[id]?.status !== "not_started");
    const isHeld = state.holds.some(
      ({ scope, released }) =>
        !released &&
        (scope.kind === "traveler" ||
          (scope.kind === "operation" && scope.operation === operation.id) ||
          (scope.kind === "step" && operation.steps.some(({ id }) => id === scope.step))),
    );
    const isComplete = done === due.length && isSigned;
    const working = isStarted ? "in_work" : "not_started";
    return {
      operation: operation.id,
      number: operation.number,
      done,
      total: due.length,
      status: isHeld ? "on_hold" : isComplete ? "complete" : working,
      buyoffs: own.length === 0 ? "none" : isSigned ? "signed" : "open",
    };
  });
}

/** Which field, position and sample of a step comes next, and what each place shows. */
export function fieldState(
  state: TravelerState,
  content: InstructionContent,
  step: string,
): FieldState {
  const planned = plannedStep(content, step);
  if (!planned) throw new TypeError(`no step ${step} in ${content.number}`);
  const places = placesOf(state, planned.step);
  const gagesMissing = gageTypesMissing(state, planned.operation.id, planned.step);
  const open = places.find((place) => place.open !== null);
  return {
    places,
    next: open ? { field: open.field, position: open.position, sample: open.sample } : null,
    gagesMissing,
    complete: !open && gagesMissing.length === 0,
  };
}

/** Limits of a field at a position, derived from what is recorded now. */
export function limitsFor(
  state: TravelerState,
  content: InstructionContent,
  field: string,
  position: string,
  sample = 1,
): DerivedLimits {
  const planned = plannedField(content, field);
  if (!planned) throw new TypeError(`no field ${field} in ${content.number}`);
  return derivedLimits(state, content, planned.field, { position, sample });
}

/** The value of a `difference` field, which nobody types; null until both readings are there. */
export function calculatedValue(
  state: TravelerState,
  content: InstructionContent,
  field: string,
  position: string,
  sample = 1,
): string | null {
  const found = plannedField(content, field)?.field;
  return found?.kind === "measurement"
    ? differenceAt(state, content, found, { position, sample })
    : null;
}
