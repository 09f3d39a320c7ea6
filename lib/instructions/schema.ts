import * as z from "zod/mini";
import { canonicalSha256 } from "#lib/kit/canonical";
import { DECIMAL } from "#lib/kit/decimal";

/** Words for a person, in the languages the author gave. English is always there. */
const localized = z.object({ en: z.string(), es: z.optional(z.string()) });
export type Localized = z.output<typeof localized>;

const decimal = z.string().check(z.regex(DECIMAL, "a decimal as text, such as 12.030"));

export const roles = [
  "operator",
  "inspector",
  "supervisor",
  "quality",
  "manufacturing_engineer",
  "administrator",
  "integrator",
  "customer",
] as const;
const role = z.enum(roles);
export type Role = (typeof roles)[number];

/** A requirement to verify, as the drawing numbers it. Kept across revisions by `id`. */
const characteristic = z.object({
  id: z.uuid(),
  balloon: z.string(),
  name: localized,
  /** Key characteristic number (AS9103), such as KC-1. */
  key: z.optional(z.string()),
  nominal: z.optional(decimal),
  unit: z.optional(z.string()),
  /** Under statistical process control. */
  spc: z.optional(z.boolean()),
});

/** Where a value that another one is derived from is found: same traveler, this field and position. */
const readingRef = z.object({ field: z.uuid(), position: z.string() });

const limits = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("fixed"), min: z.optional(decimal), max: z.optional(decimal) }),
  /** min = reading + nominal − minus, max = reading + nominal + plus; same unit, position and attempt. */
  z.object({
    kind: z.literal("calculated"),
    from: z.uuid(),
    nominal: decimal,
    minus: decimal,
    plus: decimal,
  }),
]);

/** Limits tighter than the drawing, which the named role may accept beyond, with a reason. */
const processLimits = z.object({
  min: z.optional(decimal),
  max: z.optional(decimal),
  acceptBy: role,
});

const fieldBase = {
  id: z.uuid(),
  label: localized,
  required: z.boolean(),
  /** Places on the unit at which the value is taken, such as bolts "1" to "4". At least one. */
  positions: z.array(z.string()).check(z.minLength(1)),
};

/** Raised by itself when a maximum is exceeded. */
const raisesDefect = {
  defectCode: z.optional(z.string()),
  severity: z.optional(z.enum(["minor", "major", "critical"])),
};

export const field = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("measurement"),
    ...fieldBase,
    characteristic: z.uuid(),
    unit: z.string(),
    samples: z.int().check(z.positive()),
    limits: z.optional(limits),
    process: z.optional(processLimits),
    gageType: z.optional(z.string()),
    /** The smallest step the gage must show; the keypad asks when fewer decimals are typed. */
    resolution: z.optional(decimal),
    /** Approved exception to the 1/10 resolution and 1/4 uncertainty rules, with its reference. */
    gageException: z.optional(z.string()),
    /** How often a reading may be taken again before buyoff without becoming a nonconformance. */
    retriesMax: z.int().check(z.nonnegative()),
    /** Value = minuend − subtrahend, per position; then nobody types it. */
    difference: z.optional(
      z.record(z.string(), z.object({ minuend: readingRef, subtrahend: readingRef })),
    ),
  }),
  z.object({
    kind: z.literal("count"),
    ...fieldBase,
    min: z.optional(decimal),
    max: z.optional(decimal),
    /** Tools of a kit that come to the unit or leave it: both counts and the transfers must agree. */
    tools: z.optional(z.object({ kit: z.string(), direction: z.enum(["in", "out"]) })),
  }),
  /** Pass or fail by eye, recorded as "pass" or "fail"; "fail" needs a defect. */
  z.object({ kind: z.literal("attribute"), ...fieldBase, characteristic: z.optional(z.uuid()) }),
  z.object({
    kind: z.literal("choice"),
    ...fieldBase,
    options: z.array(z.object({ value: z.string(), label: localized })),
  }),
  z.object({
    kind: z.literal("text"),
    ...fieldBase,
    lengthMax: z.int(),
    /** The scanned text must be this traveler's own order number or unit. */
    matches: z.optional(z.enum(["order", "unit"])),
  }),
  z.object({ kind: z.literal("photo"), ...fieldBase, photosMin: z.int() }),
  z.object({
    kind: z.literal("component"),
    ...fieldBase,
    find: z.string(),
    part: z.string(),
    partRevision: z.optional(z.string()),
    alternates: z.array(z.string()),
    trace: z.enum(["serial", "lot"]),
    /** Pieces per position; "a/r" for as required. */
    quantity: z.string(),
    expires: z.boolean(),
    /** Self-locking nuts, over-torqued bolts: once removed, never installed again. */
    singleUse: z.optional(z.boolean()),
  }),
  z.object({ kind: z.literal("gage"), ...fieldBase, gageType: z.string() }),
  z.object({
    kind: z.literal("timer"),
    ...fieldBase,
    characteristic: z.optional(z.uuid()),
    minSeconds: z.optional(z.int()),
    maxSeconds: z.optional(z.int()),
    ...raisesDefect,
  }),
  z.object({ kind: z.literal("acknowledgement"), ...fieldBase }),
  z.object({
    kind: z.literal("measurement_record"),
    ...fieldBase,
    formats: z.array(z.string()),
    /** Its readings: those of these characteristics. */
    characteristics: z.optional(z.array(z.uuid())),
  }),
  /** Starts, or joins, a clock of the mixed batch; it runs for every unit that uses the batch. */
  z.object({
    kind: z.literal("batch_clock"),
    ...fieldBase,
    clock: z.string(),
    /** What is mixed; its lot must be in stock and not expired. */
    part: z.optional(z.string()),
    alternates: z.optional(z.array(z.string())),
    /** The tablet warns 15 minutes before a maximum is over. */
    minMinutes: z.optional(z.int()),
    maxMinutes: z.optional(z.int()),
    ...raisesDefect,
  }),
  /** The age of a batch clock, read at this moment and judged. */
  z.object({
    kind: z.literal("clock_age"),
    ...fieldBase,
    /** The batch_clock field that started it. */
    from: z.uuid(),
    characteristic: z.optional(z.uuid()),
    minMinutes: z.optional(z.int()),
    maxMinutes: z.optional(z.int()),
    ...raisesDefect,
  }),
]);
export type Field = z.output<typeof field>;

export const buyoffTypes = [
  "operator",
  "second_operator",
  "inspection",
  "quality",
  "customer",
  "government",
] as const;

const buyoffRequirement = z.object({
  id: z.uuid(),
  type: z.enum(buyoffTypes),
  /** What the signer says by signing (21 CFR 11.50 (a)(3)). */
  meaning: localized,
  role,
  qualifications: z.array(z.string()),
  stamp: z.boolean(),
  presence: z.enum(["at_unit", "remote"]),
  /** Work may not pass until this party buys off. */
  holdPoint: z.boolean(),
  /** Work may pass this many minutes after the inspection call. */
  witnessNoticeMinutes: z.optional(z.int()),
  /** May be signed before the server can verify it; never for hold points and key characteristics. */
  offline: z.boolean(),
  /** Who holds this delegation and its stamp may accept their own work here. */
  selfVerification: z.optional(z.string()),
  /** Asked only of units whose serial number ends so. */
  serialEndsWith: z.optional(z.array(z.string())),
});
export type BuyoffRequirement = z.output<typeof buyoffRequirement>;

const departure = z.object({ by: role });

const step = z.object({
  id: z.uuid(),
  /** As printed: 060.3 */
  number: z.string(),
  title: localized,
  text: localized,
  calls: z.array(z.object({ kind: z.enum(["note", "caution", "warning"]), text: localized })),
  media: z.array(
    z.object({
      /** A drawing in `public/`, or the SHA-256 of a stored picture. */
      src: z.string(),
      alt: localized,
      caption: z.optional(localized),
    }),
  ),
  /** Who records here performs the work, or only looks at it. Decides who may accept it. */
  work: z.enum(["production", "inspection"]),
  qualifications: z.array(z.string()),
  fields: z.array(field),
  /** An ordered chain: a step with one is a buyoff step and covers the operation since the last. */
  buyoffs: z.array(buyoffRequirement),
  skip: z.optional(departure),
  notApplicable: z.optional(departure),
  /** Steps that can't be seen any more once this one is done. */
  buries: z.array(z.uuid()),
  /** Done faster than this is a signal about the step. */
  plausibleMinSeconds: z.optional(z.int()),
  /** Work waits for a batch clock, or ends with it, such as no weighing before the sealant is tack-free. */
  clocks: z.optional(
    z.array(
      z.object({
        /** The batch_clock field that started it. */
        field: z.uuid(),
        afterMinutes: z.optional(z.int()),
        withinMinutes: z.optional(z.int()),
      }),
    ),
  ),
});
export type Step = z.output<typeof step>;

const operation = z.object({
  id: z.uuid(),
  number: z.string(),
  title: localized,
  workCenter: z.string(),
  qualifications: z.array(z.string()),
  sequence: z.enum(["strict", "free"]),
  /** Who may let work depart from a strict sequence here; each departure is recorded. */
  departure: z.optional(departure),
  steps: z.array(step).check(z.minLength(1)),
  /** The chain of an operation without a buyoff step, signed after its last step. */
  buyoffs: z.array(buyoffRequirement),
});
export type Operation = z.output<typeof operation>;

/** One revision of an instruction, whole. Its canonical JSON is what is approved, pinned and hashed. */
export const instructionContent = z.object({
  schema: z.literal(1),
  number: z.string(),
  /** A number in two digits, so that nobody takes it for a drawing revision. */
  revision: z.string().check(z.regex(/^\d{2,}$/)),
  title: localized,
  part: z.object({
    number: z.string(),
    revision: z.string(),
    name: localized,
    drawing: z.object({ number: z.string(), revision: z.string() }),
  }),
  /** Between operations; within one, its own `sequence`. */
  sequence: z.enum(["strict", "free"]),
  characteristics: z.array(characteristic),
  operations: z.array(operation).check(z.minLength(1)),
});
export type InstructionContent = z.output<typeof instructionContent>;

export const contentSha256 = (content: InstructionContent): string => canonicalSha256(content);
