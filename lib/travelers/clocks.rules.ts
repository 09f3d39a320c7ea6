import type { Field, InstructionContent, Step } from "#lib/instructions/schema";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import type { Instant } from "#lib/kit/time";
import { millis, plusMinutes } from "#lib/kit/time";
import type { Facts } from "./facts.schema.ts";
import { plannedField } from "./plan.rules.ts";
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

/**
 * Whether a batch still decides about anything: its own operation is not done, or a later step asks for its
 * age or waits for it. A mix that was used up in time says nothing any more, however old it grows.
 */
export function isAwaited(
  state: TravelerState,
  content: InstructionContent,
  field: string,
): boolean {
  const isOpen = ({ id }: Step) => {
    const status = state.steps[id]?.status;
    return status !== "complete" && status !== "not_applicable";
  };
  const asks = (step: Step) =>
    (step.clocks ?? []).some((clock) => clock.field === field) ||
    step.fields.some((one) => one.kind === "clock_age" && one.from === field);
  const isItsOwn = (step: Step) => step.fields.some(({ id }) => id === field);
  return content.operations.some(
    ({ steps }) =>
      (steps.some(isItsOwn) && steps.some(isOpen)) ||
      steps.some((step) => asks(step) && isOpen(step)),
  );
}

export const ageMs = (clock: { mixedAt: Instant }, at: Instant): number =>
  Math.max(0, millis(at) - millis(clock.mixedAt));

/** Work that has to wait for a batch, such as for the tack-free time, or may no longer use it (rule 8). */
export function clocksAllow(
  state: TravelerState,
  content: InstructionContent,
  step: Step,
  facts: Facts,
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
    if (withinMinutes !== undefined && minutes > withinMinutes) {
      return refuse("clock_over", { ...params, max: String(withinMinutes) });
    }
  }
  return ok(true);
}
