import type { InstructionContent, Localized, Step } from "#lib/instructions/schema";
import type { EventType, RecordedEvent } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";

export type Tone = "good" | "stop" | "attention" | "plain";

/** One event as a line of the unit's story: where, on what, and the values that tell it apart. */
export type StoryLine = {
  seq: number;
  type: EventType;
  tone: Tone;
  /** Number of the step or operation, as printed. */
  place: string | null;
  /** In the author's words. */
  subject: Localized | null;
  /** Identifiers; the same in every language. */
  detail: string | null;
  /** A value with the place it was taken at, where there is more than one. */
  value: { place: string | null; value: string; unit: string | null } | null;
  /** Codes that a reader has words for. */
  coded: { as: "decision" | "holdReason" | "voidCause"; values: readonly string[] } | null;
  /** What the rules turned away, and why. */
  refused: { command: string; code: string; params: Readonly<Record<string, string>> } | null;
  /** A text of the record, by its hash. */
  text: string | null;
};

const good: ReadonlySet<EventType> = new Set<EventType>([
  "buyoff.signed",
  "buyoff.verified",
  "hold.released",
  "traveler.completed",
  "traveler.accepted",
  "defect.closed",
  "rework.completed",
  "step.completed",
]);
const stop: ReadonlySet<EventType> = new Set<EventType>([
  "defect.logged",
  "hold.placed",
  "buyoff.declined",
  "buyoff.rejected",
  "step.failed",
  "traveler.scrapped",
  "traveler.cancelled",
  "gage.quarantined",
]);
const attention: ReadonlySet<EventType> = new Set<EventType>([
  "reading.amended",
  "buyoff.voided",
  "attempt.refused",
  "command.not_applied",
  "sequence.departed",
  "entry.late",
  "step.skipped",
  "step.marked_not_applicable",
  "step.reopened",
  "rework.started",
  "component.removed",
  "waiver.granted",
  "clock.skewed",
]);

/** What a reader of the story can do without: it says that somebody looked, not that anything changed. */
export const quietEvents: ReadonlySet<EventType> = new Set<EventType>([
  "step.presented",
  "step.started",
  "qualification.used",
  "gage.selected",
]);

export function toneOf(event: RecordedEvent): Tone {
  if (event.type === "reading.recorded" && event.body.verdict === "out_of_limits") return "stop";
  if (good.has(event.type)) return "good";
  if (stop.has(event.type)) return "stop";
  return attention.has(event.type) ? "attention" : "plain";
}

export function tell(
  event: RecordedEvent,
  state: TravelerState,
  content: InstructionContent,
): StoryLine {
  const step = stepOf(event, state, content);
  const operation = operationOf(event, content);
  const field = fieldOf(event, state, step);
  return {
    seq: event.seq,
    type: event.type,
    tone: toneOf(event),
    place: step?.number ?? operation?.number ?? null,
    subject: field?.label ?? step?.title ?? operation?.title ?? null,
    detail: detailOf(event, state),
    value: valueTold(event, (field?.positions.length ?? 0) > 1),
    coded: codedOf(event),
    refused: refusedOf(event),
    text: textOf(event),
  };
}

const member = (event: RecordedEvent, key: string): string | null => {
  const value: unknown = (event.body as Record<string, unknown>)[key];
  return typeof value === "string" ? value : null;
};

function stepOf(
  event: RecordedEvent,
  state: TravelerState,
  content: InstructionContent,
): Step | undefined {
  const reading = state.readings.find((of) => of.id === member(event, "reading"));
  const component = state.components.find((of) => of.id === member(event, "installation"));
  const defect = state.defects.find((of) => of.id === member(event, "defect"));
  const id = member(event, "step") ?? reading?.step ?? component?.step ?? defect?.step;
  return content.operations.flatMap((of) => of.steps).find((of) => of.id === id);
}

function operationOf(event: RecordedEvent, content: InstructionContent) {
  const id = member(event, "operation");
  return content.operations.find((of) => of.id === id);
}

function fieldOf(event: RecordedEvent, state: TravelerState, step: Step | undefined) {
  const reading = state.readings.find((of) => of.id === member(event, "reading"));
  const id = member(event, "field") ?? reading?.field;
  return step?.fields.find((of) => of.id === id);
}

function detailOf(event: RecordedEvent, state: TravelerState): string | null {
  switch (event.type) {
    case "traveler.released":
      return `${event.body.revision.number} rev ${event.body.revision.revision}`;
    case "reading.amended":
      return `${event.body.from} → ${event.body.to}`;
    case "component.installed":
      return [event.body.part, event.body.serial ?? event.body.lot].filter(Boolean).join(" · ");
    case "gage.selected":
      return event.body.code;
    case "buyoff.signed":
      return event.body.stamp;
    case "defect.logged":
      return event.body.code;
    case "qms_record.linked":
      return `${event.body.number} · ${event.body.status}`;
    case "disposition.received":
      return event.body.ncr;
    case "hold.released":
      return event.body.ncr;
    case "rework.started":
      return event.body.label;
    case "rework.completed":
      return state.reworks.find((of) => of.id === event.body.rework)?.label ?? null;
    default:
      return null;
  }
}

function valueTold(event: RecordedEvent, hasPlaces: boolean): StoryLine["value"] {
  if (event.type !== "reading.recorded") return null;
  const { position, value, unit } = event.body;
  return { place: hasPlaces ? position : null, value, unit };
}

function codedOf(event: RecordedEvent): StoryLine["coded"] {
  switch (event.type) {
    case "disposition.received":
      return { as: "decision", values: event.body.dispositions.map((of) => of.decision) };
    case "hold.placed":
      return { as: "holdReason", values: [event.body.reason] };
    case "buyoff.voided":
      return { as: "voidCause", values: [event.body.cause] };
    default:
      return null;
  }
}

function refusedOf(event: RecordedEvent): StoryLine["refused"] {
  if (event.type !== "attempt.refused" && event.type !== "command.not_applied") return null;
  const { command, refusal, params } = event.body;
  return { command, code: refusal, params };
}

const textOf = (event: RecordedEvent): string | null =>
  member(event, "reason") ??
  member(event, "comment") ??
  member(event, "verification") ??
  member(event, "text");
