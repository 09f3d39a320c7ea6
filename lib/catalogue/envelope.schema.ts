import * as z from "zod/mini";
import { count, instant, part, person, quantity, sha256, text, uuid } from "./parts.schema.ts";

const qualificationUsed = part(
  "QualificationUsed",
  "What was asked of the person at that moment, and what it rested on",
  z.object({
    code: text,
    validUntil: z.optional(text),
    /** held, waived or supervised. */
    result: text,
    waiverId: z.optional(uuid),
    trainerId: z.optional(uuid),
    /** The system that told it, and as of when: how fresh it was when it counted. */
    sourceSystem: z.optional(text),
    sourceAsOf: z.optional(instant),
  }),
);
export const qualificationsUsed = z.array(qualificationUsed);

/** The same on every event; what the record doesn't know is not there. */
export const context = part(
  "Context",
  "Where, on what, by whom and under which instruction, as the entry of the record has it",
  z.object({
    place: z.object({
      siteId: uuid,
      site: text,
      timeZone: text,
      shift: z.optional(text),
      workCenter: z.optional(z.object({ id: text })),
      stationId: z.optional(text),
      deviceId: z.optional(uuid),
    }),
    /** Of the tablet at which it was done; not there: the server's own clock. */
    clock: z.optional(
      z.object({
        source: z.literal("tablet"),
        wall: instant,
        offsetMs: count,
        /** Half of the interval in which the act lies. */
        uncertaintyMs: z.optional(count),
        earliest: z.optional(instant),
        latest: z.optional(instant),
        /** By how much the clock had been set since it was last compared. */
        jumpMs: z.optional(count),
        lastServerContact: z.optional(instant),
      }),
    ),
    order: z.optional(z.object({ orderId: text })),
    item: z.optional(
      z.object({
        partNumber: text,
        partRevision: text,
        partName: z.optional(text),
        drawing: z.optional(z.object({ number: text, revision: text })),
      }),
    ),
    units: z.optional(
      z.array(
        z.object({
          travelerId: uuid,
          serial: z.optional(text),
          lot: z.optional(text),
          quantity: z.optional(quantity),
        }),
      ),
    ),
    operation: z.optional(
      z.object({
        operationId: uuid,
        operationNumber: text,
        title: text,
        workCenter: text,
        sequence: z.enum(["strict", "free"]),
      }),
    ),
    step: z.optional(
      z.object({
        stepId: uuid,
        stepInstanceId: z.optional(uuid),
        stepNumber: z.optional(text),
        title: z.optional(text),
        work: z.optional(z.enum(["production", "inspection"])),
        requirementHash: z.optional(sha256),
        attempt: z.optional(count),
        /** The rework that the attempt belongs to, such as 060R1. */
        rework: z.optional(text),
        characteristicIds: z.optional(z.array(uuid)),
      }),
    ),
    instruction: z.optional(
      z.object({
        documentId: z.optional(uuid),
        number: text,
        revision: text,
        /** SHA-256 of the released content: it names the revision for good. */
        contentHash: sha256,
      }),
    ),
    /** Not there: done by a rule or by another system. */
    actor: z.optional(
      z.object({
        ...person.shape,
        cardHash: z.optional(sha256),
        stamps: z.optional(z.array(text)),
        second: z.optional(z.object({ personId: uuid })),
      }),
    ),
    qualification: z.optional(qualificationsUsed),
    integrity: z.object({
      stream: uuid,
      seq: count,
      prevHash: z.optional(sha256),
      eventHash: sha256,
    }),
    /** The entry, where people read it. */
    link: z.optional(text),
  }),
);
export type EventContext = z.output<typeof context>;

/** CloudEvents 1.0 in structured JSON, with the extensions of the catalogue. `data` is the event's own. */
export const envelope = z.object({
  specversion: z.literal("1.0"),
  id: z.uuidv7(),
  source: text,
  type: z.string().check(z.regex(/^dev\.buyoff\.[a-z_]+\.[a-z_]+\.v1$/)),
  subject: text,
  time: instant,
  datacontenttype: z.literal("application/json"),
  dataschema: text,
  partitionkey: uuid,
  sequence: z.string().check(z.regex(/^\d{11}$/)),
  recordedtime: instant,
  correlationid: uuid,
  causationid: z.optional(uuid),
});
