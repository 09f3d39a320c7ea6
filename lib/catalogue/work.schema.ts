import * as z from "zod/mini";
import {
  buyoffType,
  characteristicRef,
  code,
  count,
  decimal,
  fieldRef,
  gageRef,
  installed,
  instant,
  limits,
  part,
  person,
  quantity,
  sha256,
  stepRef,
  text,
  uuid,
  verdict,
  words,
} from "./parts.schema.ts";

const plannedField = part(
  "PlannedField",
  "What the revision asks a step to collect",
  z.object({
    ...fieldRef.shape,
    required: z.boolean(),
    characteristic: z.optional(characteristicRef),
    unit: z.optional(code),
    limits: z.optional(limits),
    gageType: z.optional(text),
  }),
);

const plannedBuyoff = part(
  "PlannedBuyoff",
  "A signature that the revision asks for",
  z.object({
    requirementId: uuid,
    type: buyoffType,
    meaning: text,
    role: text,
    stamp: z.boolean(),
    holdPoint: z.boolean(),
  }),
);

const routing = part(
  "Routing",
  "The pinned revision as it is to be executed",
  z.object({
    title: text,
    sequence: z.enum(["strict", "free"]),
    operations: z.array(
      z.object({
        operationId: uuid,
        operationNumber: text,
        title: text,
        workCenter: text,
        sequence: z.enum(["strict", "free"]),
        buyoffs: z.array(plannedBuyoff),
        steps: z.array(
          z.object({
            stepId: uuid,
            stepNumber: text,
            title: text,
            work: z.enum(["production", "inspection"]),
            requirementHash: sha256,
            qualifications: z.array(text),
            fields: z.array(plannedField),
            buyoffs: z.array(plannedBuyoff),
          }),
        ),
      }),
    ),
  }),
);

/** An input of a step as it stands when the step is completed. */
const input = part(
  "Input",
  "A reading that counts when the step is completed",
  z.object({
    readingId: uuid,
    field: fieldRef,
    position: text,
    sample: count,
    value: text,
    unit: z.optional(code),
    verdict,
  }),
);

const lotRef = z.object({ travelerId: uuid, seq: count, eventHash: sha256 });

export const workData = {
  "order.released": { quantity: quantity, routing },
  "order.started": {},
  "order.split": {
    side: z.enum(["parent", "child"]),
    parent: z.optional(lotRef),
    childTravelerId: uuid,
    childLot: text,
    quantity,
    serials: z.optional(z.array(text)),
    /** Defects that go with the pieces, under an id of their own in the child. */
    defects: z.array(z.object({ parentDefectId: uuid, childDefectId: uuid })),
    reason: z.optional(words),
  },
  "order.merged": {
    side: z.enum(["into", "from"]),
    intoTravelerId: uuid,
    from: z.optional(
      z.array(z.object({ ...lotRef.shape, lot: text, quantity, serials: z.array(text) })),
    ),
    lot: z.optional(text),
    quantity: z.optional(quantity),
    /** Who did the work on the pieces that came. */
    performers: z.optional(z.array(z.object({ ...stepRef.shape, people: z.array(person) }))),
    reason: words,
  },
  "order.completed": {
    asBuilt: z.array(installed),
    skipped: z.array(stepRef),
    deferredOpen: z.array(stepRef),
    defects: z.array(z.object({ defectId: uuid, code, status: text, ncrNumber: z.optional(text) })),
    balance: z.optional(
      z.object({ accepted: quantity, scrapped: quantity, transferredOut: quantity }),
    ),
  },
  "order.accepted": {},
  "order.closed_short": { reason: words },
  "order.checked_out": {
    deviceId: uuid,
    tablet: text,
    station: text,
    until: instant,
    /** The tablet that it was taken over from, and why. */
    fromDeviceId: z.optional(uuid),
    reason: z.optional(words),
  },
  "order.checked_in": { deviceId: uuid },
  "unit.scrapped": { defectId: uuid, identification: text, segregation: text, quantity },
  "unit.quantity_adjusted": { accepted: quantity, scrapped: quantity, transferredOut: quantity },
  "unit.serials_assigned": { serials: z.array(text) },

  "step.presented": { requirementHash: sha256, language: text },
  "step.started": { buriedReadingIds: z.optional(z.array(uuid)) },
  "step.paused": { reason: code },
  "step.resumed": {},
  "step.completed": {
    inputs: z.array(input),
    durationSeconds: z.optional(decimal),
    materials: z.array(installed),
    tools: z.array(gageRef),
    /** Everyone who recorded in this attempt, the last one last. */
    performers: z.array(person),
  },
  "step.implausibly_fast": { seconds: count, plausibleMinSeconds: count },
  "step.failed": { reason: words },
  "step.skipped": {
    kind: z.enum(["skipped", "not_applicable"]),
    reason: words,
    permit: z.optional(text),
  },
  "step.deferred": {
    toOperationId: uuid,
    toOperationNumber: z.optional(text),
    reason: words,
  },
  "step.out_of_sequence": { reason: words, openBefore: z.array(stepRef) },
  "step.reopened": {
    positions: z.optional(z.array(text)),
    reason: words,
    invalidatedSignatureIds: z.array(uuid),
  },
  "step.supervised": { trainer: person, qualifications: z.array(text), contentSha256: sha256 },
  "entry.late": {
    claimedAt: instant,
    reason: words,
    act: z.optional(text),
    /** The reading or installation that was entered late. */
    subjectId: z.optional(uuid),
  },
  "witness.passed": {
    operationId: uuid,
    requirementId: uuid,
    type: buyoffType,
    callId: uuid,
    calledAt: instant,
    noticeMinutes: count,
    covers: z.array(stepRef),
  },
  "note.added": { noteId: uuid, text: words },
  "handover.noted": { text: words },
  "inspection.called": { callId: uuid, operationId: uuid, operationNumber: z.optional(text) },
  "inspection.acknowledged": { callId: uuid, arrived: z.boolean() },
  "operator.assistance_requested": { category: code },
  "timer.started": { timerId: uuid, field: fieldRef, position: text },
  "timer.stopped": {
    timerId: uuid,
    field: fieldRef,
    position: text,
    startedAt: z.optional(instant),
    elapsed: quantity,
    verdict,
    /** Which limit it missed. */
    missed: z.optional(z.enum(["min", "max"])),
  },
  "batch_clock.started": {
    batchClockId: uuid,
    field: fieldRef,
    clock: text,
    partNumber: z.optional(text),
    lot: text,
    mixedAt: instant,
    joined: z.boolean(),
    minMinutes: z.optional(count),
    maxMinutes: z.optional(count),
  },
  "batch_clock.exceeded": {
    batchClockId: uuid,
    clock: text,
    lot: text,
    age: quantity,
    greatest: quantity,
  },
  "tools.transferred": {
    kit: text,
    quantity,
    direction: z.enum(["in", "out"]),
    counterpart: text,
    reason: words,
  },
} as const;
