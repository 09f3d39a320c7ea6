import { derivedId } from "#lib/kit/ids";
import type { RecordedEvent } from "./schema.ts";
import type { Hold, StepState, TravelerState } from "./state.schema.ts";

type SplitOff = Extract<RecordedEvent, { type: "traveler.split_off" }>;

/** Split, merge, balance and later serials of a lot. */
export function evolveLot(state: TravelerState, event: RecordedEvent): TravelerState {
  switch (event.type) {
    case "traveler.split": {
      const { child, lot, quantity } = event.body;
      return {
        ...state,
        splits: [...state.splits, { child, lot, quantity, at: event.at }],
        // What was accounted for before is not the balance any more.
        quantities: null,
      };
    }
    case "traveler.merged": {
      const merged = event.body.from.map((of) => ({ ...of, at: event.at }));
      return { ...state, merges: [...state.merges, ...merged], quantities: null };
    }
    case "traveler.merged_into":
      return { ...state, status: "cancelled", mergedInto: event.body.into };
    case "quantity.accounted":
      return { ...state, quantities: event.body };
    case "traveler.serials_assigned":
      return { ...state, serials: event.body.serials };
    default:
      return state;
  }
}

/**
 * The parent's state as the child's: the history is its own by reference, from here on each goes its way.
 * `parent` is what the parent's entries give up to the one that the event names.
 */
export function splitOff(parent: TravelerState, event: SplitOff): TravelerState {
  const { traveler, from, lot, quantity } = event.body;
  const own = (step: StepState): StepState => ({
    ...step,
    instance: derivedId(traveler, `${step.step}/${step.attempt}`),
  });
  const steps = Object.entries(parent.steps).map(([id, step]) => [id, own(step)] as const);
  // Nobody escapes a hold by splitting: whoever owns it releases each lot by itself.
  const held: Hold[] = parent.holds
    .filter(({ released }) => !released)
    .map((hold) => ({ ...hold, id: derivedId(traveler, hold.id), defect: null }));
  const { readings, components, photos, buyoffs, clocks, measurementRecords, waivers } = parent;
  return {
    ...parent,
    id: traveler,
    seq: event.seq,
    status: held.some(({ scope }) => scope.kind === "traveler") ? "on_hold" : "in_work",
    releasedAt: event.at,
    completedAt: null,
    acceptedAt: null,
    unit: { serial: null, lot, quantity },
    steps: Object.fromEntries(steps),
    earlierAttempts: parent.earlierAttempts.map(own),
    // They stay with the lot at which they were found.
    defects: [],
    holds: held,
    reworks: [],
    calls: [],
    // They are reviewed where they happened.
    signals: [],
    quantities: null,
    splits: [],
    merges: [],
    mergedInto: null,
    serials: [],
    origin: {
      ...from,
      inherited: {
        readings: readings.length,
        components: components.length,
        photos: photos.length,
        buyoffs: buyoffs.length,
        clocks: clocks.length,
        measurementRecords: measurementRecords.length,
        waivers: waivers.length,
      },
    },
  };
}
