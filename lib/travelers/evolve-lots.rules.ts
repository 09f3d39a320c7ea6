import { derivedId } from "#lib/kit/ids";
import { withoutCheckout } from "./checkouts.rules.ts";
import type { RecordedEvent } from "./events.schema.ts";
import { doer } from "./evolve-work.rules.ts";
import type { Defect, Hold, Rework, StepState, TravelerState } from "./state.schema.ts";

type Of<T extends RecordedEvent["type"]> = Extract<RecordedEvent, { type: T }>;

/** Split, merge, balance and later serials of a lot. */
export function evolveLot(state: TravelerState, event: RecordedEvent): TravelerState {
  switch (event.type) {
    case "traveler.split":
      return split(state, event);
    case "traveler.merged":
      return merged(state, event);
    case "traveler.merged_into":
      return { ...state, status: "cancelled", mergedInto: event.body.into, serials: [] };
    case "quantity.accounted":
      return { ...state, quantities: event.body };
    case "quantity.scrapped": {
      const scrap = { ...event.body, person: doer(event), at: event.at };
      return { ...state, scraps: [...state.scraps, scrap] };
    }
    case "traveler.serials_assigned":
      return { ...state, serials: event.body.serials };
    default:
      return state;
  }
}

/** Defects that leave with their pieces, and the holds tied to them, end here and go on there. */
function split(state: TravelerState, event: Of<"traveler.split">): TravelerState {
  const { child, lot, quantity, defects, serials = [], reason } = event.body;
  const moved = new Set(defects.map(({ from }) => from));
  const released = { person: doer(event), at: event.at, comment: reason, basis: "split" as const };
  return {
    ...state,
    splits: [...state.splits, { child, lot, quantity, at: event.at }],
    serials: state.serials.filter((serial) => !serials.includes(serial)),
    defects: state.defects.map((of) => (moved.has(of.id) ? { ...of, status: "transferred" } : of)),
    holds: state.holds.map((hold) =>
      hold.defect !== null && moved.has(hold.defect) && !hold.released
        ? { ...hold, released }
        : hold,
    ),
  };
}

function merged(state: TravelerState, event: Of<"traveler.merged">): TravelerState {
  const { from, performedBy } = event.body;
  const also = new Map(performedBy.map(({ step, people }) => [step, people]));
  const steps = Object.entries(state.steps).map(([id, step]): [string, StepState] => {
    const people = [...new Set([...step.performedBy, ...(also.get(step.step) ?? [])])];
    return [id, { ...step, performedBy: people }];
  });
  return {
    ...state,
    steps: Object.fromEntries(steps),
    serials: [...state.serials, ...from.flatMap(({ serials }) => serials)],
    merges: [...state.merges, ...from.map(({ serials: _, ...of }) => ({ ...of, at: event.at }))],
  };
}

/**
 * The parent's state as the child's: the history is its own by reference, from here on each goes its way.
 * `parent` is what the parent's entries give up to the one that the event names. Nobody escapes a hold by
 * splitting: whatever is open stays with both, but for what is tied to a defect that leaves.
 */
export function splitOff(parent: TravelerState, event: Of<"traveler.split_off">): TravelerState {
  const { traveler, from, lot, quantity, defects, serials = [] } = event.body;
  const own = (step: StepState): StepState => ({
    ...step,
    instance: derivedId(traveler, `${step.step}/${step.attempt}`),
  });
  const steps = Object.entries(parent.steps).map(([id, step]) => [id, own(step)] as const);
  const moved = new Map(defects.map((of) => [of.from, of.to]));
  const stayed: Defect[] = parent.defects
    .filter(({ id }) => !moved.has(id))
    .map((of) => (of.status === "withdrawn" ? of : { ...of, status: "transferred" }));
  const carried: Defect[] = parent.defects.flatMap((defect) => {
    const id = moved.get(defect.id);
    return id === undefined ? [] : [{ ...defect, id }];
  });
  const held: Hold[] = parent.holds
    .filter(({ released }) => !released)
    .map((hold) => ({
      ...hold,
      id: derivedId(traveler, hold.id),
      defect: hold.defect === null ? null : (moved.get(hold.defect) ?? null),
    }));
  const reworks: Rework[] = parent.reworks.flatMap((rework) => {
    const defect = moved.get(rework.defect);
    return defect === undefined ? [] : [{ ...rework, defect }];
  });
  const photos = parent.photos.map((photo) => {
    const defect = photo.defect === null ? undefined : moved.get(photo.defect);
    return defect === undefined ? photo : { ...photo, defect };
  });
  const { readings, components, buyoffs, clocks, measurementRecords, waivers } = parent;
  return {
    // A tablet has the lot that it took, and not what is split off meanwhile.
    ...withoutCheckout(parent),
    id: traveler,
    seq: event.seq,
    releasedAt: event.at,
    completedAt: null,
    acceptedAt: null,
    unit: { serial: null, lot, quantity },
    steps: Object.fromEntries(steps),
    earlierAttempts: parent.earlierAttempts.map(own),
    photos,
    defects: [...stayed, ...carried],
    holds: held,
    reworks,
    calls: [],
    // They are reviewed where they happened.
    signals: [],
    quantities: null,
    splits: [],
    merges: [],
    scraps: [],
    mergedInto: null,
    serials,
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
        defects: stayed.length,
      },
    },
  };
}
