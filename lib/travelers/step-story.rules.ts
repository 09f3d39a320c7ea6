import type { Defect, InspectionCall, StepDeparture, TravelerState } from "./state.schema.ts";

/** What was said, shown or stopped beside the work of a step: what the next person has to know. */
export type StepStoryLine = { id: string; at: string; person: string | null } & (
  | { kind: "note"; text: string }
  | { kind: "call"; acknowledgedAt: string | null; arrivedAt: string | null }
  | { kind: "photo"; sha256: string }
  | { kind: "defect"; code: string; ncr: string | null; status: Defect["status"] }
  | { kind: "decline"; text: string }
  | { kind: "hold"; reason: string; releasedAt: string | null }
  | { kind: "departure"; departure: StepDeparture }
);

type Place = { operation: string; step: string | null };

/** Of the step, of its operation and of the whole unit, the newest first. */
export function stepStory(state: TravelerState, place: Place | null): StepStoryLine[] {
  const isHere = (step: string | null) => step === null || step === place?.step;
  const isOfOperation = (operation: string) => operation === place?.operation;
  const lines: StepStoryLine[] = [
    ...state.notes
      .filter(({ step }) => isHere(step))
      .map(({ id, at, person, text }) => ({ kind: "note" as const, id, at, person, text })),
    ...state.calls
      .filter(({ operation }) => isOfOperation(operation))
      .map((call) => ({ kind: "call" as const, ...call })),
    ...state.photos
      .filter(({ step, field, defect }) => field === null && defect === null && isHere(step))
      .map(({ id, at, person, sha256 }) => ({ kind: "photo" as const, id, at, person, sha256 })),
    ...state.defects
      .filter(({ step }) => isHere(step))
      .map(({ id, at, person, code, qms, status }) => ({
        kind: "defect" as const,
        id,
        at,
        person,
        code,
        ncr: qms?.number ?? null,
        status,
      })),
    ...state.departures
      .filter(({ step }) => step === place?.step)
      .map((departure) => ({
        kind: "departure" as const,
        id: String(departure.seq),
        at: departure.at,
        person: departure.person,
        departure,
      })),
    ...state.declines
      .filter(({ operation, step }) => isOfOperation(operation) && isHere(step))
      .map(({ id, at, person, reason }) => ({
        kind: "decline" as const,
        id,
        at,
        person,
        text: reason,
      })),
    ...state.holds
      .filter(
        ({ scope }) =>
          scope.kind === "traveler" ||
          (scope.kind === "operation" && isOfOperation(scope.operation)) ||
          (scope.kind === "step" && scope.step === place?.step),
      )
      .map(({ id, at, person, reason, released }) => ({
        kind: "hold" as const,
        id,
        at,
        person,
        reason,
        releasedAt: released?.at ?? null,
      })),
  ];
  return lines.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

/** The inspector was called to this operation and is not there yet. */
export const openCall = (state: TravelerState, operation: string): InspectionCall | null =>
  state.calls.findLast((call) => call.operation === operation && call.arrivedAt === null) ?? null;
