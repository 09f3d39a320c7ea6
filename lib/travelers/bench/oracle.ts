import type { Field, InstructionContent, Step } from "#lib/instructions/schema";
import type { RecordedEvent } from "../events.schema.ts";
import { timesOpen } from "./oracle-clocks.ts";
import { doneIn, isLeftOut, isPassed } from "./oracle-departures.ts";
import { materialsOpen } from "./oracle-materials.ts";
import { stands } from "./oracle-offline.ts";

/**
 * What a completed traveler must have, read from its events alone and by other means than the rules
 * use: whoever breaks openItems must not be able to break this with it. Returns what is open.
 */
export function stillOpen(
  content: InstructionContent,
  events: readonly RecordedEvent[],
  serial: string,
): string[] {
  return [
    ...content.operations.flatMap(({ steps }) =>
      steps.flatMap((step) => [
        ...(isStepDone(events, step.id) || isLeftOut(events, step.id)
          ? []
          : [`step ${step.number}`]),
        ...(isLeftOut(events, step.id)
          ? []
          : step.fields.flatMap((field) => fieldOpen(content, events, step, field))),
      ]),
    ),
    ...signaturesOpen(content, events, serial),
    ...loopsOpen(events),
    ...timesOpen(
      content,
      events,
      (step) => isLeftOut(events, step),
      (reading) => isAcceptedByQms(events, reading),
    ),
    ...materialsOpen(content, events, (reading) => isAcceptedByQms(events, reading)),
  ];
}

const last = <T>(list: readonly T[]): T | undefined => list[list.length - 1];

function of<T extends RecordedEvent["type"]>(events: readonly RecordedEvent[], type: T) {
  return events.filter(
    (event): event is Extract<RecordedEvent, { type: T }> => event.type === type,
  );
}

function isStepDone(events: readonly RecordedEvent[], step: string): boolean {
  const turns = events.flatMap((event) => {
    if (event.type === "rework.started") {
      return event.body.steps.some((one) => one.step === step) ? ["again"] : [];
    }
    const isTurn =
      event.type === "step.started" ||
      event.type === "step.completed" ||
      event.type === "step.reopened";
    return isTurn && event.body.step === step ? [event.type] : [];
  });
  return last(turns) === "step.completed";
}

/** The seq of the rework that last did this position again; 0: none. */
function since(events: readonly RecordedEvent[], step: string, position: string): number {
  const again = of(events, "rework.started").filter(({ body }) =>
    body.steps.some(
      (one) => one.step === step && (one.positions === null || one.positions.includes(position)),
    ),
  );
  return last(again)?.seq ?? 0;
}

type Value = { reading: string; value: string; seq: number; position: string };

/** The value that counts at a place, amendments applied. */
function valueAt(
  events: readonly RecordedEvent[],
  at: { step: string; field: string; position: string },
): Value | null {
  const from = since(events, at.step, at.position);
  const recorded = last(
    of(events, "reading.recorded").filter(
      ({ seq, body }) => seq > from && body.field === at.field && body.position === at.position,
    ),
  );
  if (!recorded) return null;
  const { reading } = recorded.body;
  const amended = last(
    of(events, "reading.amended").filter(({ body }) => body.reading === reading),
  );
  const value = amended?.body.to ?? recorded.body.value;
  return { reading, value, seq: amended?.seq ?? recorded.seq, position: at.position };
}

const micro = (value: string): number => Math.round(Number(value) * 1e6);

/** The engineering limits, worked out here in whole millionths. */
function limitsOf(
  content: InstructionContent,
  events: readonly RecordedEvent[],
  field: Field,
  position: string,
): [number, number] {
  const wide: [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const bound = (min?: string, max?: string): [number, number] => [
    min === undefined ? wide[0] : micro(min),
    max === undefined ? wide[1] : micro(max),
  ];
  if (field.kind === "count") return bound(field.min, field.max);
  if (field.kind !== "measurement" || !field.limits) return wide;
  if (field.limits.kind === "fixed") return bound(field.limits.min, field.limits.max);
  const { from, nominal, minus, plus } = field.limits;
  const step = content.operations
    .flatMap(({ steps }) => steps)
    .find(({ fields }) => fields.some(({ id }) => id === from));
  const input = valueAt(events, { step: step?.id ?? "", field: from, position });
  if (!input) return [Number.NaN, Number.NaN];
  const middle = micro(input.value) + micro(nominal);
  return [middle - micro(minus), middle + micro(plus)];
}

function isAcceptedByQms(events: readonly RecordedEvent[], reading: string): boolean {
  return of(events, "defect.logged")
    .filter(({ body }) => body.reading === reading)
    .map(({ body }) => body.defect)
    .filter((defect) => !of(events, "defect.withdrawn").some((one) => one.body.defect === defect))
    .some((defect) => {
      const received = last(
        of(events, "disposition.received").filter(({ body }) => body.defect === defect),
      );
      const decisions = received?.body.dispositions.map(({ decision }) => decision) ?? [];
      return (
        decisions.length > 0 &&
        decisions.every((one) => ["use_as_is", "repair", "regrade"].includes(one))
      );
    });
}

function fieldOpen(
  content: InstructionContent,
  events: readonly RecordedEvent[],
  step: Step,
  field: Field,
): string[] {
  if (!field.required || field.kind === "gage") return [];
  return field.positions.flatMap((position) => {
    const name = `${step.number} ${field.label.en} ${position}`;
    const at = { step: step.id, field: field.id, position };
    if (field.kind === "measurement_record") return [];
    if (field.kind === "component") return isInstalled(events, at) ? [] : [`no part: ${name}`];
    if (field.kind === "photo") {
      const photos = of(events, "photo.attached").filter(
        ({ seq, body }) =>
          body.field === field.id &&
          body.position === position &&
          seq > since(events, step.id, position),
      );
      return photos.length >= field.photosMin ? [] : [`no photo: ${name}`];
    }
    if (field.kind === "batch_clock") {
      const mixed = of(events, "batch_clock.started").filter(
        ({ seq, body }) => body.field === field.id && seq > since(events, step.id, position),
      );
      return mixed.length > 0 ? [] : [`no mix: ${name}`];
    }
    const found = valueAt(events, at);
    if (!found) return [`no value: ${name}`];
    if (isAcceptedByQms(events, found.reading)) return [];
    if (field.kind === "attribute") return found.value === "pass" ? [] : [`failed: ${name}`];
    const [min, max] = limitsOf(content, events, field, position);
    const isNumber = field.kind === "measurement" || field.kind === "count";
    if (isNumber && !(micro(found.value) >= min && micro(found.value) <= max)) {
      return [`out of limits: ${name} ${found.value}`];
    }
    return isProcessOpen(events, field, found) ? [`out of process limits: ${name}`] : [];
  });
}

function isProcessOpen(events: readonly RecordedEvent[], field: Field, found: Value): boolean {
  if (field.kind !== "measurement" || !field.process) return false;
  const { min, max } = field.process;
  const isWithin =
    (min === undefined || micro(found.value) >= micro(min)) &&
    (max === undefined || micro(found.value) <= micro(max));
  const isAccepted = of(events, "reading.accepted_out_of_process_limit").some(
    ({ seq, body }) => body.reading === found.reading && seq > found.seq,
  );
  return !isWithin && !isAccepted;
}

function isInstalled(
  events: readonly RecordedEvent[],
  at: { step: string; field: string; position: string },
): boolean {
  const installed = of(events, "component.installed").filter(
    ({ seq, body }) =>
      body.field === at.field &&
      body.position === at.position &&
      seq > since(events, at.step, at.position),
  );
  return installed.some(
    ({ body }) =>
      !of(events, "component.removed").some((one) => one.body.installation === body.installation),
  );
}

/** Each signature asked for is there, given after the last change beneath it, by somebody else. */
function signaturesOpen(
  content: InstructionContent,
  events: readonly RecordedEvent[],
  serial: string,
): string[] {
  return content.operations.flatMap((operation, index) => {
    const chains = [
      ...operation.steps.map((step) => ({ step: step.id, asked: step.buyoffs })),
      { step: null, asked: operation.buyoffs },
    ];
    return chains.flatMap(({ step, asked }) => {
      const signers: string[] = [];
      // Under its permit it asks for no signature of its own.
      if (step !== null && isLeftOut(events, step)) return [];
      return asked
        .filter((one) => !one.serialEndsWith || one.serialEndsWith.includes(serial.slice(-1)))
        .flatMap((one) => {
          const name = `${operation.number} ${one.type}`;
          const signed = last(
            of(events, "buyoff.signed").filter(
              (signature) => signature.body.requirement === one.id && stands(events, signature),
            ),
          );
          if (!signed) return isPassed(events, one.id) ? [] : [`unsigned: ${name}`];
          const isFinal = index === content.operations.length - 1;
          const covered = (
            isFinal && one.type !== "operator"
              ? content.operations.flatMap(({ steps }) => steps)
              : doneIn(content, events, operation)
          ).filter(({ id }) => id !== step);
          const problems = beneath(events, covered, signed);
          if (signers.includes(signed.body.signer)) problems.push(`signed twice: ${name}`);
          signers.push(signed.body.signer);
          return problems.map((problem) => `${problem} under ${name}`);
        });
    });
  });
}

function beneath(
  events: readonly RecordedEvent[],
  covered: readonly Step[],
  signed: Extract<RecordedEvent, { type: "buyoff.signed" }>,
): string[] {
  const problems: string[] = [];
  for (const event of events) {
    const step = stepChanged(events, event);
    const found = covered.find(({ id }) => id === step);
    if (!found) continue;
    // A picture beside a field that asks for none is evidence, and no part of what is signed.
    const { field } = event.type === "photo.attached" ? event.body : { field: null };
    if (field && found.fields.find(({ id }) => id === field)?.kind !== "photo") continue;
    if (event.seq > signed.seq) problems.push(`${event.type} after the signature`);
    const isOwnWork =
      found.work === "production" &&
      signed.body.type !== "operator" &&
      event.type !== "reading.rejudged" &&
      event.type !== "reading.amended" &&
      event.type !== "component.removed" &&
      !(event.type === "step.completed" && found.buyoffs.length > 0) &&
      !(event.type === "reading.recorded" && event.body.source === "calculated");
    if (isOwnWork && event.person === signed.body.signer) problems.push("own work accepted");
  }
  return problems;
}

/** The step whose signed content an event changes. */
function stepChanged(events: readonly RecordedEvent[], event: RecordedEvent): string | null {
  switch (event.type) {
    case "reading.recorded":
    case "component.installed":
    case "step.completed":
      return event.body.step;
    case "photo.attached":
      return event.body.field ? event.body.step : null;
    case "reading.amended":
    case "reading.rejudged":
      return (
        of(events, "reading.recorded").find(({ body }) => body.reading === event.body.reading)?.body
          .step ?? null
      );
    case "component.removed":
      return (
        of(events, "component.installed").find(
          ({ body }) => body.installation === event.body.installation,
        )?.body.step ?? null
      );
    default:
      return null;
  }
}

function loopsOpen(events: readonly RecordedEvent[]): string[] {
  const ended = (type: "defect.closed" | "defect.withdrawn", defect: string) =>
    of(events, type).some(({ body }) => body.defect === defect);
  return [
    ...of(events, "defect.logged")
      .filter(({ body }) => !ended("defect.closed", body.defect))
      .filter(({ body }) => !ended("defect.withdrawn", body.defect))
      .map(({ body }) => `defect ${body.code}`),
    ...of(events, "hold.placed")
      .filter(({ body }) => !of(events, "hold.released").some((one) => one.body.hold === body.hold))
      .map(({ body }) => `hold ${body.reason}`),
    ...of(events, "rework.started")
      .filter(
        ({ body }) =>
          !of(events, "rework.completed").some((one) => one.body.rework === body.rework),
      )
      .map(({ body }) => `rework ${body.label}`),
  ];
}
