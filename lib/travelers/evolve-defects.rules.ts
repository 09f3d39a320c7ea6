import type { RecordedEvent } from "./events.schema.ts";
import { doer, newAttempt } from "./evolve-work.rules.ts";
import type { Defect, TravelerState } from "./state.schema.ts";

function withDefect(
  state: TravelerState,
  id: string,
  change: (of: Defect) => Partial<Defect>,
): TravelerState {
  return {
    ...state,
    defects: state.defects.map((of) => (of.id === id ? { ...of, ...change(of) } : of)),
  };
}

/** Defects, their NCRs and dispositions, holds and rework. */
export function evolveDefect(state: TravelerState, event: RecordedEvent): TravelerState {
  switch (event.type) {
    case "defect.logged": {
      const { defect, measured: _, ...body } = event.body;
      const logged: Defect = {
        id: defect,
        ...body,
        status: "open",
        qms: null,
        dispositions: [],
        dispositionFrom: null,
        person: doer(event),
        at: event.at,
      };
      return { ...state, defects: [...state.defects, logged] };
    }
    case "defect.updated": {
      const { defect, severity, quantity, location, comment } = event.body;
      return withDefect(state, defect, (of) => ({
        severity: severity ?? of.severity,
        quantity: quantity ?? of.quantity,
        location: location ?? of.location,
        comment: comment ?? of.comment,
      }));
    }
    case "defect.withdrawn":
      return withDefect(state, event.body.defect, () => ({ status: "withdrawn" }));
    case "defect.closed":
      return withDefect(state, event.body.defect, () => ({ status: "closed" }));
    case "qms_record.linked": {
      const { defect, ...qms } = event.body;
      return withDefect(state, defect, () => ({ qms: { ...qms, at: event.at } }));
    }
    case "disposition.received": {
      const { defect, dispositions, from } = event.body;
      return withDefect(state, defect, () => ({ dispositions, dispositionFrom: from }));
    }
    case "hold.placed":
    case "hold.released":
      return evolveHold(state, event);
    case "rework.started":
    case "rework.completed":
      return evolveRework(state, event);
    default:
      return state;
  }
}

function evolveHold(
  state: TravelerState,
  event: Extract<RecordedEvent, { type: `hold.${string}` }>,
): TravelerState {
  if (event.type === "hold.placed") {
    const { hold, byRule, ...body } = event.body;
    const person = byRule ? null : event.person;
    const placed = { id: hold, ...body, person, at: event.at, released: null };
    return { ...state, holds: [...state.holds, placed] };
  }
  const { hold, comment, basis } = event.body;
  const released = { person: doer(event), at: event.at, comment, basis };
  return {
    ...state,
    holds: state.holds.map((of) => (of.id === hold ? { ...of, released } : of)),
  };
}

function evolveRework(
  state: TravelerState,
  event: Extract<RecordedEvent, { type: `rework.${string}` }>,
): TravelerState {
  if (event.type === "rework.completed") {
    return {
      ...state,
      reworks: state.reworks.map((of) =>
        of.id === event.body.rework ? { ...of, status: "complete" } : of,
      ),
    };
  }
  const { rework, voids, ...body } = event.body;
  const started = {
    id: rework,
    ...body,
    voidedBuyoffs: voids.buyoffs,
    status: "in_work" as const,
    person: doer(event),
    at: event.at,
  };
  const next = { ...state, reworks: [...state.reworks, started] };
  return body.steps.reduce(newAttempt, next);
}
