import type { BuyoffRequirement } from "#lib/instructions/schema";
import { derivedId } from "#lib/kit/ids";
import { isAt } from "./buyoffs.rules.ts";
import type { EventBody, RecordedEvent } from "./events.schema.ts";
import {
  type Buyoff,
  type Reading,
  type StepState,
  type TravelerState,
  waitsToBeVerified,
} from "./state.schema.ts";

/** Who did it; the nil UUID where the record names nobody. */
export const doer = (event: RecordedEvent): string =>
  event.person ?? "00000000-0000-0000-0000-000000000000";

/** Steps, readings, components, photos, gages, buyoffs and words. */
export function evolveWork(state: TravelerState, event: RecordedEvent): TravelerState {
  switch (event.type) {
    case "step.presented":
      return withStep(state, event.body.step, ({ presentedTo }) => ({
        presentedTo: once(presentedTo, doer(event)),
      }));
    case "step.started":
      return performed(
        withStep(state, event.body.step, () => ({ status: "in_work", startedAt: event.at })),
        event,
        event.body.step,
      );
    case "step.completed": {
      const { step } = event.body;
      const next = withStep(state, step, () => ({ status: "complete", completedAt: event.at }));
      // Completed by the last signature of its chain: signing is not doing the work, nor is going on without.
      const isBySignature = [...state.buyoffs, ...state.witnessPasses].some(
        ({ id }) => id === event.command,
      );
      return isBySignature ? next : performed(next, event, step);
    }
    case "step.failed":
      return withStep(state, event.body.step, () => ({ status: "failed" }));
    case "step.skipped":
    case "step.marked_not_applicable":
      return withStep(state, event.body.step, () => ({ status: "not_applicable" }));
    case "step.reopened":
      return event.body.attempt > (state.steps[event.body.step]?.attempt ?? 0)
        ? newAttempt(state, event.body)
        : withStep(state, event.body.step, ({ startedAt }) => ({
            // What was skipped before anybody began begins now.
            status: startedAt === null ? "not_started" : "in_work",
            completedAt: null,
          }));
    case "reading.recorded":
    case "reading.amended":
    case "reading.rejudged":
    case "reading.accepted_out_of_process_limit":
      return evolveReading(state, event);
    case "component.installed":
    case "component.removed":
    case "photo.attached":
    case "gage.selected":
      return evolveThing(state, event);
    case "buyoff.signed":
    case "buyoff.declined":
    case "buyoff.voided":
    case "buyoff.verified":
    case "buyoff.rejected":
      return evolveBuyoff(state, event);
    case "note.added":
    case "inspection.called":
    case "inspection.acknowledged":
      return evolveWords(state, event);
    default:
      return state;
  }
}

export const once = (list: readonly string[], added: string): readonly string[] =>
  list.includes(added) ? list : [...list, added];

export function withStep(
  state: TravelerState,
  step: string,
  change: (of: StepState) => Partial<StepState>,
): TravelerState {
  const before = state.steps[step];
  if (!before) return state;
  return { ...state, steps: { ...state.steps, [step]: { ...before, ...change(before) } } };
}

export const performed = (
  state: TravelerState,
  event: RecordedEvent,
  step: string,
): TravelerState =>
  withStep(state, step, ({ performedBy }) => ({ performedBy: once(performedBy, doer(event)) }));

/** The attempt under way moves beside; a new one begins with nothing done. */
export function newAttempt(
  state: TravelerState,
  of: { step: string; attempt: number; positions: readonly string[] | null },
): TravelerState {
  const before = state.steps[of.step];
  if (!before) return state;
  const next: StepState = {
    ...before,
    instance: derivedId(state.id, `${of.step}/${of.attempt}`),
    status: "not_started",
    attempt: of.attempt,
    positions: of.positions,
    presentedTo: [],
    startedAt: null,
    completedAt: null,
    performedBy: [],
    pausedAt: null,
    outOfTurn: false,
  };
  return {
    ...state,
    steps: { ...state.steps, [of.step]: next },
    earlierAttempts: [...state.earlierAttempts, before],
  };
}

function withReading(
  state: TravelerState,
  id: string,
  change: (of: Reading) => Partial<Reading>,
): TravelerState {
  return {
    ...state,
    readings: state.readings.map((of) => (of.id === id ? { ...of, ...change(of) } : of)),
  };
}

function evolveReading(
  state: TravelerState,
  event: Extract<RecordedEvent, { type: `reading.${string}` }>,
): TravelerState {
  switch (event.type) {
    case "reading.recorded": {
      const { reading, confirmed: _, ...body } = event.body;
      const recorded: Reading = {
        id: reading,
        ...body,
        acceptedBy: null,
        person: doer(event),
        at: event.at,
        amendments: [],
      };
      return performed({ ...state, readings: [...state.readings, recorded] }, event, body.step);
    }
    case "reading.amended": {
      const { reading, from, to, verdict, reason, second } = event.body;
      const amendment = { from, to, reason, person: doer(event), second, at: event.at };
      return withReading(state, reading, ({ amendments }) => ({
        value: to,
        verdict,
        acceptedBy: null,
        amendments: [...amendments, amendment],
      }));
    }
    case "reading.rejudged": {
      const { reading, limits, derivedFrom, verdict } = event.body;
      return withReading(state, reading, () => ({
        limits,
        derivedFrom,
        verdict,
        acceptedBy: null,
      }));
    }
    default:
      return withReading(state, event.body.reading, () => ({ acceptedBy: doer(event) }));
  }
}

function evolveThing(
  state: TravelerState,
  event: Extract<
    RecordedEvent,
    { type: `component.${string}` | "photo.attached" | "gage.selected" }
  >,
): TravelerState {
  const by = { person: doer(event), at: event.at };
  switch (event.type) {
    case "component.installed": {
      const { installation, ...body } = event.body;
      const installed = { id: installation, ...body, ...by, removed: null };
      return performed(
        { ...state, components: [...state.components, installed] },
        event,
        body.step,
      );
    }
    case "component.removed": {
      const { installation, ...removed } = event.body;
      return {
        ...state,
        components: state.components.map((of) =>
          of.id === installation ? { ...of, removed: { ...removed, ...by } } : of,
        ),
      };
    }
    case "photo.attached": {
      const { photo, ...body } = event.body;
      const next = { ...state, photos: [...state.photos, { id: photo, ...body, ...by }] };
      return body.step && body.field ? performed(next, event, body.step) : next;
    }
    default:
      return { ...state, gages: [...state.gages, { ...event.body, ...by }] };
  }
}

function evolveBuyoff(
  state: TravelerState,
  event: Extract<RecordedEvent, { type: `buyoff.${string}` }>,
): TravelerState {
  const changed = (buyoff: string, to: Partial<Buyoff>) => ({
    ...state,
    buyoffs: state.buyoffs.map((of) => (of.id === buyoff ? { ...of, ...to } : of)),
  });
  switch (event.type) {
    case "buyoff.signed": {
      // Given again on line, by whoever did not want to wait for a box that may never come.
      const before = state.buyoffs.map((of) =>
        of.status === "pending_verification" && isAt(of, event.body)
          ? { ...of, status: "superseded" as const }
          : of,
      );
      return { ...state, buyoffs: [...before, signedBuyoff(event.body, event.at)] };
    }
    case "buyoff.declined": {
      const { buyoff, operation, step, requirement, signer, reason } = event.body;
      const at = { operation, step, requirement };
      const decline = { id: buyoff, ...at, person: signer, reason, at: event.at };
      return { ...state, declines: [...state.declines, decline] };
    }
    case "buyoff.voided":
      return changed(event.body.buyoff, { status: "voided" });
    case "buyoff.rejected":
      return changed(event.body.buyoff, { status: "rejected" });
    default:
      return changed(
        event.body.buyoff,
        event.body.waits ? { checkedAt: event.at } : { status: "signed", verifiedAt: event.at },
      );
  }
}

function signedBuyoff(body: EventBody<"buyoff.signed">, at: string): Buyoff {
  const { buyoff, signer, type, sealedSha256, passkey, over, ...rest } = body;
  return {
    id: buyoff,
    ...rest,
    type: type as BuyoffRequirement["type"],
    status: waitsToBeVerified(rest.method) ? "pending_verification" : "signed",
    person: signer,
    reason: null,
    at,
    ...(sealedSha256 === undefined ? {} : { sealedSha256 }),
    ...(passkey === undefined ? {} : { passkey }),
    ...(over === undefined ? {} : { over }),
  };
}

function evolveWords(
  state: TravelerState,
  event: Extract<RecordedEvent, { type: "note.added" | `inspection.${string}` }>,
): TravelerState {
  switch (event.type) {
    case "note.added": {
      const { note, step, text } = event.body;
      const added = { id: note, step, text, person: doer(event), at: event.at };
      return { ...state, notes: [...state.notes, added] };
    }
    case "inspection.called":
      return {
        ...state,
        calls: [
          ...state.calls,
          {
            id: event.body.call,
            operation: event.body.operation,
            person: doer(event),
            at: event.at,
            ...(event.body.heardAt !== undefined && { heardAt: event.body.heardAt }),
            acknowledgedAt: null,
            arrivedAt: null,
          },
        ],
      };
    default: {
      const { call, arrived } = event.body;
      return {
        ...state,
        calls: state.calls.map((of) =>
          of.id === call
            ? {
                ...of,
                acknowledgedAt: of.acknowledgedAt ?? event.at,
                arrivedAt: of.arrivedAt ?? (arrived ? event.at : null),
              }
            : of,
        ),
      };
    }
  }
}
