import * as z from "zod/mini";
import { buyoffTypes } from "#lib/instructions/schema";

/** What the published schemas say beside their shapes: a name of its own for each part, and words. */
export const said = z.registry<{ id?: string; description?: string }>();

/** A part with a name, so that the published schemas say it once. */
export function part<S extends z.ZodMiniType>(id: string, description: string, schema: S): S {
  said.add(schema, { id, description });
  return schema;
}

export const text = z.string();
export const count = z.int();
export const uuid = part("Uuid", "UUID (RFC 9562)", z.uuid());
export const instant = part(
  "Instant",
  "Instant in UTC with milliseconds",
  z.iso.datetime({ precision: 3 }),
);
export const sha256 = part(
  "Sha256",
  "SHA-256 as 64 lower-case hexadecimal digits",
  z.string().check(z.regex(/^[0-9a-f]{64}$/)),
);
export const decimal = part(
  "Decimal",
  "Decimal number as text, with the decimals that it was given with",
  z.string().check(z.regex(/^-?(0|[1-9]\d{0,14})(\.\d{1,9})?$/)),
);

export const code = part(
  "Code",
  "A code with the list that it is from; the label is for people",
  z.object({
    scheme: text,
    code: text,
    label: z.optional(text),
    schemeVersion: z.optional(text),
  }),
);

export const quantity = part(
  "Quantity",
  "A number of pieces or of a unit of measure; UCUM where the plant's unit has a code there",
  z.object({ value: text, unit: code }),
);

export const words = part(
  "Words",
  "Words that a person wrote, by their hash. The words are there where the receiver may have them and they were not disposed of",
  z.object({ sha256, text: z.optional(text) }),
);

export const person = part(
  "Person",
  "A person by id; the name and number of the card that the entry names, where the receiver may have them",
  z.object({
    personId: uuid,
    displayName: z.optional(text),
    employeeNo: z.optional(text),
  }),
);

export const blob = part(
  "Blob",
  "A file by its content's hash, and where it can be read",
  z.object({
    sha256,
    size: z.optional(count),
    mediaType: z.optional(text),
    name: text,
    uri: text,
    capturedAt: instant,
    deviceId: z.optional(uuid),
  }),
);

export const stepRef = part(
  "StepRef",
  "A step of the pinned revision, or an attempt at it",
  z.object({
    stepId: uuid,
    stepNumber: z.optional(text),
    title: z.optional(text),
    attempt: z.optional(count),
  }),
);

export const fieldRef = part(
  "FieldRef",
  "What a step collects, at how many places and how often at each",
  z.object({
    fieldId: uuid,
    kind: z.optional(text),
    label: z.optional(text),
    positions: z.optional(z.array(text)),
    samples: z.optional(count),
  }),
);

export const characteristicRef = part(
  "CharacteristicRef",
  "A requirement to verify, as the drawing numbers it",
  z.object({
    characteristicId: uuid,
    balloon: z.optional(text),
    name: z.optional(text),
    keyCharacteristic: z.optional(text),
    nominal: z.optional(decimal),
  }),
);

export const limits = part(
  "Limits",
  "Least and greatest value that are accepted, both included",
  z.object({ min: z.optional(decimal), max: z.optional(decimal) }),
);

export const gageRef = part(
  "GageRef",
  "The measuring equipment, with its due date as it was then",
  z.object({
    gageId: z.optional(uuid),
    code: text,
    type: z.optional(text),
    calibrationDueOn: z.optional(text),
  }),
);

export const verdict = part(
  "Verdict",
  "Of a value against its limits",
  z.enum(["in_limits", "out_of_process_limits", "out_of_limits", "no_limits"]),
);

export const buyoffType = part("BuyoffType", "Who accepts", z.enum(buyoffTypes));

export const severity = part(
  "Severity",
  "As proposed on the floor",
  z.enum(["minor", "major", "critical"]),
);

export const installed = part(
  "Installed",
  "A component at its place",
  z.object({
    installationId: uuid,
    field: fieldRef,
    position: text,
    find: text,
    partNumber: text,
    alternateFor: z.optional(text),
    serial: z.optional(text),
    lot: z.optional(text),
    /** Pieces, or "a/r" for as required. */
    quantity: text,
    expiresOn: z.optional(text),
  }),
);

const disposition = part(
  "Disposition",
  "What is to be done with how many",
  z.object({
    decision: z.enum(["rework", "repair", "use_as_is", "scrap", "return_to_supplier", "regrade"]),
    quantity: decimal,
    designAuthority: z.optional(text),
    concession: z.optional(text),
  }),
);
export const dispositions = z.array(disposition);

export const covered = part(
  "Covered",
  "Attempts at steps that a signature covers",
  z.array(stepRef),
);
