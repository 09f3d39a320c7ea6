import type { Field } from "#lib/instructions/schema";
import { plusMinutes } from "#lib/kit/time";
import { runningTimer } from "../clocks.rules.ts";
import type { Bench, Deed, Given } from "./bench.ts";
import { named } from "./plan.ts";
import { begin, plantMix } from "./plant.ts";

/** What a good worker does at a timer or a clock; null: the field is neither. */
export function clockDeeds(
  bench: Bench,
  field: Field,
  at: { step: string; field: string; position: string },
  given: Given,
): Deed[] | null {
  switch (field.kind) {
    case "timer": {
      const stop = { type: "stopTimer" as const, body: at, given };
      // Every try is a minute: a minimum that isn't reached yet is by the next one.
      return runningTimer(bench.state, at)
        ? [stop, stop, stop]
        : [{ type: "startTimer", body: at, given }];
    }
    case "batch_clock": {
      const mixedAt = plusMinutes(begin, bench.minutes);
      const { step, field: mix } = at;
      return [{ type: "startBatchClock", body: { step, field: mix, lot: "S-1", mixedAt }, given }];
    }
    case "clock_age":
      return [{ type: "readClock", body: at, given }];
    default:
      return null;
  }
}

/** A mix past its time for which the revision names no defect gets one from whoever used it. */
export function agedDeeds(bench: Bench): Deed[] {
  const steps = bench.content.operations.flatMap((operation) => operation.steps);
  const unnamed = steps
    .flatMap(({ fields }) => fields)
    .filter((field) => field.kind === "batch_clock" && field.defectCode === undefined);
  return steps.flatMap((step) => {
    const now = bench.state.steps[step.id];
    const uses = [...step.fields.map(({ id }) => id), ...(step.clocks ?? []).map((of) => of.field)];
    const isAged = unnamed.some(({ id }) => uses.includes(id));
    const hasDefect = bench.state.defects.some(
      (defect) => defect.step === step.id && defect.attempt === now?.attempt,
    );
    if (now?.status !== "in_work" || !isAged || hasDefect) return [];
    const defect = {
      defect: named(`aged ${bench.minutes}`),
      code: "FIN-01",
      severity: "minor" as const,
      quantity: bench.state.unit.quantity,
      step: step.id,
      field: null,
      position: null,
      reading: null,
      location: null,
      comment: null,
    };
    return [{ type: "logDefect", body: defect, given: { by: "ana" } }];
  });
}

/** Hostile: any timer and any mix, at any time, also one that another unit uses. */
export const clockBodies = (
  bench: Bench,
  at: { step: string; field: string; position: string },
  dice: (sides: number) => number,
) => ({
  startTimer: () => at,
  stopTimer: () => ({ ...at, confirmed: dice(2) === 0 ? [] : ["out_of_limits"] }),
  readClock: () => at,
  startBatchClock: () => ({
    step: at.step,
    field: at.field,
    lot: ["S-1", "S-1", "S-EXPIRED", "L-1"][dice(4)],
    mixedAt:
      dice(3) === 0
        ? plantMix.mixedAt
        : plusMinutes(begin, bench.minutes + ([1, 1, 3, -5, -20, -50][dice(6)] ?? 1)),
  }),
});

/** One of the acts that start, stop, read or end a time in the step in hand, right or wrong. */
export function timedDeed(bench: Bench, dice: (sides: number) => number): Deed | null {
  const steps = bench.content.operations.flatMap((operation) => operation.steps);
  const step = steps.find(({ id }) => bench.state.steps[id]?.status === "in_work");
  const field = step?.fields[dice(step.fields.length)];
  if (!step || !field) return null;
  const given = { by: bench.worker };
  const position = field.positions[dice(field.positions.length)] ?? "1";
  const bodies = clockBodies(bench, { step: step.id, field: field.id, position }, dice);
  const open = bench.state.defects.find(
    ({ code, status }) => code === "TRQ-01" && status === "open",
  );
  if (dice(4) === 0 && open) {
    const again = { step: step.id, positions: dice(2) === 0 ? null : [position] };
    const rework = { rework: named(`rework ${bench.minutes}`), defect: open.id, steps: [again] };
    return { type: "startRework", body: rework, given: { by: "sue" } };
  }
  if (dice(8) === 0) {
    const at = { step: step.id, field: null, position: null, reading: null };
    const text = { location: null, comment: null };
    const defect = { defect: named(`found ${bench.minutes}`), code: "TRQ-01", quantity: "1" };
    return { type: "logDefect", body: { ...defect, severity: "minor", ...at, ...text }, given };
  }
  switch (field.kind) {
    case "timer": {
      const type = dice(3) === 0 ? ("startTimer" as const) : ("stopTimer" as const);
      return { type, body: bodies[type](), given };
    }
    case "batch_clock":
      return { type: "startBatchClock", body: bodies.startBatchClock(), given };
    case "clock_age":
      return { type: "readClock", body: bodies.readClock(), given };
    default:
      return { type: "completeStep", body: { step: step.id, late: undefined }, given };
  }
}
