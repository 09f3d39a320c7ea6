import type {
  Field,
  InstructionContent,
  Localized,
  Operation,
  Step,
} from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import type { RecordedEvent } from "./schema.ts";
import type {
  Amendment,
  Buyoff,
  Defect,
  Hold,
  Installation,
  Limits,
  Photo,
  Reading,
  Rework,
  TravelerState,
  Verdict,
} from "./state.schema.ts";

/** Why a line of the record deserves a second look. */
export const exceptionTags = [
  "out_of_limits",
  "beyond_process_limit",
  "amended",
  "repeated",
  "removed",
  "alternate",
  "late",
  "skipped",
  "voided",
  "pending",
  "declined",
] as const;
export type ExceptionTag = (typeof exceptionTags)[number];

/** Where on the unit: null where the field has only one place or sample, so that nothing is said twice. */
export type Place = { position: string | null; sample: number | null };

export type RecordRow = {
  key: string;
  step: { id: string; number: string };
  label: Localized;
  attempt: number;
  person: string | null;
  at: Instant;
  tags: readonly ExceptionTag[];
  content:
    | ({
        kind: "reading";
        value: string;
        /** A choice's own words, where the value is its code. */
        valueLabel: Localized | null;
        unit: string | null;
        limits: Limits | null;
        verdict: Verdict;
        balloon: string | null;
        characteristicKey: string | null;
        gage: string | null;
        retry: number;
        amendments: readonly Amendment[];
        /** What stands in its place: a later reading, or the rework that did the step again. */
        replacedBy: { attempt: number; retry: number; rework: string | null } | null;
        acceptedBy: string | null;
      } & Place)
    | ({ kind: "component"; installation: Installation } & Place)
    | { kind: "photos"; photos: readonly Photo[] }
    | { kind: "note"; text: string }
    | { kind: "done" }
    | { kind: "skipped"; reason: string; permit: string | null };
};

export type BuyoffRecord = {
  buyoff: Buyoff;
  step: string | null;
  /** Who or what took it back, and why. */
  voided: { person: string | null; at: Instant; cause: string; reason: string | null } | null;
};

export type OperationRecord = {
  id: string;
  number: string;
  title: Localized;
  workCenter: string;
  startedAt: Instant | null;
  endedAt: Instant | null;
  attempt: number;
  rows: readonly RecordRow[];
  defects: readonly Defect[];
  holds: readonly Hold[];
  reworks: readonly Rework[];
  buyoffs: readonly BuyoffRecord[];
  /** Steps of which nothing is recorded yet. */
  untouched: readonly { number: string; title: Localized }[];
};

export type AsBuilt = {
  operations: readonly OperationRecord[];
  /** Defects and holds of the unit as a whole. */
  unit: { defects: readonly Defect[]; holds: readonly Hold[] };
  startedAt: Instant | null;
  people: { all: number; accepting: number };
};

/** The readable record: what the state and its entries say, in the order of the instruction. */
export function asBuilt(
  state: TravelerState,
  content: InstructionContent,
  events: readonly RecordedEvent[],
): AsBuilt {
  const stepsOf = new Set(
    content.operations.flatMap((operation) => operation.steps.map((s) => s.id)),
  );
  const began = events.find((event) => event.type !== "traveler.released");
  return {
    operations: content.operations.map((operation) =>
      operationRecord(operation, state, content, events),
    ),
    unit: {
      defects: state.defects.filter((defect) => defect.step === null || !stepsOf.has(defect.step)),
      holds: state.holds.filter((hold) => operationOfHold(hold, content) === null),
    },
    startedAt: began?.at ?? null,
    people: peopleOf(state),
  };
}

function peopleOf(state: TravelerState): AsBuilt["people"] {
  const accepting = new Set(
    state.buyoffs
      .filter((of) => of.type !== "operator" && of.type !== "second_operator")
      .map((of) => of.person),
  );
  const all = new Set([
    ...Object.values(state.steps).flatMap((step) => step.performedBy),
    ...state.buyoffs.map((of) => of.person),
  ]);
  return { all: all.size, accepting: accepting.size };
}

function operationRecord(
  operation: Operation,
  state: TravelerState,
  content: InstructionContent,
  events: readonly RecordedEvent[],
): OperationRecord {
  const ids = new Set(operation.steps.map((step) => step.id));
  const executions = Object.values(state.steps).filter((step) => ids.has(step.step));
  const rows = operation.steps.flatMap((step) => stepRows(step, state, content, events));
  const touched = new Set(rows.map((row) => row.step.id));
  const buyoffs = state.buyoffs.filter((buyoff) => buyoff.operation === operation.id);
  const times = [
    ...executions.flatMap((step) => [step.startedAt, step.completedAt]),
    ...rows.map((row) => row.at),
    ...buyoffs.map((buyoff) => buyoff.at),
  ].filter((at): at is Instant => at !== null);
  times.sort();
  const bought = new Set(buyoffs.map((buyoff) => buyoff.step));
  return {
    id: operation.id,
    number: operation.number,
    title: operation.title,
    workCenter: operation.workCenter,
    startedAt: times[0] ?? null,
    endedAt: times.at(-1) ?? null,
    attempt: Math.max(1, ...executions.map((step) => step.attempt)),
    rows,
    defects: state.defects.filter((defect) => defect.step !== null && ids.has(defect.step)),
    holds: state.holds.filter((hold) => operationOfHold(hold, content) === operation.id),
    reworks: state.reworks.filter((rework) => rework.steps.some((of) => ids.has(of.step))),
    buyoffs: buyoffs.map((buyoff) => buyoffRecord(buyoff, content, events)),
    untouched: operation.steps
      .filter((step) => !touched.has(step.id) && !bought.has(step.id))
      .map(({ number, title }) => ({ number, title })),
  };
}

export function operationOfHold(hold: Hold, content: InstructionContent): string | null {
  const { scope } = hold;
  if (scope.kind === "traveler") return null;
  if (scope.kind === "operation") return scope.operation;
  const found = content.operations.find((of) => of.steps.some((step) => step.id === scope.step));
  return found?.id ?? null;
}

function buyoffRecord(
  buyoff: Buyoff,
  content: InstructionContent,
  events: readonly RecordedEvent[],
): BuyoffRecord {
  const step = content.operations.flatMap((of) => of.steps).find((of) => of.id === buyoff.step);
  let voided: BuyoffRecord["voided"] = null;
  for (const event of events) {
    if (event.type !== "buyoff.voided" || event.body.buyoff !== buyoff.id) continue;
    const { cause, reason } = event.body;
    voided = { person: event.person, at: event.at, cause, reason };
  }
  return { buyoff, step: step?.number ?? null, voided };
}

function stepRows(
  step: Step,
  state: TravelerState,
  content: InstructionContent,
  events: readonly RecordedEvent[],
): RecordRow[] {
  const rows = step.fields.flatMap((field) => fieldRows(step, field, state, content));
  const orphans = state.photos.filter(
    (p) => p.step === step.id && p.field === null && p.defect === null,
  );
  const all = [
    ...rows,
    ...photoRows(step, step.title, orphans),
    ...noteRows(step, state),
    ...skipRows(step, events),
  ];
  const late = events.some((event) => event.type === "entry.late" && event.body.step === step.id);
  // A buyoff step is told by its stamps.
  const done = all.length > 0 || step.buyoffs.length > 0 ? [] : doneRows(step, state);
  return [...all, ...done].map((row) => (late ? { ...row, tags: [...row.tags, "late"] } : row));
}

function fieldRows(
  step: Step,
  field: Field,
  state: TravelerState,
  content: InstructionContent,
): RecordRow[] {
  const order = (position: string) => field.positions.indexOf(position);
  const readings = state.readings
    .filter((reading) => reading.field === field.id)
    .toSorted(
      (a, b) =>
        order(a.position) - order(b.position) ||
        a.sample - b.sample ||
        a.attempt - b.attempt ||
        a.retry - b.retry,
    );
  const components = state.components
    .filter((component) => component.field === field.id)
    .toSorted((a, b) => order(a.position) - order(b.position) || a.attempt - b.attempt);
  return [
    ...readings.map((reading) => readingRow(step, field, reading, readings, state, content)),
    ...components.map((installation) => componentRow(step, field, installation)),
    ...photoRows(
      step,
      field.label,
      state.photos.filter((photo) => photo.field === field.id),
    ),
  ];
}

function placeIn(field: Field, position: string, sample: number | null): Place {
  const samples = field.kind === "measurement" ? field.samples : 1;
  return {
    position: field.positions.length > 1 ? position : null,
    sample: samples > 1 ? sample : null,
  };
}

function readingRow(
  step: Step,
  field: Field,
  reading: Reading,
  siblings: readonly Reading[],
  state: TravelerState,
  content: InstructionContent,
): RecordRow {
  const characteristic = content.characteristics.find((of) => of.id === reading.characteristic);
  const replacedBy = replacement(reading, siblings, state);
  const tags: ExceptionTag[] = [];
  if (reading.verdict === "out_of_limits") tags.push("out_of_limits");
  if (reading.verdict === "out_of_process_limits") tags.push("beyond_process_limit");
  if (field.kind === "attribute" && reading.value === "fail") tags.push("out_of_limits");
  if (reading.amendments.length > 0) tags.push("amended");
  // Both of the pair: what was done before, and what stands for it now.
  if (replacedBy || reading.retry > 1 || reading.attempt > 1) tags.push("repeated");
  const option =
    field.kind === "choice" ? field.options.find((of) => of.value === reading.value) : undefined;
  return {
    key: reading.id,
    step: { id: step.id, number: step.number },
    label: field.label,
    attempt: reading.attempt,
    person: reading.person,
    at: reading.at,
    tags,
    content: {
      kind: "reading",
      ...placeIn(field, reading.position, reading.sample),
      value: reading.value,
      valueLabel: option?.label ?? null,
      unit: reading.unit,
      limits: reading.limits,
      verdict: reading.verdict,
      balloon: characteristic?.balloon ?? null,
      characteristicKey: characteristic?.key ?? null,
      gage: reading.gage?.code ?? null,
      retry: reading.retry,
      amendments: reading.amendments,
      replacedBy,
      acceptedBy: reading.acceptedBy,
    },
  };
}

function replacement(reading: Reading, siblings: readonly Reading[], state: TravelerState) {
  const later = siblings.find(
    (other) =>
      other.position === reading.position &&
      other.sample === reading.sample &&
      (other.attempt > reading.attempt ||
        (other.attempt === reading.attempt && other.retry > reading.retry)),
  );
  if (!later) return null;
  const rework = state.reworks.find((of) =>
    of.steps.some((step) => step.step === reading.step && step.attempt === later.attempt),
  );
  return {
    attempt: later.attempt,
    retry: later.retry,
    rework: later.attempt > reading.attempt ? (rework?.label ?? null) : null,
  };
}

function componentRow(step: Step, field: Field, installation: Installation): RecordRow {
  const tags: ExceptionTag[] = [];
  if (installation.removed) tags.push("removed");
  if (installation.alternateFor) tags.push("alternate");
  return {
    key: installation.id,
    step: { id: step.id, number: step.number },
    label: field.label,
    attempt: installation.attempt,
    person: installation.person,
    at: installation.at,
    tags,
    content: { kind: "component", ...placeIn(field, installation.position, null), installation },
  };
}

function photoRows(step: Step, label: Localized, photos: readonly Photo[]): RecordRow[] {
  const attempts = [...new Set(photos.map((photo) => photo.attempt ?? 1))].toSorted(
    (a, b) => a - b,
  );
  return attempts.flatMap((attempt) => {
    const taken = photos.filter((photo) => (photo.attempt ?? 1) === attempt);
    const last = taken.at(-1);
    if (!last) return [];
    return {
      key: last.id,
      step: { id: step.id, number: step.number },
      label,
      attempt,
      person: last.person,
      at: last.at,
      tags: [],
      content: { kind: "photos" as const, photos: taken },
    };
  });
}

const noteRows = (step: Step, state: TravelerState): RecordRow[] =>
  state.notes
    .filter((note) => note.step === step.id)
    .map((note) => ({
      key: note.id,
      step: { id: step.id, number: step.number },
      label: step.title,
      attempt: 1,
      person: note.person,
      at: note.at,
      tags: [],
      content: { kind: "note", text: note.text },
    }));

function skipRows(step: Step, events: readonly RecordedEvent[]): RecordRow[] {
  return events.flatMap((event) => {
    if (event.type !== "step.skipped" && event.type !== "step.marked_not_applicable") return [];
    if (event.body.step !== step.id) return [];
    const { reason, permit } = event.body;
    return {
      key: `${event.seq}`,
      step: { id: step.id, number: step.number },
      label: step.title,
      attempt: 1,
      person: event.person,
      at: event.at,
      tags: ["skipped" as const],
      content: { kind: "skipped" as const, reason, permit },
    };
  });
}

const doneRows = (step: Step, state: TravelerState): RecordRow[] =>
  Object.values(state.steps)
    .filter((of) => of.step === step.id && of.completedAt !== null)
    .map((of) => ({
      key: of.instance,
      step: { id: step.id, number: step.number },
      label: step.title,
      attempt: of.attempt,
      person: of.performedBy.at(-1) ?? null,
      at: of.completedAt ?? "",
      tags: [],
      content: { kind: "done" },
    }));
