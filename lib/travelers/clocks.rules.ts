import type { Field, InstructionContent, Step } from "#lib/instructions/schema";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import type { Instant } from "#lib/kit/time";
import { millis, plusMinutes } from "#lib/kit/time";
import { isDone } from "./buyoffs.rules.ts";
import type { Facts } from "./facts.schema.ts";
import { plannedField, plannedSteps } from "./plan.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import { refuse } from "./ruling.rules.ts";
import type { BatchClock, Limits, Timer, TravelerState } from "./state.schema.ts";
import { attemptAt } from "./values.rules.ts";

export type TimerField = Extract<Field, { kind: "timer" }>;
export type BatchClockField = Extract<Field, { kind: "batch_clock" }>;
export type ClockAgeField = Extract<Field, { kind: "clock_age" }>;

/**
 * Elapsed time to the tenth of its unit, never in anybody's favour: below the minimum it is cut, otherwise
 * rounded up, so that the text is judged as the time itself would be. `unitMs` is 1000 or 60 000.
 */
export function elapsedText(ms: number, unitMs: number, min: number | undefined): string {
  const tenths = (ms * 10) / unitMs;
  const isShort = min !== undefined && ms < min * unitMs;
  const whole = isShort ? Math.floor(tenths) : Math.ceil(tenths);
  return `${Math.floor(whole / 10)}.${whole % 10}`;
}

export const boundsOf = (min: number | undefined, max: number | undefined): Limits | null =>
  min === undefined && max === undefined
    ? null
    : { min: min === undefined ? null : String(min), max: max === undefined ? null : String(max) };

/** Those that run for an attempt that counts: what a rework has taken over measures nothing any more. */
export const runningTimers = (state: TravelerState): Timer[] =>
  state.timers.filter(
    (timer) =>
      timer.stoppedAt === null && timer.attempt === attemptAt(state, timer.step, timer.position),
  );

export const runningTimerIn = (state: TravelerState, step: string): Timer | null =>
  runningTimers(state).find((timer) => timer.step === step) ?? null;

export const runningTimer = (
  state: TravelerState,
  at: { step: string; field: string; position: string },
): Timer | null =>
  runningTimers(state).find(
    (timer) => timer.step === at.step && timer.field === at.field && timer.position === at.position,
  ) ?? null;

/** The batch that is in use at a `batch_clock` field: of the attempt that counts, the last one started. */
export function batchClockOf(
  state: TravelerState,
  content: InstructionContent,
  field: string,
): BatchClock | null {
  const planned = plannedField(content, field);
  const position = planned?.field.positions[0];
  if (!planned || position === undefined) return null;
  const attempt = attemptAt(state, planned.step.id, position);
  return (
    state.clocks.findLast((clock) => clock.field === field && clock.attempt === attempt) ?? null
  );
}

export type MixInUse = { clock: BatchClock; leftMs: number };

/**
 * The mixes whose time still matters here, and how much is left of it: a step that names them has yet to be
 * done or, where no later one does, something in their own operation. A unit that has ended needs none.
 */
export function mixesInUse(
  state: TravelerState,
  content: InstructionContent,
  at: Instant,
): MixInUse[] {
  if (state.status === "scrapped" || state.status === "cancelled") return [];
  const planned = plannedSteps(content);
  return planned.flatMap(({ operation, step }) =>
    step.fields.flatMap((field) => {
      const clock = field.kind === "batch_clock" ? batchClockOf(state, content, field.id) : null;
      if (field.kind !== "batch_clock" || !clock) return [];
      const named = planned.flatMap(({ step: using }) =>
        maximaOf(using).flatMap(({ mix, maxMinutes }) =>
          mix === field.id ? [{ id: using.id, maxMinutes }] : [],
        ),
      );
      const isUsedLater = named.some(({ id }) => id !== step.id);
      const own = isUsedLater ? [] : operation.steps.map(({ id }) => ({ ...field, id }));
      const maxima = [...named, ...own].flatMap(({ id, maxMinutes }) =>
        isDone(state, id) || maxMinutes === undefined ? [] : [maxMinutes],
      );
      if (maxima.length === 0) return [];
      return [{ clock, leftMs: Math.min(...maxima) * 60_000 - ageMs(clock, at) }];
    }),
  );
}

/** How old a mix may be in a step that uses it: where it is mixed, where work has to end with it, where it is read. */
export const maximaOf = (step: Step): { mix: string; maxMinutes: number }[] =>
  [
    ...step.fields.flatMap((field) => {
      if (field.kind === "batch_clock") return [{ mix: field.id, maxMinutes: field.maxMinutes }];
      return field.kind === "clock_age" ? [{ mix: field.from, maxMinutes: field.maxMinutes }] : [];
    }),
    ...(step.clocks ?? []).map((of) => ({ mix: of.field, maxMinutes: of.withinMinutes })),
  ].flatMap(({ mix, maxMinutes }) => (maxMinutes === undefined ? [] : [{ mix, maxMinutes }]));

export const ageMs = (clock: { mixedAt: Instant }, at: Instant): number =>
  Math.max(0, millis(at) - millis(clock.mixedAt));

export type RunningMix = Pick<Facts["clocks"][number], "clock" | "part" | "lot" | "mixedAt">;

/**
 * The mixes that run in the plant and may still be used at this field, the youngest first: one serves
 * several units, and each unit that uses it says so again in `running`.
 */
export function mixesToJoin(
  running: Facts["clocks"],
  field: BatchClockField,
  at: Instant,
): RunningMix[] {
  const parts: (string | null)[] =
    field.part === undefined ? [null] : [field.part, ...(field.alternates ?? [])];
  const fitting = running.filter(
    (mix) =>
      mix.clock === field.clock &&
      parts.includes(mix.part) &&
      (field.maxMinutes === undefined || ageMs(mix, at) < field.maxMinutes * 60_000),
  );
  const once = new Map(fitting.map((mix) => [`${mix.part}/${mix.lot}/${mix.mixedAt}`, mix]));
  return [...once.values()].sort((a, b) => millis(b.mixedAt) - millis(a.mixedAt));
}

/**
 * Work that has to wait for a batch, such as for the tack-free time, or may no longer use it (rule 8).
 * `isEnding`: the work was done, and is judged rather than refused.
 */
export function clocksAllow(
  state: TravelerState,
  content: InstructionContent,
  step: Step,
  facts: Facts,
  isEnding = false,
): Result<true, Refusal> {
  for (const { field, afterMinutes, withinMinutes } of step.clocks ?? []) {
    const planned = plannedField(content, field);
    const name = planned?.field.kind === "batch_clock" ? planned.field.clock : "";
    const clock = batchClockOf(state, content, field);
    if (!clock)
      return refuse("clock_not_started", { clock: name, step: planned?.step.number ?? "" });
    const minutes = ageMs(clock, facts.at) / 60_000;
    const params = { clock: name, lot: clock.lot, step: planned?.step.number ?? "" };
    if (afterMinutes !== undefined && minutes < afterMinutes) {
      const readyAt = plusMinutes(clock.mixedAt, afterMinutes);
      const left = String(Math.ceil(afterMinutes - minutes));
      return refuse("clock_not_elapsed", { ...params, readyAt, left });
    }
    if (!isEnding && withinMinutes !== undefined && minutes > withinMinutes) {
      return refuse("clock_over", { ...params, max: String(withinMinutes) });
    }
  }
  return ok(true);
}
