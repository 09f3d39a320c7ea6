import type { Field, InstructionContent, Step } from "#lib/instructions/schema";
import { compare } from "#lib/kit/decimal";
import { plannedField } from "./plan.rules.ts";
import {
  type AmendmentRecord,
  type ExceptionTag,
  isOf,
  placeIn,
  placeKey,
  type ReadingContent,
  type RecordRow,
  type ReportedCharacteristic,
  reworkOf,
  rowOf,
  type Source,
  type Told,
} from "./record-row.rules.ts";
import type { MeasurementRecord, Reading, TravelerState } from "./state.schema.ts";
import { isCurrent } from "./values.rules.ts";

export function readingRow(
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

export const documentRow = (
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
