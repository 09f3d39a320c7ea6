import type { Field, InstructionContent, Step } from "#lib/instructions/schema";
import { add, compare, subtract } from "#lib/kit/decimal";
import type { Measurement } from "./plan.rules.ts";
import { plannedField, plannedSteps } from "./plan.rules.ts";
import type {
  BatchClock,
  Disposition,
  Installation,
  Limits,
  MeasurementRecord,
  Photo,
  Reading,
  StepState,
  TravelerState,
  Verdict,
} from "./state.schema.ts";

/** All attempts of a step, the present one first. */
export function attemptsOf(state: TravelerState, step: string): StepState[] {
  const now = state.steps[step];
  const earlier = state.earlierAttempts.filter((attempt) => attempt.step === step);
  return [...(now ? [now] : []), ...earlier.sort((a, b) => b.attempt - a.attempt)];
}

/** The attempt that counts at a position: the last one that did it, because others carry it. */
export function attemptAt(state: TravelerState, step: string, position: string): number {
  const doing = attemptsOf(state, step).find(
    ({ positions }) => positions === null || positions.includes(position),
  );
  return doing?.attempt ?? 1;
}

/** The reading that counts: of the attempt that counts, the one taken last. */
export function currentReading(
  state: TravelerState,
  at: { step: string; field: string; position: string; sample: number },
): Reading | null {
  const attempt = attemptAt(state, at.step, at.position);
  return state.readings.reduce<Reading | null>(
    (last, reading) =>
      reading.field === at.field &&
      reading.step === at.step &&
      reading.position === at.position &&
      reading.sample === at.sample &&
      reading.attempt === attempt &&
      reading.retry > (last?.retry ?? 0)
        ? reading
        : last,
    null,
  );
}

export const isCurrent = (state: TravelerState, reading: Reading): boolean =>
  currentReading(state, reading)?.id === reading.id;

/** The reading a formula refers to: the same sample, or the only one there is. */
function referred(
  state: TravelerState,
  content: InstructionContent,
  ref: { field: string; position: string },
  sample: number,
): Reading | null {
  const found = plannedField(content, ref.field);
  if (!found) return null;
  const samples = found.field.kind === "measurement" ? found.field.samples : 1;
  return currentReading(state, {
    step: found.step.id,
    ...ref,
    sample: sample <= samples ? sample : 1,
  });
}

/** The value of a `difference` field, exact in decimals; null until both readings are there. */
export function differenceAt(
  state: TravelerState,
  content: InstructionContent,
  field: Measurement,
  at: { position: string; sample: number },
): string | null {
  const parts = field.difference?.[at.position];
  if (!parts) return null;
  const minuend = referred(state, content, parts.minuend, at.sample);
  const subtrahend = referred(state, content, parts.subtrahend, at.sample);
  return minuend && subtrahend ? subtract(minuend.value, subtrahend.value) : null;
}

export type DerivedLimits = {
  /** False: calculated from a reading that isn't there yet. */
  known: boolean;
  limits: Limits | null;
  process: Limits | null;
  derivedFrom: string | null;
};

const bounds = (of: { min?: string | undefined; max?: string | undefined }): Limits | null =>
  of.min === undefined && of.max === undefined
    ? null
    : { min: of.min ?? null, max: of.max ?? null };

/** Calculated limits are exact decimal arithmetic on the reading at the same position: no rounding. */
export function derivedLimits(
  state: TravelerState,
  content: InstructionContent,
  field: Field,
  at: { position: string; sample: number },
): DerivedLimits {
  const none = { known: true, limits: null, process: null, derivedFrom: null };
  if (field.kind === "count") return countLimits(state, content, field);
  if (field.kind !== "measurement") return none;
  const process = field.process ? bounds(field.process) : null;
  if (!field.limits) return { ...none, process };
  if (field.limits.kind === "fixed") return { ...none, limits: bounds(field.limits), process };
  const { from, nominal, minus, plus } = field.limits;
  const input = referred(state, content, { field: from, position: at.position }, at.sample);
  if (!input) return { ...none, known: false, process };
  const middle = add(input.value, nominal);
  return {
    known: true,
    limits: { min: subtract(middle, minus), max: add(middle, plus) },
    process,
    derivedFrom: input.id,
  };
}

export type CountField = Extract<Field, { kind: "count" }>;

/** As many tools of a kit as came in, with what was handed over since; null until all are counted in. */
export function toolsDue(
  state: TravelerState,
  content: InstructionContent,
  kit: string,
): { due: string; from: Reading } | null {
  const counts = plannedSteps(content).flatMap(({ step }) =>
    step.fields.flatMap((field) =>
      field.kind === "count" && field.tools?.kit === kit && field.tools.direction === "in"
        ? field.positions.map((position) =>
            currentReading(state, { step: step.id, field: field.id, position, sample: 1 }),
          )
        : [],
    ),
  );
  const [from] = counts;
  if (!from || counts.includes(null)) return null;
  const counted = counts.reduce((sum, reading) => add(sum, reading?.value ?? "0"), "0");
  const due = state.toolTransfers
    .filter((transfer) => transfer.kit === kit)
    .reduce(
      (sum, { direction, quantity }) => (direction === "in" ? add : subtract)(sum, quantity),
      counted,
    );
  return { due, from };
}

/** A kit goes out as it came in; any other count stays within what the revision says. */
function countLimits(
  state: TravelerState,
  content: InstructionContent,
  field: CountField,
): DerivedLimits {
  const none = { known: true, limits: null, process: null, derivedFrom: null };
  if (field.tools?.direction !== "out") return { ...none, limits: bounds(field) };
  const tools = toolsDue(state, content, field.tools.kit);
  if (!tools) return { ...none, known: false };
  return { ...none, limits: { min: tools.due, max: tools.due }, derivedFrom: tools.from.id };
}

const isWithin = (value: string, { min, max }: Limits): boolean =>
  (min === null || compare(value, min) >= 0) && (max === null || compare(value, max) <= 0);

export function judge(
  kind: Field["kind"],
  value: string,
  limits: Limits | null,
  process: Limits | null,
): Verdict {
  if (kind === "attribute") return value === "pass" ? "in_limits" : "out_of_limits";
  if (kind !== "measurement" && kind !== "count") return "no_limits";
  if (limits && !isWithin(value, limits)) return "out_of_limits";
  if (process && !isWithin(value, process)) return "out_of_process_limits";
  return limits || process ? "in_limits" : "no_limits";
}

const accepting: readonly Disposition["decision"][] = ["use_as_is", "repair", "regrade"];

/**
 * Only a defect whose whole quantity is accepted by disposition lets a value outside limits stand; in a lot
 * also one whose pieces were scrapped, or left it.
 */
export function isCoveredByDisposition(state: TravelerState, reading: Reading): boolean {
  return state.defects.some(
    (defect) =>
      defect.reading === reading.id &&
      (defect.status === "transferred" ||
        (defect.status !== "withdrawn" &&
          defect.dispositions.length > 0 &&
          defect.dispositions.every(
            ({ decision }) =>
              accepting.includes(decision) ||
              (decision === "scrap" && state.scraps.some((scrap) => scrap.defect === defect.id)),
          ))),
  );
}

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
  /** The mixed batch in use here. */
  clock: BatchClock | null;
  /** The report of a measuring machine, the last one attached. */
  record: MeasurementRecord | null;
  /** Another person or gage found this place out of limits, and nothing has settled that yet. */
  contradicted: Reading | null;
  /** What the place still misses; null: nothing. */
  open: "missing" | "out_of_limits" | "out_of_process_limits" | null;
};

/** Every place of a step, in the order of the revision. */
export function placesOf(state: TravelerState, step: Step): PlaceState[] {
  return step.fields.flatMap((field) =>
    field.kind === "gage"
      ? []
      : field.positions.flatMap((position) =>
          Array.from({ length: field.kind === "measurement" ? field.samples : 1 }, (_, index) =>
            placeOf(state, step, field, { position, sample: index + 1 }),
          ),
        ),
  );
}

function placeOf(
  state: TravelerState,
  step: Step,
  field: Field,
  at: { position: string; sample: number },
): PlaceState {
  const attempt = attemptAt(state, step.id, at.position);
  const here = (of: { step: string | null; field: string | null; position: string | null }) =>
    of.step === step.id && of.field === field.id && of.position === at.position;
  const reading = currentReading(state, { step: step.id, field: field.id, ...at });
  const installation =
    state.components.find(
      (installed) => here(installed) && installed.attempt === attempt && !installed.removed,
    ) ?? null;
  const photos =
    field.kind === "photo"
      ? state.photos.filter((photo) => here(photo) && photo.attempt === attempt)
      : [];
  const clock =
    state.clocks.findLast((one) => one.field === field.id && one.attempt === attempt) ?? null;
  const record =
    state.measurementRecords.findLast((one) => here(one) && one.attempt === attempt) ?? null;
  const contradicted = reading && contradicting(state, reading);
  const things = { reading, installation, photos, clock, record, contradicted };
  const place = { field: field.id, ...at, attempt, ...things };
  return {
    ...place,
    carried: attempt !== state.steps[step.id]?.attempt,
    open: openAt(state, field, place),
  };
}

/** Taken at one place, in one attempt at its step. */
export const besideEachOther = (a: Reading, b: Reading): boolean =>
  a.step === b.step &&
  a.field === b.field &&
  a.position === b.position &&
  a.sample === b.sample &&
  a.attempt === b.attempt;

/** Measured again by the same person with the same gage: a correction of the same measurement. */
export const isSameMeasurement = (
  a: Pick<Reading, "person" | "gage">,
  b: Pick<Reading, "person" | "gage">,
): boolean => a.person === b.person && (a.gage?.id ?? null) === (b.gage?.id ?? null);

/**
 * A measurement by another person or with another gage stands beside the first and doesn't undo it: what
 * the first found is settled by its amendment or by a defect, not by a second opinion (rule 5).
 */
function contradicting(state: TravelerState, reading: Reading): Reading | null {
  if (reading.source === "calculated") return null;
  return (
    state.readings.find(
      (other) =>
        other.verdict === "out_of_limits" &&
        other.id !== reading.id &&
        besideEachOther(other, reading) &&
        !isSameMeasurement(other, reading) &&
        !isCoveredByDisposition(state, other),
    ) ?? null
  );
}

function openAt(
  state: TravelerState,
  field: Field,
  place: Pick<
    PlaceState,
    "reading" | "installation" | "photos" | "clock" | "record" | "contradicted"
  >,
): PlaceState["open"] {
  const { reading } = place;
  if (!isThere(field, place)) return field.required ? "missing" : null;
  if (place.contradicted) return "out_of_limits";
  if (!reading || isCoveredByDisposition(state, reading)) return null;
  if (reading.verdict === "out_of_limits") return "out_of_limits";
  return reading.verdict === "out_of_process_limits" && reading.acceptedBy === null
    ? "out_of_process_limits"
    : null;
}

function isThere(
  field: Field,
  place: Pick<PlaceState, "reading" | "installation" | "photos" | "clock" | "record">,
): boolean {
  switch (field.kind) {
    case "component":
      return place.installation !== null;
    case "photo":
      return place.photos.length >= Math.max(1, field.photosMin);
    case "batch_clock":
      return place.clock !== null;
    case "measurement_record":
      return place.record !== null;
    default:
      return place.reading !== null;
  }
}

/** Gage types that a step needs and its operation has no gage for yet. */
export function gageTypesMissing(state: TravelerState, operation: string, step: Step): string[] {
  const needed = step.fields.flatMap((field) =>
    field.kind === "gage" && field.required ? [field.gageType] : [],
  );
  const selected = state.gages
    .filter((gage) => gage.operation === operation)
    .map(({ type }) => type);
  return [...new Set(needed)].filter((type) => !selected.includes(type));
}
