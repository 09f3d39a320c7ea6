import { derivedId } from "#lib/kit/ids";
import { evolveCheckout } from "./checkouts.rules.ts";
import type { EventType, RecordedEvent } from "./events.schema.ts";
import { evolveClock } from "./evolve-clocks.rules.ts";
import { evolveDefect } from "./evolve-defects.rules.ts";
import { evolveDeparture } from "./evolve-departures.rules.ts";
import { evolveLot, splitOff } from "./evolve-lots.rules.ts";
import { evolvePending } from "./evolve-pending.rules.ts";
import { evolvePeople } from "./evolve-people.rules.ts";
import { evolveWork } from "./evolve-work.rules.ts";
import type { StepState, TravelerState, TravelerStatus } from "./state.schema.ts";

const parts = [
  ended,
  evolveWork,
  evolveClock,
  evolveDefect,
  evolveDeparture,
  evolvePeople,
  evolveLot,
  evolveCheckout,
  evolvePending,
];

/**
 * Total: every event of the record moves the sequence on, also those that change nothing here. The first
 * event of a lot that was split off is folded into the state of its parent as it was then.
 */
export function evolve(state: TravelerState | null, event: RecordedEvent): TravelerState {
  if (!state) return released(event);
  if (event.type === "traveler.split_off") {
    const child = splitOff(state, event);
    return { ...child, status: statusOf(child) };
  }
  const changed = parts.reduce((before, part) => part(before, event), state);
  const next = opensRequirement(event)
    ? { ...changed, completedAt: null, acceptedAt: null }
    : changed;
  return { ...next, seq: event.seq, status: statusOf(next) };
}

/** `parent`: of a lot that was split off, its parent's state at that entry. */
export function fold(
  events: readonly RecordedEvent[],
  parent: TravelerState | null = null,
): TravelerState | null {
  return events.reduce<TravelerState | null>(evolve, parent);
}

function released(event: RecordedEvent): TravelerState {
  if (event.type !== "traveler.released") {
    throw new TypeError(`${event.type} before traveler.released`);
  }
  const { traveler, site, ...header } = event.body;
  const steps = header.operations.flatMap((operation) =>
    operation.steps.map((step) => firstAttempt(traveler, operation.id, step)),
  );
  return {
    id: traveler,
    seq: event.seq,
    status: "released",
    releasedAt: event.at,
    completedAt: null,
    acceptedAt: null,
    site,
    ...header,
    steps: Object.fromEntries(steps.map((step) => [step.step, step])),
    earlierAttempts: [],
    readings: [],
    components: [],
    photos: [],
    gages: [],
    buyoffs: [],
    declines: [],
    defects: [],
    holds: [],
    reworks: [],
    calls: [],
    notes: [],
    timers: [],
    clocks: [],
    measurementRecords: [],
    waivers: [],
    supervisions: [],
    toolTransfers: [],
    witnessPasses: [],
    departures: [],
    signals: [],
    quantities: null,
    splits: [],
    merges: [],
    scraps: [],
    mergedInto: null,
    serials: [],
    origin: null,
  };
}

const firstAttempt = (traveler: string, operation: string, step: string): StepState => ({
  instance: derivedId(traveler, `${step}/1`),
  step,
  operation,
  status: "not_started",
  attempt: 1,
  positions: null,
  presentedTo: [],
  startedAt: null,
  completedAt: null,
  performedBy: [],
  deferredTo: null,
  pausedAt: null,
  outOfTurn: false,
});

/** What ends a traveler, for now (completed, accepted) or for good. */
function ended(state: TravelerState, event: RecordedEvent): TravelerState {
  switch (event.type) {
    case "traveler.completed":
      return { ...state, completedAt: event.at };
    case "traveler.accepted":
      return { ...state, acceptedAt: event.at };
    case "traveler.cancelled":
      return { ...state, status: "cancelled" };
    case "traveler.scrapped":
      return { ...state, status: "scrapped" };
    default:
      return state;
  }
}

const opening: ReadonlySet<EventType> = new Set<EventType>([
  "step.reopened",
  "reading.recorded",
  "component.removed",
  "buyoff.voided",
  "defect.logged",
  "hold.placed",
  "rework.started",
  "step.deferred",
  "timer.started",
  "traveler.merged",
  "traveler.split",
]);

/** A completed traveler for which this happens is no longer complete: the gate must pass it again. */
function opensRequirement(event: RecordedEvent): boolean {
  if (event.type === "reading.amended" || event.type === "reading.rejudged") {
    return event.body.verdict !== "in_limits" && event.body.verdict !== "no_limits";
  }
  return opening.has(event.type);
}

function statusOf(state: TravelerState): TravelerStatus {
  if (state.status === "cancelled" || state.status === "scrapped") return state.status;
  if (state.holds.some(({ scope, released }) => scope.kind === "traveler" && !released)) {
    return "on_hold";
  }
  if (state.acceptedAt !== null) return "accepted";
  if (state.completedAt !== null) return "complete";
  const isStarted = Object.values(state.steps).some(
    ({ startedAt, attempt }) => startedAt !== null || attempt > 1,
  );
  return isStarted ? "in_work" : "released";
}
