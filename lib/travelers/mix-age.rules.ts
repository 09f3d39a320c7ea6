import type { InstructionContent, Step } from "#lib/instructions/schema";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import type { Instant } from "#lib/kit/time";
import {
  ageMs,
  type BatchClockField,
  batchClockOf,
  elapsedText,
  maximaOf,
} from "./clocks.rules.ts";
import { raisedDefect } from "./defects.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import type { AtStep } from "./gates.rules.ts";
import { plannedField } from "./plan.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case } from "./ruling.rules.ts";
import { refuse } from "./ruling.rules.ts";
import type { BatchClock, TravelerState } from "./state.schema.ts";

type MixOver = {
  clock: BatchClock;
  field: BatchClockField;
  minutes: string;
  maxMinutes: number;
};

/**
 * The mixes that were too old when the work of a step that uses them was over, unless this attempt has said
 * so already. What the step reads by a field of its own is judged by that reading, and a mix that is carried
 * was not used again.
 */
function mixesOver(
  state: TravelerState,
  content: InstructionContent,
  step: Step,
  at: Instant,
): MixOver[] {
  const attempt = state.steps[step.id]?.attempt ?? 1;
  const read = step.fields.flatMap((field) =>
    field.kind === "clock_age" && field.maxMinutes !== undefined ? [field.from] : [],
  );
  return maximaOf(step)
    .filter(({ mix }) => !read.includes(mix))
    .flatMap(({ mix, maxMinutes }) => {
      const field = plannedField(content, mix)?.field;
      const clock = batchClockOf(state, content, mix);
      if (field?.kind !== "batch_clock" || !clock) return [];
      const isCarried = clock.step === step.id && clock.attempt !== attempt;
      const isSaid = clock.exceeded?.some((of) => of.step === step.id && of.attempt === attempt);
      const ms = ageMs(clock, at);
      if (isCarried || isSaid || ms <= maxMinutes * 60_000) return [];
      return [{ clock, field, minutes: elapsedText(ms, 60_000, undefined), maxMinutes }];
    });
}

export const mixExceeded = (
  of: { step: string; attempt: number },
  { clock, minutes, maxMinutes }: Pick<MixOver, "clock" | "minutes" | "maxMinutes">,
): TravelerEvent => ({
  type: "batch_clock.exceeded",
  body: {
    batchClock: clock.id,
    ...of,
    clock: clock.clock,
    lot: clock.lot,
    minutes,
    maxMinutes: String(maxMinutes),
  },
});

const hasDefectAt = (state: TravelerState, step: string): boolean =>
  state.defects.some(
    (defect) =>
      defect.step === step &&
      defect.status !== "withdrawn" &&
      defect.attempt === (state.steps[step]?.attempt ?? 1),
  );

const unsettled = (step: Step, { clock, minutes, maxMinutes }: MixOver) =>
  refuse("clock_over_unsettled", {
    step: step.number,
    clock: clock.clock,
    lot: clock.lot,
    minutes,
    max: String(maxMinutes),
  });

/**
 * Completing judges the mix (rule 8): the work is over, so it is not refused, and what is wrong with it goes
 * on the record with the defect that the revision names. Where it names none, somebody has to log one first.
 */
export function mixesJudged(
  of: Case<"completeStep">,
  { step, now }: AtStep,
): Result<TravelerEvent[], Refusal> {
  const { state, content, facts, body } = of;
  const over = mixesOver(state, content, step, body.late?.claimedAt ?? facts.at);
  const unnamed = over.find(({ field }) => field.defectCode === undefined);
  if (unnamed && !hasDefectAt(state, step.id)) return unsettled(step, unnamed);
  const at = { step: step.id, attempt: now.attempt };
  const events = over.flatMap((mix) => {
    const { id: field, positions, defectCode: code, severity = "major" } = mix.field;
    const limits = { min: null, max: String(mix.maxMinutes) };
    const found = {
      ...at,
      field,
      position: positions[0] ?? null,
      reading: null,
      measured: {
        characteristic: null,
        balloon: null,
        value: mix.minutes,
        unit: "min",
        limits,
        gage: null,
      },
    };
    return [
      mixExceeded(at, mix),
      ...(code === undefined
        ? []
        : raisedDefect(of, { code, severity, found, key: ` ${mix.clock.id}` })),
    ];
  });
  return ok(events);
}

/** A signature that completes a step states no defect: one has to be there before. */
export function mixesSettled(
  state: TravelerState,
  content: InstructionContent,
  step: Step,
  at: Instant,
): Result<TravelerEvent[], Refusal> {
  const over = mixesOver(state, content, step, at);
  const [first] = over;
  if (first && !hasDefectAt(state, step.id)) return unsettled(step, first);
  const attempt = state.steps[step.id]?.attempt ?? 1;
  return ok(over.map((mix) => mixExceeded({ step: step.id, attempt }, mix)));
}
