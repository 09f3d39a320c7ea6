import type { InstructionContent, Localized, Step } from "#lib/instructions/schema";
import type { EventType, RecordedEvent } from "./events.schema.ts";
import { type Said, said } from "./sentences.rules.ts";
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
  /** Fills the sentence of its type. */
  said: Said;
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
  "step.cosigned",
  "signal.reviewed",
]);
const stop: ReadonlySet<EventType> = new Set<EventType>([
  "defect.logged",
  "hold.placed",
  "buyoff.declined",
  "buyoff.rejected",
  "step.failed",
  "traveler.scrapped",
  "traveler.cancelled",
  "traveler.merged_into",
  "gage.quarantined",
]);
const attention: ReadonlySet<EventType> = new Set<EventType>([
  "reading.amended",
  "buyoff.voided",
  "attempt.refused",
  "command.not_applied",
  "sequence.departed",
  "entry.late",
  "witness.passed",
  "step.deferred",
  "step.skipped",
  "step.marked_not_applicable",
  "step.reopened",
  "rework.started",
  "component.removed",
  "waiver.requested",
  "waiver.granted",
  "waiver.revoked",
  "step.deferred",
  "step.supervised",
  "step.implausibly_fast",
  "batch_clock.exceeded",
  "reading.accepted_out_of_process_limit",
  "tools.transferred",
  "traveler.split",
  "traveler.split_off",
  "traveler.merged",
  "clock.skewed",
  "revision.superseded_in_use",
]);

/** What a reader of the story can do without: it says that somebody looked, not that anything changed. */
export const quietEvents: ReadonlySet<EventType> = new Set<EventType>([
  "step.presented",
  "step.started",
  "qualification.used",
  "gage.selected",
]);

export function toneOf(event: RecordedEvent): Tone {
  if ("verdict" in event.body && event.body.verdict === "out_of_limits") return "stop";
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
    said: said(event, state, content),
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

function refusedOf(event: RecordedEvent): StoryLine["refused"] {
  if (event.type !== "attempt.refused" && event.type !== "command.not_applied") return null;
  const { command, refusal, params } = event.body;
  return { command, code: refusal, params };
}

const HASH = /^[0-9a-f]{64}$/;

/** A reason may also be a code of the plant; only what is kept beside the record is a text of it. */
const textOf = (event: RecordedEvent): string | null =>
  ["reason", "comment", "verification", "note", "purpose", "text"]
    .map((key) => member(event, key))
    .find((text) => text !== null && HASH.test(text)) ?? null;
