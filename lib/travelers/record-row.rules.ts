import type { Field, InstructionContent, Localized, Step } from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import type { EventBody, RecordedEvent } from "./events.schema.ts";
import type {
  Amendment,
  BatchClock,
  Installation,
  Limits,
  MeasurementRecord,
  Photo,
  Reading,
  Supervision,
  Timer,
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
  "not_applicable",
  "deferred",
  "out_of_sequence",
  "failed",
  "fast",
  "timer_exceeded",
  "timer_short",
  "mix_over_age",
  "second_person",
] as const;
export type ExceptionTag = (typeof exceptionTags)[number];

/** Where on the unit: null where the field has only one place or sample, so that nothing is said twice. */
export type Place = { position: string | null; sample: number | null };

/** What it was, what it became, who and why, and what shows that it is right. */
export type AmendmentRecord = Amendment & {
  verdict: Verdict | null;
  photo: Photo | null;
  reading: Pick<Reading, "value" | "unit" | "person" | "at"> | null;
};

export type Departure =
  | "skipped"
  | "not_applicable"
  | "deferred"
  | "out_of_sequence"
  | "failed"
  | "reopened"
  | "fast"
  | "late";

export type ReadingContent = Place & {
  kind: "reading";
  value: string;
  /** A choice's own words, where the value is its code. */
  valueLabel: Localized | null;
  unit: string | null;
  limits: Limits | null;
  process: Limits | null;
  verdict: Verdict;
  balloon: string | null;
  characteristicKey: string | null;
  gage: string | null;
  retry: number;
  amendments: readonly AmendmentRecord[];
  /** What stands in its place: a later reading, or the rework that did the step again. */
  replacedBy: { attempt: number; retry: number; rework: string | null } | null;
  /** Beyond a process limit, by whom and why. */
  accepted: { person: string | null; at: Instant; reason: string | null } | null;
  /** What a timer measured, from when to when. */
  timer: { startedAt: Instant; stoppedAt: Instant } | null;
  /** The batch whose age it is. */
  batch: { lot: string; mixedAt: Instant } | null;
};

/** The readings that a report is about: those of a characteristic that its field names. */
export type ReportedCharacteristic = {
  balloon: string;
  name: Localized;
  key: string | null;
  /** Those that count now; none: nothing was read there yet. */
  readings: readonly (Place &
    Pick<Reading, "id" | "value" | "unit" | "verdict"> & { step: string })[];
};

export type DocumentContent = Place & {
  kind: "document";
  record: MeasurementRecord;
  /** Attached again since: the last one counts. */
  isReplaced: boolean;
  reported: readonly ReportedCharacteristic[];
};

export type RecordRow = {
  key: string;
  /** Rows of one key stand side by side: attempts at the same place. */
  place: string;
  step: { id: string; number: string };
  label: Localized;
  attempt: number;
  /** The rework that the attempt belongs to, such as 060R1. */
  rework: string | null;
  person: string | null;
  at: Instant;
  /** Claimed to have been done earlier than it was recorded (rule 16). */
  late: { claimedAt: Instant; reason: string } | null;
  /** From the lot that this one was split from. */
  inherited: boolean;
  tags: readonly ExceptionTag[];
  content:
    | ReadingContent
    | ({ kind: "component"; installation: Installation } & Place)
    | { kind: "photos"; photos: readonly Photo[] }
    | DocumentContent
    | ({ kind: "timer"; timer: Timer } & Place)
    | { kind: "clock"; clock: BatchClock; min: number | null; max: number | null }
    | { kind: "note"; text: string }
    | { kind: "done" }
    | { kind: "supervision"; supervision: Supervision }
    | {
        kind: "departure";
        departure: Departure;
        reason: string | null;
        permit: string | null;
        /** The operation that it was deferred to. */
        to: string | null;
        seconds: { took: number; least: number } | null;
      };
};

type Late = { claimedAt: Instant; reason: string };

/** What a record is read from. */
export type Source = { state: TravelerState; content: InstructionContent; told: Told };

/** What the entries add to the state. */
export type Told = {
  events: readonly RecordedEvent[];
  /** Ids of what came with a split. */
  inherited: ReadonlySet<string>;
  inheritedEvents: ReadonlySet<RecordedEvent>;
  /** By the id of what was recorded, or the id of the step that was started or completed late. */
  late: ReadonlyMap<string, Late>;
  lateAlone: readonly RecordedEvent[];
  amended: ReadonlyMap<string, readonly EventBody<"reading.amended">[]>;
  accepted: ReadonlyMap<string, { person: string | null; at: Instant; reason: string }>;
};

export function toldBy(
  state: TravelerState,
  own: readonly RecordedEvent[],
  inherited: readonly RecordedEvent[],
): Told {
  const events = [...inherited, ...own];
  const amended = new Map<string, EventBody<"reading.amended">[]>();
  const accepted = new Map<string, { person: string | null; at: Instant; reason: string }>();
  for (const event of events) {
    if (event.type === "reading.amended") {
      const { reading } = event.body;
      amended.set(reading, [...(amended.get(reading) ?? []), event.body]);
    }
    if (event.type === "reading.accepted_out_of_process_limit") {
      const { reading, reason } = event.body;
      accepted.set(reading, { person: event.person, at: event.at, reason });
    }
  }
  return {
    events,
    inherited: inheritedIds(state),
    inheritedEvents: new Set(inherited),
    ...lateBy(events),
    amended,
    accepted,
  };
}

function inheritedIds(state: TravelerState): Set<string> {
  const { origin } = state;
  if (origin === null) return new Set();
  const lists = [
    "readings",
    "components",
    "photos",
    "buyoffs",
    "clocks",
    "measurementRecords",
    "waivers",
  ] as const;
  return new Set(
    lists.flatMap((list) => state[list].slice(0, origin.inherited[list]).map(({ id }) => id)),
  );
}

/** A late entry is of the same act as what it is about; one of a start stands alone. */
function lateBy(events: readonly RecordedEvent[]): Pick<Told, "late" | "lateAlone"> {
  const late = new Map<string, Late>();
  const lateAlone: RecordedEvent[] = [];
  for (const event of events) {
    if (event.type !== "entry.late") continue;
    const { claimedAt, reason } = event.body;
    const about = events.flatMap((other) =>
      other.command !== null && other.command === event.command ? (recordedIn(other) ?? []) : [],
    );
    for (const id of about) late.set(id, { claimedAt, reason });
    if (about.length === 0) lateAlone.push(event);
  }
  return { late, lateAlone };
}

function recordedIn(event: RecordedEvent): string | null {
  if (event.type === "reading.recorded") return event.body.reading;
  return event.type === "component.installed" ? event.body.installation : null;
}

export const reworkOf = (state: TravelerState, step: string, attempt: number): string | null =>
  state.reworks.find((of) =>
    of.steps.some((done) => done.step === step && done.attempt === attempt),
  )?.label ?? null;

/** What every row of a step has in common. */
export const rowOf = (
  step: Step,
  state: TravelerState,
  of: Pick<RecordRow, "key" | "place" | "label" | "person" | "at" | "content"> &
    Partial<Pick<RecordRow, "attempt" | "late" | "inherited" | "tags">>,
): RecordRow => {
  const { attempt = 1, late = null, inherited = false, tags = [] } = of;
  return {
    ...of,
    step: { id: step.id, number: step.number },
    attempt,
    rework: reworkOf(state, step.id, attempt),
    late,
    inherited,
    tags: late ? [...tags, "late"] : tags,
  };
};

export const placeKey = (field: Field, position: string, sample = 1): string =>
  `${field.id}/${position}/${sample}`;

export function placeIn(field: Field, position: string, sample: number | null): Place {
  const samples = field.kind === "measurement" ? field.samples : 1;
  return {
    position: field.positions.length > 1 ? position : null,
    sample: samples > 1 ? sample : null,
  };
}

export const isOf = (
  one: { step: string; field: string; position: string; attempt: number },
  other: { step: string; field: string; position: string; attempt: number },
): boolean =>
  one.step === other.step &&
  one.field === other.field &&
  one.position === other.position &&
  one.attempt === other.attempt;

/** Attempts at one place, side by side; everything else alone. */
export type RecordLine = { key: string; rows: readonly RecordRow[] };

export function linesOf(rows: readonly RecordRow[]): RecordLine[] {
  const lines = new Map<string, RecordRow[]>();
  for (const row of rows) {
    const known = lines.get(row.place);
    if (known) known.push(row);
    else lines.set(row.place, [row]);
  }
  return [...lines].map(([key, own]) => ({ key, rows: own }));
}
