import * as z from "zod/mini";
import {
  blob,
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
  sha256,
  text,
  uuid,
  verdict,
  words,
} from "./parts.schema.ts";

/** What was asked for, what came out, and what it was measured with. */
const measurement = {
  readingId: uuid,
  field: fieldRef,
  characteristic: z.optional(characteristicRef),
  position: text,
  sample: count,
  retry: count,
  /** As recorded: a number, "pass" or "fail", "yes", or a choice's code. */
  value: text,
  valueLabel: z.optional(text),
  unit: z.optional(code),
  /** The smallest step that the value shows. */
  resolution: z.optional(decimal),
  limits: z.optional(limits),
  processLimits: z.optional(limits),
  /** The reading that the limits were derived from. */
  limitsFromReadingId: z.optional(uuid),
  verdict,
  gage: z.optional(gageRef),
};

/** What an entry of a gage says of it need not name it: its stream does. */
const gageOfStream = z.object({
  gageId: uuid,
  code: z.optional(text),
  type: z.optional(text),
  calibrationDueOn: z.optional(text),
});

const change = part(
  "Change",
  "What a value was and what it is",
  z.object({ member: text, before: z.optional(text), after: z.optional(text) }),
);

export const evidenceData = {
  "measurement.recorded": {
    ...measurement,
    source: text,
    confirmed: z.array(text),
    /** What a timer measured, from when to when. */
    timer: z.optional(z.object({ startedAt: instant, stoppedAt: instant })),
    /** The batch whose age it is. */
    batch: z.optional(z.object({ lot: text, mixedAt: instant })),
  },
  "measurement.corrected": {
    ...measurement,
    from: text,
    to: text,
    reason: words,
    approver: z.optional(person),
    evidence: z.optional(z.object({ photoId: z.optional(uuid), readingId: z.optional(uuid) })),
  },
  "measurement.rejudged": { ...measurement },
  "measurement.out_of_tolerance": {
    ...measurement,
    /** How far beyond the nearer limit; negative: below the least. */
    deviation: z.optional(decimal),
    retriesAllowed: z.optional(count),
  },
  "measurement.accepted_out_of_process_limit": { ...measurement, reason: words },

  "material.installed": installed.shape,
  "material.removed": {
    ...installed.shape,
    reason: words,
    condition: text,
    to: text,
  },
  "tool.used": { gage: gageRef, operationId: uuid },
  "gage.status_changed": {
    gage: gageOfStream,
    change: z.enum(["created", "changed", "calibrated", "quarantined"]),
    changes: z.array(change),
    reason: z.optional(words),
    /** What it had measured on this unit. */
    readingIds: z.optional(z.array(uuid)),
    certificate: z.optional(text),
    laboratory: z.optional(text),
    asFound: z.optional(text),
    asLeft: z.optional(text),
  },
  "gage.found_out_of_tolerance": {
    gage: gageOfStream,
    foundOn: text,
    asFound: text,
    comment: z.optional(words),
  },
  "evidence.attached": {
    kind: z.enum(["photo", "measurement_record"]),
    evidenceId: uuid,
    blob,
    field: z.optional(fieldRef),
    position: z.optional(text),
    defectId: z.optional(uuid),
  },
  "paper.transcribed": {
    blob,
    performedBy: person,
    performedAt: instant,
  },
  "integration.reconciled": {
    runId: uuid,
    connectorId: uuid,
    from: instant,
    to: instant,
    /** Could the other system say what it holds? */
    listed: z.boolean(),
    produced: count,
    accepted: count,
    lines: z.array(z.object({ kind: text, count })),
    /** Neither closed by a person nor the repetition of one that was. */
    unexplained: count,
    resultHash: sha256,
  },
  "record.exported": {
    batchId: uuid,
    /** Not there: by the plant's own schedule. */
    askedBy: z.optional(uuid),
    from: instant,
    to: instant,
    order: z.optional(text),
    part: z.optional(text),
    uri: text,
    /** Of its manifest.json, which has every other file's. */
    manifestHash: sha256,
    entries: count,
    events: count,
    readings: count,
    attachments: count,
  },
  "integration.tested": {
    runId: uuid,
    connectorId: uuid,
    process: text,
    mode: z.enum(["shadow", "live"]),
    passed: count,
    failed: count,
    notRun: count,
    /** Of the configuration that it was executed on. */
    flowHash: sha256,
    resultHash: sha256,
  },
  "integration.validated": {
    runId: uuid,
    connectorId: uuid,
    process: text,
    mode: z.enum(["shadow", "live"]),
    meaning: text,
    flowHash: sha256,
    resultHash: sha256,
  },
} as const;
