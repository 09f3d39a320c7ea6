import { plusMinutes } from "#lib/kit/time";
import { pauseReasons } from "../departures.rules.ts";
import type { CommandType } from "../schema.ts";
import type { Bench, Deed, Given } from "./bench.ts";
import { named } from "./plan.ts";
import { begin } from "./plant.ts";

type Dice = (sides: number) => number;
const oneOf = <T>(dice: Dice, list: readonly T[]): T | undefined => list[dice(list.length)];

/** Tried more often than the rest, because each of them opens a way round something. */
export const likelyDepartures: readonly CommandType[] = [
  "skipStep",
  "markStepNotApplicable",
  "deferStep",
  "departSequence",
  "startStep",
  "passWitness",
  "callInspection",
];

/** Departures of anybody from any step, with and without what they need. */
export function departureBodies(
  bench: Bench,
  place: { step: string; field: string; position: string },
  operation: string,
  dice: Dice,
): Partial<Record<CommandType, () => object>> {
  const { step } = place;
  const reason = "because";
  const permit = dice(2) === 0 ? null : "DP-1";
  const claimedAt = plusMinutes(begin, dice(bench.minutes + 2));
  const late = dice(3) === 0 ? { late: { claimedAt, reason } } : {};
  const chains = bench.content.operations.flatMap((one) => [
    { operation: one.id, step: null, buyoffs: one.buyoffs },
    ...one.steps.map(({ id, buyoffs }) => ({ operation: one.id, step: id, buyoffs })),
  ]);
  const points = chains.flatMap(({ buyoffs, ...at }) =>
    buyoffs.map(({ id }) => ({ ...at, requirement: id })),
  );
  return {
    skipStep: () => ({ step, reason, permit }),
    markStepNotApplicable: () => ({ step, reason, permit }),
    deferStep: () => ({ step, to: oneOf(dice, bench.content.operations)?.id ?? step, reason }),
    departSequence: () => ({ step, reason }),
    reopenStep: () => ({ step, reason }),
    pauseStep: () => ({ step, reason: oneOf(dice, [...pauseReasons, "tired"]) }),
    failStep: () => ({ step, reason }),
    startStep: () => ({ step, ...late, ...(dice(2) === 0 ? { buried: "seen" } : {}) }),
    completeStep: () => ({ step, ...late }),
    passWitness: () => oneOf(dice, points) ?? { operation, step, requirement: step },
    callInspection: () => ({ call: named(`call ${bench.minutes}`), operation }),
  };
}

/** What a good worker does about a step that rests, has failed, or covers what was amended. */
export function departureDeeds(bench: Bench, step: string, given: Given): Deed[] {
  const now = bench.state.steps[step];
  const of = (type: CommandType, body: object, by: Given): Deed => ({ type, body, given: by });
  if (now?.status === "failed") {
    return [of("reopenStep", { step, reason: "put right" }, { by: "sue" })];
  }
  if (now?.pausedAt) return [of("resumeStep", { step }, given)];
  const buries = bench.content.operations
    .flatMap(({ steps }) => steps)
    .find(({ id }) => id === step);
  return now?.status === "not_started" && (buries?.buries.length ?? 0) > 0
    ? [of("startStep", { step, buried: "seen" }, given)]
    : [];
}

/** One worker calls the witness and goes on without; with the other the witness comes and signs. */
export function witnessDeeds(
  bench: Bench,
  place: { operation: string; step: string | null; requirement: string },
): Deed[] {
  if (bench.worker !== "max") return [];
  const asked = bench.content.operations
    .flatMap((one) => [...one.buyoffs, ...one.steps.flatMap(({ buyoffs }) => buyoffs)])
    .find(({ id }) => id === place.requirement);
  if (asked?.witnessNoticeMinutes === undefined) return [];
  const { operation } = place;
  const isCalled = bench.state.calls.some(
    (call) => call.operation === operation && !call.arrivedAt,
  );
  const call = { call: named(`call ${bench.minutes}`), operation };
  const pass: Deed = { type: "passWitness", body: place, given: { by: "ana" } };
  // Every try is a minute: the notice is over by one of them.
  return isCalled ? [pass, pass, pass, pass] : [{ type: "callInspection", body: call, given: {} }];
}
