import type { RecordedEvent } from "./events.schema.ts";
import { doer, withStep } from "./evolve-work.rules.ts";
import {
  type SignalKind,
  type StepDeparture,
  type TravelerState,
  waitsToBeVerified,
} from "./state.schema.ts";

/** Departures from the plan: what is done later, what is paused, and the signals for a review. */
export function evolveDeparture(before: TravelerState, event: RecordedEvent): TravelerState {
  const state = withDeparture(withSignal(before, event), event);
  switch (event.type) {
    case "witness.passed": {
      const { type: _, calledAt: __, noticeMinutes: ___, ...body } = event.body;
      const passed = { id: event.command ?? body.call, ...body, person: doer(event), at: event.at };
      return { ...state, witnessPasses: [...state.witnessPasses, passed] };
    }
    // Work that is done again was not what anybody was invited to.
    case "step.reopened":
      return withoutPasses(state, [event.body.step]);
    case "rework.started":
      return withoutPasses(
        state,
        event.body.steps.map(({ step }) => step),
      );
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

const withoutPasses = (state: TravelerState, steps: readonly string[]): TravelerState => ({
  ...state,
  witnessPasses: state.witnessPasses.filter(
    ({ covers }) => !covers.some(({ step }) => steps.includes(step)),
  ),
});

function departureOf(
  event: RecordedEvent,
): (Partial<StepDeparture> & Pick<StepDeparture, "kind">) | null {
  switch (event.type) {
    case "step.skipped":
      return { kind: "skipped", ...event.body };
    case "step.marked_not_applicable":
      return { kind: "not_applicable", ...event.body };
    case "step.deferred":
      return { kind: "deferred", ...event.body };
    case "sequence.departed":
      return { kind: "out_of_turn", ...event.body };
    case "step.failed":
      return { kind: "failed", ...event.body };
    case "step.paused":
      return { kind: "paused", ...event.body };
    case "step.reopened":
      return { kind: "reopened", step: event.body.step, reason: event.body.reason };
    case "entry.late": {
      const { step, claimedAt, reason, act = null, subject = null } = event.body;
      return step === null ? null : { kind: "late", step, claimedAt, reason, act, subject };
    }
    default:
      return null;
  }
}

function withDeparture(state: TravelerState, event: RecordedEvent): TravelerState {
  const found = departureOf(event);
  if (!found) return state;
  const departure: StepDeparture = {
    seq: event.seq,
    step: "",
    reason: "",
    permit: null,
    to: null,
    claimedAt: null,
    act: null,
    subject: null,
    person: doer(event),
    second: event.second,
    at: event.at,
    ...found,
  };
  return { ...state, departures: [...state.departures, departure] };
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
    case "witness.passed":
      return "witness_passed";
    case "rework.started":
      return "rework";
    case "waiver.granted":
      return "waiver";
    case "reading.accepted_out_of_process_limit":
      return "process_limit_accepted";
    case "timer.stopped":
      if (event.body.verdict !== "out_of_limits") return null;
      return event.body.missed === "min" ? "timer_short" : "timer_exceeded";
    case "batch_clock.exceeded":
      return "mix_over_age";
    case "gage.quarantined":
      return "gage_quarantined";
    case "buyoff.signed":
      return waitsToBeVerified(event.body.method) ? "offline_signature" : null;
    case "buyoff.rejected":
      return "signature_rejected";
    case "hold.released":
      return event.body.basis === "hand" ? "released_by_hand" : null;
    case "attempt.refused":
      return "refused_attempt";
    case "command.not_applied":
      if (event.body.quarantined) return "quarantined";
      return event.body.conflict ? "conflict" : "not_applied";
    case "revision.superseded_in_use":
      return "superseded_revision";
    case "clock.skewed":
      return "clock_skewed";
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
