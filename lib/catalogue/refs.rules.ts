import type { Field, InstructionContent, Operation, Step } from "#lib/instructions/schema";
import { DECIMAL } from "#lib/kit/decimal";
import type { EntryLine } from "#lib/record/schema";
import { holdReasonLabel } from "#lib/travelers/holds.rules";
import type { Installation, Reading, TravelerState } from "#lib/travelers/state.schema";
import type { EventFacts } from "./facts.schema.ts";
import { unitCode } from "./units.rules.ts";

/** An entry of a traveler with its facts. */
export type Of = {
  entry: EntryLine;
  facts: EventFacts;
  content: InstructionContent;
  state: TravelerState;
};

type Known<T> = {
  [K in keyof T as null extends T[K] ? never : undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as null extends T[K] ? K : undefined extends T[K] ? K : never]?: NonNullable<T[K]>;
};

/** Only what is known: what the record doesn't know is not there, neither empty nor guessed. */
export const known = <T extends object>(members: T): Known<T> =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== null && value !== undefined),
  ) as Known<T>;

export const stepsOf = (content: InstructionContent): readonly Step[] =>
  content.operations.flatMap((operation) => operation.steps);
export const stepIn = (content: InstructionContent, id: string | null): Step | null =>
  stepsOf(content).find((step) => step.id === id) ?? null;
export const operationOf = (content: InstructionContent, step: string | null): Operation | null =>
  content.operations.find((of) => of.steps.some(({ id }) => id === step)) ?? null;

export const wordsOf = ({ facts }: Pick<Of, "facts">, sha256: string) =>
  known({ sha256, text: facts.discloses.words ? facts.words[sha256] : undefined });
export const maybeWords = (of: Pick<Of, "facts">, sha256: string | null | undefined) =>
  sha256 ? wordsOf(of, sha256) : null;

/** By id; with the name of the card where the entry names this person's. */
export const personOf = ({ entry, facts }: Pick<Of, "entry" | "facts">, personId: string) => {
  const card = entry.person === personId && facts.discloses.people ? facts.card : null;
  return known({
    personId,
    displayName: card?.name,
    employeeNo: card?.employeeNumber,
  });
};

export const stepRef = ({ content }: Pick<Of, "content">, stepId: string, attempt?: number) => {
  const step = stepIn(content, stepId);
  return known({ stepId, stepNumber: step?.number, title: step?.title.en, attempt });
};

export const coveredBy = (of: Of, covers: readonly { step: string; attempt: number }[]) =>
  covers.map(({ step, attempt }) => stepRef(of, step, attempt));

export const fieldIn = (content: InstructionContent, id: string | null): Field | null =>
  stepsOf(content)
    .flatMap(({ fields }) => fields)
    .find((field) => field.id === id) ?? null;

export const fieldRef = ({ content }: Pick<Of, "content">, fieldId: string) => {
  const field = fieldIn(content, fieldId);
  return known({
    fieldId,
    kind: field?.kind,
    label: field?.label.en,
    positions: field?.positions,
    samples: field?.kind === "measurement" ? field.samples : undefined,
  });
};

export function characteristicRef(
  { content }: Pick<Of, "content">,
  characteristicId: string | null | undefined,
) {
  if (!characteristicId) return null;
  const found = content.characteristics.find(({ id }) => id === characteristicId);
  return known({
    characteristicId,
    balloon: found?.balloon,
    name: found?.name.en,
    keyCharacteristic: found?.key,
    nominal: found?.nominal,
  });
}

export const limitsOf = (limits: { min: string | null; max: string | null } | null) =>
  limits && known(limits);

export const gageRef = (
  gage: { id: string; code: string; calibrationDueOn: string },
  type?: string | null,
) =>
  known({
    gageId: gage.id,
    code: gage.code,
    type,
    calibrationDueOn: gage.calibrationDueOn,
  });

export const defectCode = ({ facts }: Pick<Of, "facts">, code: string) =>
  known({
    scheme: "plant-defect",
    code,
    label: facts.site.policy.defectCodes.find((of) => of.code === code)?.label.en,
  });

export const holdReason = ({ facts }: Pick<Of, "facts">, code: string) =>
  known({
    scheme: "plant-hold-reason",
    code,
    label: holdReasonLabel(facts.site.policy, code)?.en,
  });

/** "0.001" of 28.581: the smallest step that the value shows. */
function resolutionOf(value: string): string | null {
  if (!DECIMAL.test(value)) return null;
  const places = value.split(".")[1]?.length ?? 0;
  return places === 0 ? "1" : `0.${"0".repeat(places - 1)}1`;
}

/** A reading as it stands after the entry, with what it was asked for and measured with. */
export function measurementOf(of: Of, id: string) {
  const reading = of.state.readings.find((one) => one.id === id);
  if (!reading) throw new TypeError(`no entry records reading ${id}`);
  const field = fieldIn(of.content, reading.field);
  const option =
    field?.kind === "choice" ? field.options.find((one) => one.value === reading.value) : null;
  return known({
    readingId: reading.id,
    field: fieldRef(of, reading.field),
    characteristic: characteristicRef(of, reading.characteristic),
    position: reading.position,
    sample: reading.sample,
    retry: reading.retry,
    value: reading.value,
    valueLabel: option?.label.en,
    unit: reading.unit === null ? null : unitCode(reading.unit),
    resolution: isNumber(field) ? resolutionOf(reading.value) : null,
    limits: limitsOf(reading.limits),
    processLimits: limitsOf(reading.process),
    limitsFromReadingId: reading.derivedFrom,
    verdict: reading.verdict,
    gage: reading.gage && gageRef(reading.gage, gageTypeOf(field)),
  });
}

const isNumber = (field: Field | null): boolean =>
  field !== null && ["measurement", "count", "timer", "clock_age"].includes(field.kind);

export const gageTypeOf = (field: Field | null): string | null =>
  field?.kind === "measurement" || field?.kind === "gage" ? (field.gageType ?? null) : null;

export const installedOf = (of: Pick<Of, "content">, one: Installation) =>
  known({
    installationId: one.id,
    field: fieldRef(of, one.field),
    position: one.position,
    find: one.find,
    partNumber: one.part,
    alternateFor: one.alternateFor,
    serial: one.serial,
    lot: one.lot,
    quantity: one.quantity,
    expiresOn: one.expiresOn,
  });

/** Of an attempt, what counts at each place when it is over: taken again, the last one. */
export function countingReadings(
  state: TravelerState,
  step: string,
  attempt: number,
): readonly Reading[] {
  const here = state.readings.filter((of) => of.step === step && of.attempt === attempt);
  const places = new Map(
    here.map((of) => [`${of.field}/${of.position}/${of.sample}`, of] as const),
  );
  return [...places.values()];
}

/** Who recorded in an attempt at a step, in order. */
export const performersOf = (state: TravelerState, step: string, attempt: number) =>
  [...state.earlierAttempts, ...Object.values(state.steps)]
    .filter((of) => of.step === step && of.attempt === attempt)
    .flatMap(({ performedBy }) => performedBy);

export const ncrOf = (state: TravelerState, defect: string): string | null =>
  state.defects.find(({ id }) => id === defect)?.qms?.number ?? null;
