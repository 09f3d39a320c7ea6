import * as z from "zod/mini";
import { evidenceSaid, ncrDraft } from "./schema.ts";

const text = z.string();
const maybe = z.optional(text);

/** What every process document says: which entry it is from, on what, where, by whom and under which instruction. */
const about = {
  v: z.literal(1),
  title: text,
  event: text,
  eventId: text,
  entry: z.object({ stream: text, seq: z.int(), hash: text }),
  site: text,
  order: maybe,
  part: z.optional(z.object({ number: text, revision: text, name: maybe })),
  drawing: z.optional(z.object({ number: text, revision: text })),
  unit: maybe,
  quantity: maybe,
  instruction: z.optional(z.object({ number: text, revision: text, sha256: text })),
  operation: maybe,
  workCenter: maybe,
  step: maybe,
  station: maybe,
  shift: maybe,
  /** Not there: done by a rule, or the receiver may not know. */
  by: z.optional(z.object({ person: text, name: maybe, employeeNumber: maybe })),
  occurredAt: text,
  recordedAt: text,
  link: maybe,
  /** The record about the same that is over. */
  recurrenceOf: maybe,
};

export const departures = [
  "skipped",
  "deferred",
  "out_of_sequence",
  "timer",
  "batch_age",
  "late_entry",
  "process_limit",
  "redo",
  "waiver",
  "witness_passed",
  "failed_step",
] as const;

export const deviationDocument = z.object({
  ...about,
  process: z.literal("DEVIATION"),
  departure: z.enum(departures),
  reason: maybe,
  permit: maybe,
  /** What was asked for, and what was. */
  expected: maybe,
  actual: maybe,
});

export const capaDocument = z.object({
  ...about,
  process: z.literal("CAPA_CANDIDATE"),
  signal: text,
  /** What to count alike: the same signal of the same thing. */
  pattern: text,
  detail: maybe,
});

export const trainingDocument = z.object({
  ...about,
  process: z.literal("TRAINING_USAGE"),
  use: z.enum(["worked", "supervised", "cosigned", "signed", "waived", "presented"]),
  qualifications: z.array(
    z.object({ code: text, result: maybe, validUntil: maybe, waiver: maybe, trainer: maybe }),
  ),
});

export const auditDocument = z.object({
  ...about,
  process: z.literal("AUDIT_EVIDENCE"),
  subject: text,
  integrity: z.object({ previousHash: maybe, hash: text }),
  blobs: z.array(z.object({ sha256: text, name: text, uri: text })),
});

export const inspectionDocument = z.object({
  ...about,
  process: z.literal("INSPECTION_RESULT"),
  characteristic: maybe,
  balloon: maybe,
  keyCharacteristic: maybe,
  position: maybe,
  sample: z.int(),
  retry: z.int(),
  nominal: maybe,
  min: maybe,
  max: maybe,
  value: text,
  unit: z.optional(z.object({ scheme: text, code: text, label: maybe })),
  verdict: text,
  gage: z.optional(z.object({ code: text, calibrationDueOn: maybe })),
});

export const signalDocument = z.object({
  ...about,
  process: z.literal("CONFORMANCE_SIGNAL"),
  signal: text,
  detail: maybe,
});

export const mesDocument = z.object({
  ...about,
  process: z.literal("MES_CONFIRM"),
  confirms: z.enum([
    "released",
    "started",
    "step_completed",
    "held",
    "resumed",
    "completed",
    "accepted",
    "scrapped",
    "closed_short",
    "quantity",
  ]),
  accepted: maybe,
  scrapped: maybe,
  durationSeconds: maybe,
});

export const holdDocument = z.object({
  ...about,
  process: z.literal("HOLD_NOTICE"),
  state: z.enum(["placed", "released"]),
  hold: maybe,
  scope: maybe,
  subject: maybe,
  reason: maybe,
  owner: maybe,
  comment: maybe,
  ncr: maybe,
  byRule: z.optional(z.boolean()),
});

/** A word to a record of another process that is there already. */
export const processUpdate = z.object({
  v: z.literal(1),
  process: text,
  event: text,
  entry: z.object({ stream: text, seq: z.int(), hash: text }),
  by: text,
  at: text,
  text,
  /** The new event in full, where the rule folds by update. */
  document: z.optional(z.unknown()),
  evidence: z.optional(evidenceSaid),
});
export type ProcessUpdate = z.output<typeof processUpdate>;

/** What each process is told when a record of it is opened. */
export const documentOf = {
  NCR: ncrDraft,
  DEVIATION: deviationDocument,
  CAPA_CANDIDATE: capaDocument,
  TRAINING_USAGE: trainingDocument,
  AUDIT_EVIDENCE: auditDocument,
  INSPECTION_RESULT: inspectionDocument,
  CONFORMANCE_SIGNAL: signalDocument,
  MES_CONFIRM: mesDocument,
  HOLD_NOTICE: holdDocument,
} as const;
export type DocumentedProcess = keyof typeof documentOf;
export type ProcessDocument = {
  [P in DocumentedProcess]: z.output<(typeof documentOf)[P]>;
}[DocumentedProcess];
