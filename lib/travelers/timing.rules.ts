import type { Field } from "#lib/instructions/schema";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { millis, plusMinutes } from "#lib/kit/time";
import {
  ageMs,
  type BatchClockField,
  batchClockOf,
  boundsOf,
  type ClockAgeField,
  elapsedText,
  runningTimer,
  type TimerField,
} from "./clocks.rules.ts";
import { usable } from "./components.rules.ts";
import { defectByRule } from "./defects.rules.ts";
import { voided } from "./derivation.rules.ts";
import type { EventBody, TravelerEvent } from "./events.schema.ts";
import type { Facts, StockFacts } from "./facts.schema.ts";
import { type AtStep, inWork, stepOf } from "./gates.rules.ts";
import { mixExceeded } from "./mix-age.rules.ts";
import { characteristicOf } from "./plan.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule } from "./ruling.rules.ts";
import type { Timer } from "./state.schema.ts";
import { measuredMs } from "./tablet-clock.rules.ts";
import type { PlaceState } from "./values.rules.ts";
import { attemptAt, judge, placesOf } from "./values.rules.ts";

type Timed = Case<"startTimer"> | Case<"stopTimer"> | Case<"readClock">;

function placeOf<K extends Field["kind"]>(
  { state, body }: Timed,
  at: AtStep,
  kind: K,
): Result<{ field: Extract<Field, { kind: K }>; place: PlaceState }, Refusal> {
  const field = at.step.fields.find(({ id }) => id === body.field);
  if (field?.kind !== kind) return refuse("field_unknown");
  const place = placesOf(state, at.step).find(
    (one) => one.field === field.id && one.position === body.position,
  );
  if (!place) return refuse("position_unknown", { position: body.position });
  // A timer of the attempt that is carried runs to its end.
  if (place.carried && place.open === null && !runningTimer(state, body)) {
    return refuse("position_carried", { position: body.position, attempt: String(place.attempt) });
  }
  return ok({ field: field as Extract<Field, { kind: K }>, place });
}

/** Its time is the moment of the act: a timer is never entered late (rule 16). */
export function startTimer(of: Case<"startTimer">): Ruling {
  const { state, command, body } = of;
  const at = inWork(of, body.step);
  if (!at.ok) return at;
  const found = placeOf(of, at.value, "timer");
  if (!found.ok) return found;
  const { place } = found.value;
  if (runningTimer(state, body)) return refuse("timer_runs", { position: body.position });
  if (place.reading) return refuse("timer_ended", { value: place.reading.value });
  const { tabletClock } = of.facts;
  const started = {
    timer: command.id,
    ...placeBody(body),
    attempt: place.attempt,
    ...(tabletClock && { tabletClock }),
  };
  return rule([
    { type: "timer.started", body: started },
    ...voided(state, [body.step], "timer_started"),
  ]);
}

const placeBody = ({
  step,
  field,
  position,
}: {
  step: string;
  field: string;
  position: string;
}) => ({
  step,
  field,
  position,
});

/** By the clock of the tablet that started and stopped it, where that can be told; otherwise by the plant's time. */
function ranMs(timer: Timer, { at, tabletClock }: Facts): number {
  const plantMs = Math.max(0, millis(at) - millis(timer.startedAt));
  if (!timer.tabletClock || !tabletClock) return plantMs;
  return measuredMs(timer.tabletClock, tabletClock, plantMs) ?? plantMs;
}

/**
 * What it measured is a reading like any other. Possible on hold and by anybody here: the part comes out of
 * the bath whoever stands beside it.
 */
export function stopTimer(of: Case<"stopTimer">): Ruling {
  const { state, content, facts, body } = of;
  const at = stepOf(state, content, body.step);
  if (!at.ok) return at;
  const found = placeOf(of, at.value, "timer");
  if (!found.ok) return found;
  const { field, place } = found.value;
  const timer = runningTimer(state, body);
  if (!timer) return refuse("timer_not_running", { position: body.position });
  const ms = ranMs(timer, facts);
  const { minSeconds, maxSeconds } = field;
  const isShort = minSeconds !== undefined && ms < minSeconds * 1000;
  if (isShort && !body.confirmed?.includes("out_of_limits")) {
    const left = String(Math.ceil(minSeconds - ms / 1000));
    return refuse("timer_minimum_not_reached", { min: String(minSeconds), left });
  }
  const seconds = elapsedText(ms, 1000, minSeconds);
  const limits = boundsOf(minSeconds, maxSeconds);
  const reading = timed(of, { field, place, value: seconds, unit: "s", limits });
  const verdict = reading.verdict === "out_of_process_limits" ? "no_limits" : reading.verdict;
  const missed =
    verdict === "out_of_limits" ? { missed: isShort ? ("min" as const) : ("max" as const) } : {};
  const stopping = { timer: timer.id, ...placeBody(body), attempt: place.attempt };
  const stopped = { ...stopping, seconds, verdict, ...missed };
  return rule([
    { type: "timer.stopped", body: stopped },
    ...recorded(of, field, reading, !isShort),
  ]);
}

type Read = Case<"stopTimer"> | Case<"readClock">;

function timed(
  { content, command, body }: Read,
  of: {
    field: TimerField | ClockAgeField;
    place: PlaceState;
    value: string;
    unit: string;
    limits: EventBody<"reading.recorded">["limits"];
  },
): EventBody<"reading.recorded"> {
  const { field, place, value, unit, limits } = of;
  return {
    reading: command.id,
    ...placeBody(body),
    sample: 1,
    characteristic: characteristicOf(content, field),
    attempt: place.attempt,
    retry: (place.reading?.retry ?? 0) + 1,
    value,
    unit,
    limits,
    process: null,
    derivedFrom: null,
    verdict: judge("measurement", value, limits, null),
    gage: null,
    source: "calculated",
    confirmed: [],
  };
}

/** The reading, and the defect that the revision names for a maximum that was exceeded. */
function recorded(
  of: Read,
  field: TimerField | ClockAgeField,
  reading: EventBody<"reading.recorded">,
  mayRaise: boolean,
  mix: TravelerEvent[] = [],
): TravelerEvent[] {
  const isOver = mayRaise && reading.verdict === "out_of_limits";
  const { defectCode, severity = "major" } = field;
  const raised =
    isOver && defectCode !== undefined
      ? defectByRule(of, { code: defectCode, severity, reading })
      : [];
  return [
    { type: "reading.recorded", body: reading },
    ...(isOver ? mix : []),
    ...raised,
    ...voided(of.state, [of.body.step], "reading_recorded"),
  ];
}

/** How old the batch is now, as a reading in minutes. */
export function readClock(of: Case<"readClock">): Ruling {
  const { state, content, facts, body } = of;
  const at = inWork(of, body.step);
  if (!at.ok) return at;
  const found = placeOf(of, at.value, "clock_age");
  if (!found.ok) return found;
  const { field, place } = found.value;
  const clock = batchClockOf(state, content, field.from);
  if (!clock) return refuse("clock_not_started", { clock: "", step: at.value.step.number });
  const hasDefect = state.defects.some(
    ({ reading, status }) => reading === place.reading?.id && status !== "withdrawn",
  );
  if (place.reading && hasDefect)
    return refuse("reading_has_defect", { value: place.reading.value });
  const ms = ageMs(clock, facts.at);
  const { minMinutes, maxMinutes } = field;
  if (minMinutes !== undefined && ms < minMinutes * 60_000) {
    return refuse("clock_not_elapsed", {
      clock: clock.clock,
      lot: clock.lot,
      step: at.value.step.number,
      readyAt: plusMinutes(clock.mixedAt, minMinutes),
      left: String(Math.ceil(minMinutes - ms / 60_000)),
    });
  }
  const value = elapsedText(ms, 60_000, minMinutes);
  const limits = boundsOf(minMinutes, maxMinutes);
  const reading = timed(of, { field, place, value, unit: "min", limits });
  const read = { step: body.step, attempt: place.attempt };
  const over =
    maxMinutes === undefined ? [] : [mixExceeded(read, { clock, minutes: value, maxMinutes })];
  return rule(recorded(of, field, reading, true, over));
}

/** The lot that is mixed: right part, not on hold, not expired. */
function mixed(
  of: Case<"startBatchClock">,
  field: BatchClockField,
): Result<StockFacts | null, Refusal> {
  if (field.part === undefined) return ok(null);
  const { facts, body } = of;
  const parts = [field.part, ...(field.alternates ?? [])];
  const stock = facts.stock.find(({ part, lot }) => parts.includes(part) && lot === body.lot);
  const name = { part: field.part, item: body.lot };
  const wanted = { part: field.part, alternates: field.alternates ?? [], expires: true };
  const other = facts.stock.find(
    (one) => one.lot !== null && one.lot !== body.lot && usable(facts, wanted, one).ok,
  );
  if (!stock) return refuse("component_unknown", { ...name, other: other?.lot ?? "" });
  const fine = usable(facts, wanted, stock);
  return fine.ok
    ? ok(stock)
    : refuse(fine.error.code, { ...fine.error.params, other: other?.lot ?? "" });
}

/**
 * A mix begins to age, or one that another unit has begun is used here too. The clock belongs to the batch:
 * holds, sign-outs and shift changes don't stop it.
 */
export function startBatchClock(of: Case<"startBatchClock">): Ruling {
  const { state, facts, command, body } = of;
  const at = inWork(of, body.step);
  if (!at.ok) return at;
  const field = at.value.step.fields.find(({ id }) => id === body.field);
  if (field?.kind !== "batch_clock") return refuse("field_unknown");
  const stock = mixed(of, field);
  if (!stock.ok) return stock;
  const { clock } = field;
  const part = stock.value?.part ?? null;
  // The tablet's clock is known to some seconds only.
  if (body.mixedAt > plusMinutes(facts.at, 1))
    return refuse("clock_in_future", { clock, mixedAt: body.mixedAt });
  const minutes = ageMs(body, facts.at) / 60_000;
  const joined = facts.clocks.some(
    (one) =>
      one.clock === clock &&
      one.part === part &&
      one.lot === body.lot &&
      one.mixedAt === body.mixedAt,
  );
  const { lateAfterMinutes } = facts.policy;
  if (!joined && minutes > lateAfterMinutes) {
    const params = { clock, mixedAt: body.mixedAt, minutes: String(lateAfterMinutes) };
    return refuse("clock_backdated", params);
  }
  const step = at.value.step.number;
  if (field.maxMinutes !== undefined && minutes > field.maxMinutes) {
    return refuse("clock_over", { clock, lot: body.lot, step, max: String(field.maxMinutes) });
  }
  const started = {
    batchClock: command.id,
    step: body.step,
    field: field.id,
    attempt: attemptAt(state, body.step, field.positions[0] ?? ""),
    clock,
    part,
    lot: body.lot,
    mixedAt: body.mixedAt,
    joined,
  };
  return rule([
    { type: "batch_clock.started", body: started },
    ...voided(state, [body.step], "batch_clock_started"),
  ]);
}
