import type { Field } from "#lib/instructions/schema";
import { plusMinutes } from "#lib/kit/time";
import { runningTimer } from "../clocks.rules.ts";
import type { Bench, Deed, Given } from "./bench.ts";
import { begin } from "./plant.ts";

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
