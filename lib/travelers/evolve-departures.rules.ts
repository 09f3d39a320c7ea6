import { doer, withStep } from "./evolve-work.rules.ts";
import type { RecordedEvent } from "./schema.ts";
import type { SignalKind, TravelerState } from "./state.schema.ts";

/** Departures from the plan: what is done later, what is paused, and the signals for a review. */
export function evolveDeparture(before: TravelerState, event: RecordedEvent): TravelerState {
  const state = withSignal(before, event);
  switch (event.type) {
    case "step.deferred":
      return withStep(state, event.body.step, () => ({ deferredTo: event.body.to }));
    case "sequence.departed":
      return withStep(state, event.body.step, () => ({ outOfTurn: true }));
    case "step.paused":
      return withStep(state, event.body.step, () => ({ pausedAt: event.at }));
    case "step.resumed":
      return withStep(state, event.body.step, () => ({ pausedAt: null }));
    case "tools.transferred": {
      const { reason: _, ...body } = event.body;
      const transfer = { ...body, person: doer(event), at: event.at };
      return { ...state, toolTransfers: [...state.toolTransfers, transfer] };
    }
    case "gage.quarantined": {
      const { readings = [], ...body } = event.body;
      const quarantine = { ...body, readings, person: doer(event), at: event.at };
      return { ...state, quarantines: [...(state.quarantines ?? []), quarantine] };
    }
    case "signal.reviewed": {
      const reviewed = { person: doer(event), at: event.at, note: event.body.note };
      return {
        ...state,
        signals: state.signals.map((of) =>
          event.body.signals.includes(of.seq) ? { ...of, reviewed } : of,
        ),
      };
    }
    default:
      return state;
  }
}

/** What an event is to a reviewer; null: nothing out of the ordinary. */
function signalOf(event: RecordedEvent): SignalKind | null {
  switch (event.type) {
    case "entry.late":
      return "late_entry";
    case "sequence.departed":
      return "out_of_sequence";
    case "step.skipped":
      return "skipped";
    case "step.marked_not_applicable":
      return "not_applicable";
    case "step.deferred":
      return "deferred";
    case "step.implausibly_fast":
      return "implausibly_fast";
    case "rework.started":
      return "rework";
    case "waiver.granted":
      return "waiver";
    case "reading.accepted_out_of_process_limit":
      return "process_limit_accepted";
    case "timer.stopped":
      return event.body.verdict === "out_of_limits" ? "timer_exceeded" : null;
    case "gage.quarantined":
      return "gage_quarantined";
    case "hold.released":
      return event.body.basis === "hand" ? "released_by_hand" : null;
    case "attempt.refused":
      return "refused_attempt";
    case "command.not_applied":
      return "not_applied";
    default:
      return null;
  }
}

function withSignal(state: TravelerState, event: RecordedEvent): TravelerState {
  const kind = signalOf(event);
  if (!kind) return state;
  const { step = null } = event.body as { step?: string | null };
  const { seq, person, at } = event;
  return { ...state, signals: [...state.signals, { seq, kind, step, person, at, reviewed: null }] };
}
