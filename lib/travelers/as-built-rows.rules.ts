import type { Field, Step } from "#lib/instructions/schema";
import { departureRows } from "./departure-rows.rules.ts";
import { documentRow, readingRow } from "./reading-rows.rules.ts";
import {
  type ExceptionTag,
  isOf,
  placeIn,
  placeKey,
  type RecordRow,
  rowOf,
  type Source,
} from "./record-row.rules.ts";
import type { Installation, Photo, Reading, TravelerState } from "./state.schema.ts";

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
