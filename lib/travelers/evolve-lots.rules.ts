import { derivedId } from "#lib/kit/ids";
import type { RecordedEvent } from "./schema.ts";
import type { Defect, Hold, StepState, TravelerState } from "./state.schema.ts";

type SplitOff = Extract<RecordedEvent, { type: "traveler.split_off" }>;

/** Split, merge, balance and later serials of a lot. */
export function evolveLot(state: TravelerState, event: RecordedEvent): TravelerState {
  switch (event.type) {
    case "traveler.split": {
      const { child, lot, quantity } = event.body;
      return {
        ...state,
        splits: [...state.splits, { child, lot, quantity, at: event.at }],
      };
    }
    case "traveler.merged": {
      const merged = event.body.from.map((of) => ({ ...of, at: event.at }));
      return { ...state, merges: [...state.merges, ...merged] };
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
  const { traveler, from, lot, quantity, defects } = event.body;
  const own = (step: StepState): StepState => ({
    ...step,
    instance: derivedId(traveler, `${step.step}/${step.attempt}`),
  });
  const steps = Object.entries(parent.steps).map(([id, step]) => [id, own(step)] as const);
  const moved = new Map(defects.map((of) => [of.from, of.to]));
  const carried: Defect[] = parent.defects.flatMap((defect) => {
    const id = moved.get(defect.id);
    return id === undefined ? [] : [{ ...defect, id }];
  });
  const held: Hold[] = parent.holds
    .filter(({ released, defect }) => !released && (defect === null || moved.has(defect)))
    .map((hold) => ({
      ...hold,
      id: derivedId(traveler, hold.id),
      defect: hold.defect === null ? null : (moved.get(hold.defect) ?? null),
    }));
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
    defects: carried,
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
