import * as z from "zod/mini";
import { qualificationsUsed } from "./envelope.schema.ts";
import {
  blob,
  buyoffType,
  characteristicRef,
  code,
  count,
  covered,
  dispositions,
  fieldRef,
  gageRef,
  instant,
  limits,
  part,
  person,
  quantity,
  severity,
  sha256,
  stepRef,
  text,
  uuid,
  words,
} from "./parts.schema.ts";

const signature = {
  signatureId: uuid,
  operationId: uuid,
  requirementId: uuid,
  type: buyoffType,
  /** What the signer says by signing. */
  meaning: text,
  signer: person,
  stamp: z.optional(text),
  method: text,
  /** SHA-256 of exactly what was shown and signed. */
  recordHash: sha256,
  covers: covered,
};

const scope = part(
  "HoldScope",
  "What the hold stops",
  z.object({
    kind: z.enum([
      "traveler",
      "operation",
      "step",
      "unit",
      "lot",
      "order",
      "part_revision",
      "station",
      "gage",
      "site",
    ]),
    subject: z.optional(text),
  }),
);

const qmsRecord = {
  connector: text,
  externalId: text,
  number: text,
  status: text,
  url: text,
  version: text,
};

const signalled = part(
  "Signal",
  "A departure from the plan, by the sequence of its entry",
  z.object({ seq: count, kind: z.optional(text), stepId: z.optional(uuid) }),
);

export const qualityData = {
  "step.signed_off": signature,
  "step.cosigned": {
    /** An acceptance, or the trainer's signature under an apprentice's attempt. */
    kind: z.enum(["acceptance", "trainer"]),
    signatureId: z.optional(uuid),
    operationId: z.optional(uuid),
    requirementId: z.optional(uuid),
    type: z.optional(buyoffType),
    meaning: z.optional(text),
    signer: person,
    stamp: z.optional(text),
    method: z.optional(text),
    recordHash: sha256,
    covers: covered,
    /** Who performed the covered production steps; the rules refuse a signer among them. */
    performers: z.array(person),
  },
  "signature.declined": {
    signatureId: uuid,
    operationId: uuid,
    requirementId: uuid,
    type: buyoffType,
    meaning: text,
    signer: person,
    reason: words,
  },
  "signature.voided": { signatureId: uuid, cause: text, reason: z.optional(words) },
  "signature.verified": { signatureId: uuid },
  "signature.rejected": {
    signatureId: z.optional(uuid),
    cause: text,
    recordHash: z.optional(sha256),
  },

  "defect.logged": {
    defectId: uuid,
    code,
    severity,
    quantityAffected: quantity,
    description: z.optional(words),
    location: z.optional(text),
    position: z.optional(text),
    field: z.optional(fieldRef),
    characteristic: z.optional(characteristicRef),
    readingId: z.optional(uuid),
    requirement: z.object({
      text: z.optional(text),
      limits: z.optional(limits),
      unit: z.optional(code),
    }),
    actual: z.optional(z.object({ value: text, unit: z.optional(code) })),
    gage: z.optional(gageRef),
    /** Placed by the plant's rule in the same act. */
    containment: z.array(z.object({ holdId: uuid, scope, reason: code })),
    photos: z.array(blob),
  },
  "defect.amended": {
    defectId: uuid,
    code: z.optional(code),
    severity: z.optional(severity),
    quantityAffected: z.optional(quantity),
    location: z.optional(text),
    description: z.optional(words),
  },
  "defect.withdrawn": { defectId: uuid, code: z.optional(code), reason: words },
  "defect.closed": { defectId: uuid, code: z.optional(code), verification: words },
  "qms_record.linked": { defectId: uuid, process: text, ...qmsRecord },
  "disposition.received": {
    defectId: uuid,
    from: z.enum(["qms", "hand"]),
    ncrNumber: text,
    dispositions,
    evidence: z.optional(sha256),
    reason: z.optional(words),
  },
  "hold.placed": {
    holdId: uuid,
    scope,
    reason: z.optional(code),
    owner: z.optional(text),
    defectId: z.optional(uuid),
    comment: z.optional(words),
    byRule: z.boolean(),
  },
  "hold.released": {
    holdId: z.optional(uuid),
    scope: z.optional(scope),
    basis: z.optional(text),
    comment: words,
    defectId: z.optional(uuid),
    ncrNumber: z.optional(text),
    evidence: z.optional(sha256),
  },
  "rework.started": {
    reworkId: uuid,
    defectId: uuid,
    label: text,
    loop: count,
    ncrNumber: z.optional(text),
    steps: z.array(z.object({ ...stepRef.shape, positions: z.optional(z.array(text)) })),
    voidedReadingIds: z.array(uuid),
    voidedSignatureIds: z.array(uuid),
  },
  "rework.completed": { reworkId: uuid, defectId: uuid, label: z.optional(text) },

  "qualification.used": { qualifications: qualificationsUsed },
  "qualification.override": {
    waiverId: uuid,
    person: person,
    qualification: text,
    reason: z.optional(words),
    validUntil: z.optional(instant),
    requestedBy: z.optional(person),
    grantedBy: person,
    recordHash: sha256,
  },
  "qualification.override_requested": {
    waiverId: uuid,
    person: person,
    qualification: text,
    reason: words,
    validUntil: instant,
    requestedBy: person,
    recordHash: sha256,
  },
  "qualification.override_revoked": { waiverId: uuid, reason: words },

  "revision.made_effective": { number: text, revision: text, contentHash: sha256 },
  "revision.migrated": {
    fromContentHash: sha256,
    toContentHash: sha256,
    reason: words,
  },
  "redline.proposed": { redlineId: uuid, text: words },
  "redline.approved": { redlineId: uuid },
  "redline.dropped": { redlineId: uuid, reason: words },

  "command.refused": {
    /** The rules said no on the tablet, or on the server: then nothing of it was applied. */
    where: z.enum(["tablet", "server"]),
    command: text,
    refusal: text,
    commandSha256: z.optional(sha256),
    /** Done at a tablet before the server refused it: quality looks at both sides. */
    conflict: z.optional(z.boolean()),
    /** Of a tablet that is not believed any more: kept, and decided by nobody yet. */
    quarantined: z.optional(z.boolean()),
  },
  "record.viewed_for_audit": { purpose: words },
  "signal.reviewed": { signals: z.array(signalled), note: words },
  /** Server's clock minus the tablet's from here on; and by how much the tablet's was set meanwhile. */
  "clock.skew_detected": { skewMs: count, jumpMs: z.optional(count) },
  "revision.superseded_in_use": { revision: text, since: instant },
  "device.gap_detected": {
    kind: z.enum(["missing", "restarted", "forked", "wiped"]),
    /** By the tablet's own count of its acts. */
    expected: count,
    received: z.optional(count),
  },
} as const;
