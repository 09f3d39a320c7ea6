import * as z from "zod/mini";
import { qmsStatuses } from "./connectors/rest/schema.ts";

const text = z.string();
const optionalText = z.nullable(text);

/**
 * Everything that an NCR author needs, made from one entry of the record and what that entry names
 * by hash: nobody has to ask Buyoff again to understand it.
 */
export const ncrDraft = z.object({
  v: z.literal(1),
  process: z.literal("NCR"),
  title: text,
  entry: z.object({ stream: text, seq: z.int(), hash: text }),
  site: text,
  order: optionalText,
  part: z.object({ number: optionalText, revision: optionalText, name: text }),
  drawing: z.object({ number: text, revision: text }),
  unit: optionalText,
  instruction: z.object({ number: text, revision: text, sha256: text }),
  operation: optionalText,
  step: optionalText,
  station: optionalText,
  shift: optionalText,
  reportedBy: z.object({ name: text, employeeNumber: text }),
  occurredAt: text,
  recordedAt: text,
  defect: z.object({
    id: text,
    code: text,
    label: text,
    severity: text,
    quantity: text,
    position: optionalText,
    location: optionalText,
    comment: optionalText,
  }),
  balloon: optionalText,
  characteristic: optionalText,
  keyCharacteristic: optionalText,
  requirement: optionalText,
  actual: optionalText,
  gage: optionalText,
  /** Holds that the plant's rule placed in the same act, where it did. */
  containment: z.optional(z.array(text)),
  /** The record about the same that is over: this one is its recurrence. */
  recurrenceOf: z.optional(text),
  link: text,
});
export type NcrDraft = z.output<typeof ncrDraft>;

/** Where a batch of evidence lies, how to know it, and of when it is: what a record is told of it. */
export const evidenceSaid = z.object({
  drop: text,
  uri: text,
  sha256: text,
  from: text,
  to: text,
});
export type EvidenceSaid = z.output<typeof evidenceSaid>;

/** A word to an NCR that is there already. */
export const ncrUpdate = z.object({
  v: z.literal(1),
  process: z.literal("NCR"),
  event: text,
  entry: z.object({ stream: text, seq: z.int(), hash: text }),
  by: text,
  at: text,
  text,
  evidence: z.optional(evidenceSaid),
});
export type NcrUpdate = z.output<typeof ncrUpdate>;

/** Of a word to any record: the batch that it tells of, if it does. */
export const evidenceUpdate = z.object({ evidence: z.optional(evidenceSaid) });

export const ncrPhoto = z.object({
  v: z.literal(1),
  process: z.literal("NCR"),
  entry: z.object({ stream: text, seq: z.int(), hash: text }),
  sha256: text,
  mediaType: text,
  bytes: z.int(),
  name: text,
  by: text,
  at: text,
});
export type NcrPhoto = z.output<typeof ncrPhoto>;

export const disposition = z.object({
  decision: z.enum(["rework", "repair", "use_as_is", "scrap", "return_to_supplier", "regrade"]),
  quantity: text.check(z.regex(/^\d{1,15}(\.\d{1,9})?$/)),
  designAuthority: optionalText,
  concession: optionalText,
});

/** A record of the QMS in our words, as the connector's mapping reads it. */
export const foreignRecord = z.object({
  externalId: text.check(z.minLength(1), z.maxLength(120)),
  number: text.check(z.minLength(1), z.maxLength(120)),
  /** The key we gave it, where it shows one. */
  key: optionalText,
  url: text.check(z.minLength(1), z.maxLength(500)),
  version: text.check(z.minLength(1), z.maxLength(120)),
  /** Null: a state that nobody has mapped. Shown as such; it releases nothing. */
  status: z.nullable(z.enum(qmsStatuses)),
  dispositions: z.array(disposition),
  /** Its words for decisions that nobody has mapped. Then none of its dispositions is here. */
  missingWords: z.optional(z.array(text)),
  /** What of ours it names, where the mapping reads that: so a record that was typed there is found. */
  about: z.optional(
    z.nullable(
      z.object({
        order: z.optional(optionalText),
        unit: z.optional(optionalText),
        title: z.optional(optionalText),
      }),
    ),
  ),
  /** When it was made there, as an instant. */
  createdAt: z.optional(optionalText),
});
export type ForeignRecord = z.output<typeof foreignRecord>;

/** All that has to be known of a record that was just made; the rest is read back. */
export const madeRecord = z.pick(foreignRecord, { externalId: true, number: true });

export const changesPage = z.object({
  items: z.array(z.object({ externalId: text, version: text })),
  cursor: text,
});
export type ChangesPage = z.output<typeof changesPage>;
