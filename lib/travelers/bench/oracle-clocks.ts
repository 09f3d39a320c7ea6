import type { Field, InstructionContent, Step } from "#lib/instructions/schema";
import type { EventType, RecordedEvent } from "../events.schema.ts";

/**
 * Times and ages, worked out from the instants of the events and the revision alone: neither the values nor
 * the verdicts that the rules have written are believed.
 */

type Event<T extends EventType> = Extract<RecordedEvent, { type: T }>;
type Kind<K extends Field["kind"]> = Extract<Field, { kind: K }>;

function of<T extends EventType>(events: readonly RecordedEvent[], type: T): Event<T>[] {
  return events.filter((event): event is Event<T> => event.type === type);
}
const stepsOf = (content: InstructionContent): Step[] =>
  content.operations.flatMap(({ steps }) => steps);
const fieldOf = (content: InstructionContent, id: string): Field | undefined =>
  stepsOf(content)
    .flatMap(({ fields }) => fields)
    .find((field) => field.id === id);
const ms = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from));

/** The rework that last began this place again; 0: none. */
const since = (events: readonly RecordedEvent[], step: string, position: string): number =>
  of(events, "rework.started").findLast(({ body }) =>
    body.steps.some(
      (one) => one.step === step && (one.positions === null || one.positions.includes(position)),
    ),
  )?.seq ?? 0;

/** How long the timer of this place took, in milliseconds; null: it never ended. */
function tookMs(
  events: readonly RecordedEvent[],
  at: { step: string; field: string; position: string },
): { ms: number; reading: string } | null {
  const from = since(events, at.step, at.position);
  const stopped = of(events, "timer.stopped").findLast(
    ({ seq, body }) => seq > from && body.field === at.field && body.position === at.position,
  );
  const started = of(events, "timer.started").find(
    ({ body }) => body.timer === stopped?.body.timer,
  );
  const reading = of(events, "reading.recorded").find(
    ({ seq, command }) => stopped && seq > stopped.seq && command === stopped.command,
  );
  return stopped && started && started.seq > from && reading
    ? { ms: ms(started.at, stopped.at), reading: reading.body.reading }
    : null;
}

/** The batch in use at a mixing field at some moment: the last one started since its place was begun again. */
const mixAt = (
  events: readonly RecordedEvent[],
  mix: { step: string; field: Kind<"batch_clock"> },
): Event<"batch_clock.started"> | undefined => {
  const from = since(events, mix.step, mix.field.positions[0] ?? "");
  return of(events, "batch_clock.started").findLast(
    ({ seq, body }) => seq > from && body.field === mix.field.id,
  );
};

const mixOf = (content: InstructionContent, id: string) =>
  stepsOf(content).flatMap((step) =>
    step.fields.flatMap((field) =>
      field.kind === "batch_clock" && field.id === id ? [{ step: step.id, field }] : [],
    ),
  )[0];

/** What a complete unit must have in times and ages; `isAccepted`: the QMS lets that reading stand. */
export function timesOpen(
  content: InstructionContent,
  events: readonly RecordedEvent[],
  isLeftOut: (step: string) => boolean,
  isAccepted: (reading: string) => boolean,
): string[] {
  return stepsOf(content)
    .filter(({ id }) => !isLeftOut(id))
    .flatMap((step) =>
      step.fields.flatMap((field) =>
        field.required
          ? field.positions.flatMap((position) =>
              timeOpen(content, events, { step, field, position }, isAccepted),
            )
          : [],
      ),
    );
}

function timeOpen(
  content: InstructionContent,
  events: readonly RecordedEvent[],
  { step, field, position }: { step: Step; field: Field; position: string },
  isAccepted: (reading: string) => boolean,
): string[] {
  const name = `${step.number} ${field.label.en} ${position}`;
  if (field.kind === "timer") {
    const took = tookMs(events, { step: step.id, field: field.id, position });
    if (!took) return [`never timed: ${name}`];
    const isShort = field.minSeconds !== undefined && took.ms < field.minSeconds * 1000;
    const isLong = field.maxSeconds !== undefined && took.ms > field.maxSeconds * 1000;
    return (isShort || isLong) && !isAccepted(took.reading) ? [`${took.ms} ms: ${name}`] : [];
  }
  if (field.kind !== "clock_age") return [];
  const from = since(events, step.id, position);
  const read = of(events, "reading.recorded").findLast(
    ({ seq, body }) => seq > from && body.field === field.id && body.position === position,
  );
  const mix = mixOf(content, field.from);
  if (!read || !mix) return [`never read: ${name}`];
  const before = events.filter(({ seq }) => seq < read.seq);
  const started = mixAt(before, mix);
  if (!started) return [`read without a mix: ${name}`];
  const age = ms(started.body.mixedAt, read.at);
  const isYoung = field.minMinutes !== undefined && age < field.minMinutes * 60_000;
  const isOld = field.maxMinutes !== undefined && age > field.maxMinutes * 60_000;
  return (isYoung || isOld) && !isAccepted(read.body.reading) ? [`${age} ms old: ${name}`] : [];
}

/** Whatever was timed, whenever: by the text as by the time, and never past a limit in silence. */
export function unsoundTimes(
  content: InstructionContent,
  events: readonly RecordedEvent[],
): string[] {
  return events.flatMap((event, index) => {
    const before = events.slice(0, index);
    switch (event.type) {
      case "timer.stopped":
        return stoppedWrong(content, events, before, event);
      case "step.completed":
        return [...stillRunning(before, event), ...usedTooOld(content, events, before, event)];
      case "step.started":
        return startedAtTheWrongAge(content, events, before, event);
      case "batch_clock.started": {
        const isFuture = Date.parse(event.body.mixedAt) > Date.parse(event.at) + 60_000;
        return isFuture ? [`mixed in the future: ${event.body.clock}`] : [];
      }
      default:
        return [];
    }
  });
}

const raisedBy = (events: readonly RecordedEvent[], command: string | null) =>
  of(events, "defect.logged").filter((one) => one.command === command);

function stoppedWrong(
  content: InstructionContent,
  events: readonly RecordedEvent[],
  before: readonly RecordedEvent[],
  event: Event<"timer.stopped">,
): string[] {
  const field = fieldOf(content, event.body.field);
  const started = of(before, "timer.started").find(({ body }) => body.timer === event.body.timer);
  if (field?.kind !== "timer" || !started) return ["stopped without a start"];
  const took = ms(started.at, event.at);
  const told = Number(event.body.seconds) * 1000;
  const isLong = field.maxSeconds !== undefined && took > field.maxSeconds * 1000;
  const isShort = field.minSeconds !== undefined && took < field.minSeconds * 1000;
  const toldLong = field.maxSeconds !== undefined && told > field.maxSeconds * 1000;
  const toldShort = field.minSeconds !== undefined && told < field.minSeconds * 1000;
  const isSilent =
    isLong && field.defectCode !== undefined && raisedBy(events, event.command).length === 0;
  const isTwice = of(before, "timer.stopped").some(({ body }) => body.timer === event.body.timer);
  return [
    ...(Math.abs(told - took) <= 100 ? [] : [`told ${told} of ${took} ms`]),
    ...(isLong === toldLong && isShort === toldShort ? [] : [`${took} ms told as ${told}`]),
    ...(isSilent ? [`${took} ms in silence: ${field.label.en}`] : []),
    ...(isTwice ? ["stopped twice"] : []),
  ];
}

/** No step is over while something in it is still being timed. */
const stillRunning = (
  before: readonly RecordedEvent[],
  { body: { step } }: Event<"step.completed">,
): string[] =>
  of(before, "timer.started")
    .filter(({ seq, body }) => body.step === step && seq > since(before, step, body.position))
    .filter(({ body }) => !of(before, "timer.stopped").some((one) => one.body.timer === body.timer))
    .map(({ body }) => `completed while ${body.position} runs`);

/** The time that an act claims, if it was entered late; else when it was entered. */
const doneAt = (events: readonly RecordedEvent[], event: RecordedEvent): string =>
  of(events, "entry.late").find(({ command }) => command === event.command)?.body.claimedAt ??
  event.at;

/** Work that was over with a mix past its time has its defect: from that act, or logged there before. */
function usedTooOld(
  content: InstructionContent,
  events: readonly RecordedEvent[],
  before: readonly RecordedEvent[],
  event: Event<"step.completed">,
): string[] {
  const step = stepsOf(content).find(({ id }) => id === event.body.step);
  if (!step) return [];
  const asked = [
    ...step.fields.flatMap((field) =>
      field.kind === "batch_clock" ? [{ id: field.id, max: field.maxMinutes }] : [],
    ),
    ...(step.clocks ?? []).map(({ field, withinMinutes }) => ({ id: field, max: withinMinutes })),
  ].filter(
    ({ id }) =>
      !step.fields.some(
        (field) =>
          field.kind === "clock_age" && field.from === id && field.maxMinutes !== undefined,
      ),
  );
  return asked.flatMap(({ id, max }) => {
    const mix = mixOf(content, id);
    const started = mix && mixAt(before, mix);
    if (max === undefined || !started) return [];
    const isCarried = started.body.step === step.id && started.body.attempt !== event.body.attempt;
    const age = ms(started.body.mixedAt, doneAt(events, event));
    if (isCarried || age <= max * 60_000) return [];
    const isSaid =
      raisedBy(events, event.command).length > 0 ||
      of(before, "defect.logged").some(({ body }) => body.step === step.id);
    return isSaid ? [] : [`${step.number} over with a mix of ${age} ms`];
  });
}

function startedAtTheWrongAge(
  content: InstructionContent,
  events: readonly RecordedEvent[],
  before: readonly RecordedEvent[],
  event: Event<"step.started">,
): string[] {
  const step = stepsOf(content).find(({ id }) => id === event.body.step);
  return (step?.clocks ?? []).flatMap(({ field, afterMinutes = 0, withinMinutes }) => {
    const mix = mixOf(content, field);
    const started = mix && mixAt(before, mix);
    if (!started) return [`${step?.number} begun without its mix`];
    const minutes = ms(started.body.mixedAt, doneAt(events, event)) / 60_000;
    const isWrong =
      minutes < afterMinutes || (withinMinutes !== undefined && minutes > withinMinutes);
    return isWrong ? [`${step?.number} begun at ${minutes} min`] : [];
  });
}
