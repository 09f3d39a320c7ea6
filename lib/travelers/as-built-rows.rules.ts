import type { Field, InstructionContent, Localized, Step } from "#lib/instructions/schema";
import { compare } from "#lib/kit/decimal";
import type { Instant } from "#lib/kit/time";
import { plannedField } from "./plan.rules.ts";
import type { EventBody, RecordedEvent } from "./schema.ts";
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
import { isCurrent } from "./values.rules.ts";

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

export function stepRows(step: Step, from: Source): RecordRow[] {
  const { state } = from;
  const rows = step.fields.flatMap((field) => fieldRows(step, field, from));
  const orphans = state.photos.filter(
    (p) => p.step === step.id && p.field === null && p.defect === null,
  );
  const all = [
    ...rows,
    ...photoRows(step, { place: `photos ${step.id}`, label: step.title }, orphans, from),
    ...noteRows(step, state),
    ...supervisionRows(step, state),
    ...departureRows(step, from),
  ];
  // A buyoff step is told by its stamps.
  const isTold = all.some(
    ({ content: { kind } }) => kind !== "departure" && kind !== "supervision",
  );
  const done = isTold || step.buyoffs.length > 0 ? [] : doneRows(step, state);
  return [...done, ...all];
}

/** What every row of a step has in common. */
const rowOf = (
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

function fieldRows(step: Step, field: Field, from: Source): RecordRow[] {
  const { state } = from;
  const order = (position: string) => field.positions.indexOf(position);
  const here = <T extends { field: string | null }>(list: readonly T[]): T[] =>
    list.filter((of) => of.field === field.id);
  const readings = here(state.readings).toSorted(
    (a, b) =>
      order(a.position) - order(b.position) ||
      a.sample - b.sample ||
      a.attempt - b.attempt ||
      a.retry - b.retry,
  );
  const components = here(state.components).toSorted(
    (a, b) => order(a.position) - order(b.position) || a.attempt - b.attempt,
  );
  const measured = readings.map((reading) => readingRow(step, field, reading, readings, from));
  return [
    ...clockRows(step, field, from),
    ...measured,
    ...timerRows(step, field, state, readings),
    ...components.map((installation) => componentRow(step, field, installation, from)),
    ...here(state.measurementRecords).map((record) => documentRow(step, field, record, from)),
    ...photoRows(
      step,
      { place: field.id, label: field.label },
      here(state.photos).filter(({ defect }) => defect === null),
      from,
    ),
  ];
}

const placeKey = (field: Field, position: string, sample = 1): string =>
  `${field.id}/${position}/${sample}`;

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
  { state, content, told }: Source,
): RecordRow {
  const characteristic = content.characteristics.find((of) => of.id === reading.characteristic);
  const replacedBy = replacement(reading, siblings, state);
  const option =
    field.kind === "choice" ? field.options.find((of) => of.value === reading.value) : undefined;
  const { position, sample, attempt, person, at } = reading;
  return rowOf(step, state, {
    key: reading.id,
    place: placeKey(field, position, sample),
    label: field.label,
    attempt,
    person,
    at,
    late: told.late.get(reading.id) ?? null,
    inherited: told.inherited.has(reading.id),
    tags: readingTags(field, reading, replacedBy !== null),
    content: {
      kind: "reading",
      ...placeIn(field, position, sample),
      value: reading.value,
      valueLabel: option?.label ?? null,
      unit: reading.unit,
      limits: reading.limits,
      process: reading.process,
      verdict: reading.verdict,
      balloon: characteristic?.balloon ?? null,
      characteristicKey: characteristic?.key ?? null,
      gage: reading.gage?.code ?? null,
      retry: reading.retry,
      amendments: amendmentsOf(reading, state, told),
      replacedBy,
      accepted:
        reading.acceptedBy === null
          ? null
          : (told.accepted.get(reading.id) ?? { person: reading.acceptedBy, at, reason: null }),
      timer: timerOf(reading, state),
      batch: batchOf(field, reading, state),
    },
  });
}

function readingTags(field: Field, reading: Reading, isReplaced: boolean): ExceptionTag[] {
  const tags: ExceptionTag[] = [];
  const isOut =
    reading.verdict === "out_of_limits" || (field.kind === "attribute" && reading.value === "fail");
  if (isOut) tags.push("out_of_limits");
  if (isOut && field.kind === "timer") {
    const { min = null } = reading.limits ?? {};
    const isShort = min !== null && compare(reading.value, min) < 0;
    tags.push(isShort ? "timer_short" : "timer_exceeded");
  }
  if (isOut && field.kind === "clock_age") tags.push("mix_over_age");
  if (reading.verdict === "out_of_process_limits") tags.push("beyond_process_limit");
  if (reading.amendments.length > 0) tags.push("amended");
  if (reading.amendments.some(({ second }) => second !== null)) tags.push("second_person");
  // Both of the pair: what was done before, and what stands for it now.
  if (isReplaced || reading.retry > 1 || reading.attempt > 1) tags.push("repeated");
  return tags;
}

/** The entries say what each was judged to be then, and what it was proven by. */
function amendmentsOf(reading: Reading, state: TravelerState, told: Told): AmendmentRecord[] {
  const entries = told.amended.get(reading.id) ?? [];
  return reading.amendments.map((amendment, index) => {
    const entry = entries[index];
    const again = state.readings.find(({ id }) => id === entry?.evidence?.reading);
    return {
      ...amendment,
      verdict: entry?.verdict ?? null,
      photo: state.photos.find(({ id }) => id === entry?.evidence?.photo) ?? null,
      reading: again
        ? { value: again.value, unit: again.unit, person: again.person, at: again.at }
        : null,
    };
  });
}

const isOf = (
  one: { step: string; field: string; position: string; attempt: number },
  other: { step: string; field: string; position: string; attempt: number },
): boolean =>
  one.step === other.step &&
  one.field === other.field &&
  one.position === other.position &&
  one.attempt === other.attempt;

function timerOf(reading: Reading, state: TravelerState): ReadingContent["timer"] {
  const timer = state.timers.findLast(
    (of) => isOf(of, reading) && of.stoppedAt !== null && of.stoppedAt <= reading.at,
  );
  return timer?.stoppedAt ? { startedAt: timer.startedAt, stoppedAt: timer.stoppedAt } : null;
}

function batchOf(field: Field, reading: Reading, state: TravelerState): ReadingContent["batch"] {
  if (field.kind !== "clock_age") return null;
  const clock = state.clocks.findLast((of) => of.field === field.from && of.at <= reading.at);
  return clock ? { lot: clock.lot, mixedAt: clock.mixedAt } : null;
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
  return {
    attempt: later.attempt,
    retry: later.retry,
    rework: later.attempt > reading.attempt ? reworkOf(state, reading.step, later.attempt) : null,
  };
}

/** A timer that runs, or that ended without a reading of its own. */
const timerRows = (
  step: Step,
  field: Field,
  state: TravelerState,
  readings: readonly Reading[],
): RecordRow[] =>
  state.timers
    .filter((of) => of.field === field.id)
    .filter((of) => !of.stoppedAt || !readings.some((reading) => isOf(of, reading)))
    .map((timer) =>
      rowOf(step, state, {
        key: timer.id,
        place: timer.id,
        label: field.label,
        attempt: timer.attempt,
        person: timer.person,
        at: timer.startedAt,
        content: { kind: "timer", ...placeIn(field, timer.position, null), timer },
      }),
    );

const clockRows = (step: Step, field: Field, { state, told }: Source): RecordRow[] =>
  field.kind !== "batch_clock"
    ? []
    : state.clocks
        .filter((of) => of.field === field.id)
        .map((clock) =>
          rowOf(step, state, {
            key: clock.id,
            place: field.id,
            label: field.label,
            attempt: clock.attempt,
            person: clock.person,
            at: clock.at,
            inherited: told.inherited.has(clock.id),
            tags: [
              ...(clock.attempt > 1 ? (["repeated"] as const) : []),
              ...(clock.exceeded ? (["mix_over_age"] as const) : []),
            ],
            content: {
              kind: "clock",
              clock,
              min: field.minMinutes ?? null,
              max: field.maxMinutes ?? null,
            },
          }),
        );

function componentRow(
  step: Step,
  field: Field,
  installation: Installation,
  { state, told }: Source,
): RecordRow {
  const tags: ExceptionTag[] = [];
  if (installation.removed) tags.push("removed");
  if (installation.alternateFor) tags.push("alternate");
  return rowOf(step, state, {
    key: installation.id,
    place: placeKey(field, installation.position),
    label: field.label,
    attempt: installation.attempt,
    person: installation.person,
    at: installation.at,
    late: told.late.get(installation.id) ?? null,
    inherited: told.inherited.has(installation.id),
    tags,
    content: { kind: "component", ...placeIn(field, installation.position, null), installation },
  });
}

const documentRow = (
  step: Step,
  field: Field,
  record: MeasurementRecord,
  { state, content, told }: Source,
): RecordRow =>
  rowOf(step, state, {
    key: record.id,
    place: placeKey(field, record.position),
    label: field.label,
    attempt: record.attempt,
    person: record.person,
    at: record.at,
    inherited: told.inherited.has(record.id),
    content: {
      kind: "document",
      ...placeIn(field, record.position, null),
      record,
      isReplaced: state.measurementRecords.findLast((of) => isOf(of, record))?.id !== record.id,
      reported: reportedBy(field, state, content),
    },
  });

function reportedBy(
  field: Field,
  state: TravelerState,
  content: InstructionContent,
): ReportedCharacteristic[] {
  const named = field.kind === "measurement_record" ? (field.characteristics ?? []) : [];
  return content.characteristics
    .filter(({ id }) => named.includes(id))
    .map(({ id, balloon, name, key = null }) => ({
      balloon,
      name,
      key,
      readings: state.readings
        .filter((reading) => reading.characteristic === id && isCurrent(state, reading))
        .flatMap((reading) => {
          const planned = plannedField(content, reading.field);
          if (!planned) return [];
          const { value, unit, verdict, position, sample } = reading;
          const place = placeIn(planned.field, position, sample);
          return [{ id: reading.id, ...place, step: planned.step.number, value, unit, verdict }];
        }),
    }));
}

function photoRows(
  step: Step,
  { place, label }: Pick<RecordRow, "place" | "label">,
  photos: readonly Photo[],
  { state, told }: Source,
): RecordRow[] {
  const attempts = [...new Set(photos.map((photo) => photo.attempt ?? 1))].toSorted(
    (a, b) => a - b,
  );
  return attempts.flatMap((attempt) => {
    const taken = photos.filter((photo) => (photo.attempt ?? 1) === attempt);
    const last = taken.at(-1);
    if (!last) return [];
    return rowOf(step, state, {
      key: last.id,
      place,
      label,
      attempt,
      person: last.person,
      at: last.at,
      inherited: told.inherited.has(last.id),
      content: { kind: "photos", photos: taken },
    });
  });
}

const noteRows = (step: Step, state: TravelerState): RecordRow[] =>
  state.notes
    .filter((note) => note.step === step.id)
    .map((note) =>
      rowOf(step, state, {
        key: note.id,
        place: note.id,
        label: step.title,
        person: note.person,
        at: note.at,
        inherited: state.origin !== null && note.at < state.releasedAt,
        content: { kind: "note", text: note.text },
      }),
    );

const supervisionRows = (step: Step, state: TravelerState): RecordRow[] =>
  state.supervisions
    .filter((of) => of.step === step.id)
    .map((supervision) =>
      rowOf(step, state, {
        key: `${step.id}/${supervision.attempt}/${supervision.apprentice}/${supervision.at}`,
        place: `supervision ${step.id}/${supervision.attempt}/${supervision.at}`,
        label: step.title,
        attempt: supervision.attempt,
        person: supervision.apprentice,
        at: supervision.at,
        tags: ["second_person"],
        content: { kind: "supervision", supervision },
      }),
    );

type Departed = {
  departure: Departure;
  attempt?: number;
  reason?: string | null;
  permit?: string | null;
  to?: string | null;
  seconds?: { took: number; least: number } | null;
};

/** A departure from the plan that an entry tells of; null: it tells of none, or not of a step. */
function departureIn(event: RecordedEvent): (Departed & { step: string }) | null {
  switch (event.type) {
    case "step.skipped":
      return { departure: "skipped", ...event.body };
    case "step.marked_not_applicable":
      return { departure: "not_applicable", ...event.body };
    case "step.deferred":
      return { departure: "deferred", ...event.body };
    case "sequence.departed":
      return { departure: "out_of_sequence", ...event.body };
    case "step.failed":
      return { departure: "failed", ...event.body };
    case "step.reopened":
      return { departure: "reopened", ...event.body };
    case "step.implausibly_fast": {
      const { step, attempt, seconds, plausibleMinSeconds } = event.body;
      return {
        departure: "fast",
        step,
        attempt,
        seconds: { took: seconds, least: plausibleMinSeconds },
      };
    }
    default:
      return null;
  }
}

const tagOfDeparture: Readonly<Record<Departure, ExceptionTag>> = {
  skipped: "skipped",
  not_applicable: "not_applicable",
  deferred: "deferred",
  out_of_sequence: "out_of_sequence",
  failed: "failed",
  reopened: "repeated",
  fast: "fast",
  late: "late",
};

function departureRows(step: Step, { content, told }: Source): RecordRow[] {
  return told.events.flatMap((event): RecordRow[] => {
    const isLate = event.type === "entry.late" && event.body.step === step.id;
    const departed =
      isLate && told.lateAlone.includes(event)
        ? { departure: "late" as const, step: step.id }
        : departureIn(event);
    if (departed?.step !== step.id) return [];
    const {
      departure,
      attempt = 1,
      reason = null,
      permit = null,
      to = null,
      seconds = null,
    } = departed as Departed;
    const inherited = told.inheritedEvents.has(event);
    const key = `${inherited ? "parent " : ""}${event.seq}`;
    return [
      {
        key,
        place: key,
        step: { id: step.id, number: step.number },
        label: step.title,
        attempt,
        rework: null,
        person: event.person,
        at: event.at,
        late:
          event.type === "entry.late"
            ? { claimedAt: event.body.claimedAt, reason: event.body.reason }
            : null,
        inherited,
        tags: [tagOfDeparture[departure]],
        content: {
          kind: "departure",
          departure,
          reason,
          permit,
          to: content.operations.find(({ id }) => id === to)?.number ?? null,
          seconds,
        },
      },
    ];
  });
}

/** Steps that collect nothing: that each attempt was done, by whom and when. */
const doneRows = (step: Step, state: TravelerState): RecordRow[] =>
  [...state.earlierAttempts, ...Object.values(state.steps)]
    .filter((of) => of.step === step.id && of.completedAt !== null)
    .map((of) =>
      rowOf(step, state, {
        key: of.instance,
        place: `done ${step.id}`,
        label: step.title,
        attempt: of.attempt,
        person: of.performedBy.at(-1) ?? null,
        at: of.completedAt ?? "",
        tags: of.attempt > 1 ? ["repeated"] : [],
        content: { kind: "done" },
      }),
    );

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
