import * as z from "zod/mini";
import { DECIMAL } from "#lib/kit/decimal";
import { protocols } from "./protocol.rules.ts";

const id = z.uuid();
const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const decimal = z.string().check(z.regex(DECIMAL));
/** The record has one text for each value: NFC, and no half characters. */
const wholeCharacters = z.refine<string>(
  (text) => text.isWellFormed(),
  "text holds half a character",
);
const words = (max: number) =>
  z.string().check(z.normalize("NFC"), wholeCharacters, z.minLength(1), z.maxLength(max));
/** Why, in the person's own words. Stored beside the record and bound to it by hash. */
export const reason = words(1000);
const code = words(60);
const instant = z.iso.datetime({ precision: 3 });

/** Something that was done earlier than it is recorded, said to be so (rule 16). */
const late = z.optional(z.object({ claimedAt: instant, reason }));
const lateAct = z.enum(["startStep", "completeStep", "recordReading", "installComponent"]);
export type LateAct = z.output<typeof lateAct>;
const place = { step: id, field: id, position: words(40) };
const positions = z.nullable(z.array(words(40)));
const holdScope = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("traveler") }),
  z.object({ kind: z.literal("operation"), operation: id }),
  z.object({ kind: z.literal("step"), step: id }),
]);
const severity = z.enum(["minor", "major", "critical"]);
const disposition = z.object({
  decision: z.enum(["rework", "repair", "use_as_is", "scrap", "return_to_supplier", "regrade"]),
  quantity: decimal,
  designAuthority: z.nullable(words(120)),
  concession: z.nullable(words(120)),
});
const qmsStatus = z.enum(["open", "contained", "dispositioned", "closed", "void", "merged"]);

/**
 * What each command says. The wire is additive: a command gains optional members, a member never
 * changes, so that a tablet one version behind keeps working. All commands of the wire are here;
 * those whose rules come later are refused with `command_not_available`.
 */
export const commandBodies = {
  splitTraveler: z.object({
    child: id,
    quantity: decimal,
    reason,
    /** Open defects of the pieces that leave: they and their holds go with the child. */
    defects: z.optional(z.array(id)),
    /** The pieces that leave, where they have serial numbers already. */
    serials: z.optional(z.array(words(60))),
    /** The pieces that leave are held at once, for one of the plant's reasons. */
    hold: z.optional(z.object({ hold: id, reason: code })),
  }),
  mergeTravelers: z.object({ from: z.array(id), reason }),
  accountQuantity: z.object({ accepted: decimal, scrapped: decimal, transferredOut: decimal }),
  assignSerials: z.object({ serials: z.array(words(60)) }),
  completeTraveler: z.object({}),
  acceptTraveler: z.object({}),
  cancelTraveler: z.object({ reason }),
  scrapTraveler: z.object({ defect: id, identification: words(200), segregation: words(200) }),

  presentStep: z.object({ step: id, language: z.enum(["en", "es"]) }),
  startStep: z.object({
    step: id,
    late,
    /** The person was shown what was amended under the work that this step covers. */
    buried: z.optional(z.literal("seen")),
  }),
  pauseStep: z.object({ step: id, reason: code }),
  resumeStep: z.object({ step: id }),
  completeStep: z.object({ step: id, late }),
  failStep: z.object({ step: id, reason }),
  skipStep: z.object({ step: id, reason, permit: z.nullable(words(120)) }),
  markStepNotApplicable: z.object({ step: id, reason, permit: z.nullable(words(120)) }),
  deferStep: z.object({ step: id, to: id, reason }),
  reopenStep: z.object({ step: id, reason }),
  departSequence: z.object({ step: id, reason }),
  /** A trainer, the second person, is at the unit for an apprentice's attempt at a step. */
  superviseStep: z.object({ step: id, contentSha256: hash }),
  /** The trainer co-signs what was recorded in it. */
  cosignStep: z.object({ step: id, contentSha256: hash }),

  recordReading: z.object({
    ...place,
    sample: z.int().check(z.positive()),
    /** Decimal text for numbers; "pass"/"fail", "yes", a choice's value or text for the others. */
    value: z.string().check(z.normalize("NFC"), wholeCharacters, z.maxLength(2000)),
    source: z.enum(["keypad", "tap", "scan", "device", "calculated"]),
    /** What the person was asked and confirmed before it was recorded. */
    confirmed: z.array(z.enum(["fewer_decimals", "out_of_limits"])),
    late,
  }),
  amendReading: z.object({
    reading: id,
    value: z.string().check(z.normalize("NFC"), wholeCharacters, z.maxLength(2000)),
    reason,
    /** A photo, or the reading of the measurement taken again, that shows the new value is right. */
    evidence: z.nullable(z.object({ photo: z.nullable(id), reading: z.nullable(id) })),
  }),
  acceptReadingOutOfProcessLimit: z.object({ reading: id, reason }),
  attachMeasurementRecord: z.object({
    ...place,
    name: words(200),
    sha256: hash,
    /** Where it lies; null: the file itself is sent. */
    uri: z.nullable(words(500)),
    mediaType: z.nullable(words(100)),
    bytes: z.nullable(z.int().check(z.positive())),
  }),
  attachPhoto: z.object({
    photo: id,
    sha256: hash,
    mediaType: z.enum(["image/jpeg", "image/png", "image/webp"]),
    bytes: z.int().check(z.positive()),
    step: z.nullable(id),
    field: z.nullable(id),
    position: z.nullable(words(40)),
    defect: z.nullable(id),
  }),
  addNote: z.object({ step: z.nullable(id), text: reason }),

  installComponent: z.object({
    ...place,
    part: words(60),
    serial: z.nullable(words(60)),
    lot: z.nullable(words(60)),
    quantity: words(20),
    late,
  }),
  removeComponent: z.object({
    installation: id,
    reason,
    condition: z.enum(["serviceable", "suspect", "scrap"]),
    to: words(120),
  }),
  selectGage: z.object({ operation: id, gage: words(60) }),
  quarantineGage: z.object({ gage: words(60), reason }),
  startBatchClock: z.object({ step: id, field: id, lot: words(60), mixedAt: instant }),
  startTimer: z.object({ ...place }),
  stopTimer: z.object({
    ...place,
    /** It ended before its minimum, and the person said that it really did. */
    confirmed: z.optional(z.array(z.literal("out_of_limits"))),
  }),
  /** How old a batch is at this moment. */
  readClock: z.object({ ...place }),
  /** Tools that came to the unit or left it between the counts. */
  transferTools: z.object({
    kit: words(60),
    quantity: decimal,
    direction: z.enum(["in", "out"]),
    /** The unit, kit or place on the other side. */
    counterpart: words(120),
    reason,
  }),

  /** `takeOver` names the tablet that has it now, as it was shown to whoever takes it. */
  checkOutTraveler: z.object({ takeOver: z.optional(z.object({ from: id, reason })) }),
  checkInTraveler: z.object({}),

  callInspection: z.object({ call: id, operation: id }),
  acknowledgeInspection: z.object({ call: id, arrived: z.boolean() }),
  requestAssistance: z.object({ step: z.nullable(id), category: code }),
  noteHandover: z.object({ text: reason }),

  signBuyoff: z.object({
    operation: id,
    step: z.nullable(id),
    requirement: id,
    /** SHA-256 of what the signer saw: `buyoffContent` of the same state. */
    contentSha256: hash,
  }),
  /** The party that was invited has not come within its notice time: the work goes on without it. */
  passWitness: z.object({ operation: id, step: z.nullable(id), requirement: id }),
  /** What a signature given without a network came to; by the server alone, once the tablet has sent the box. */
  verifyBuyoff: z.object({ buyoff: id }),
  declineBuyoff: z.object({ operation: id, step: z.nullable(id), requirement: id, reason }),
  voidBuyoff: z.object({ buyoff: id, reason }),

  logDefect: z.object({
    defect: id,
    code,
    severity,
    quantity: decimal,
    step: z.nullable(id),
    field: z.nullable(id),
    position: z.nullable(words(40)),
    reading: z.nullable(id),
    location: z.nullable(words(200)),
    comment: z.nullable(reason),
  }),
  updateDefect: z.object({
    defect: id,
    severity: z.optional(severity),
    quantity: z.optional(decimal),
    location: z.optional(words(200)),
    comment: z.optional(reason),
  }),
  withdrawDefect: z.object({ defect: id, reason }),
  closeDefect: z.object({ defect: id, verification: reason }),
  linkQmsRecord: z.object({
    defect: id,
    process: z.literal("NCR"),
    connector: words(60),
    externalId: words(120),
    number: words(120),
    status: qmsStatus,
    url: words(500),
    version: words(120),
  }),
  receiveDisposition: z.object({
    defect: id,
    from: z.enum(["qms", "hand"]),
    ncr: words(120),
    dispositions: z.array(disposition).check(z.minLength(1)),
    /** By hand: the attached disposition document and why it was typed in. */
    evidence: z.nullable(hash),
    reason: z.nullable(reason),
  }),

  placeHold: z.object({ hold: id, scope: holdScope, reason: code, comment: z.nullable(reason) }),
  releaseHold: z.object({
    hold: id,
    comment: reason,
    /** The QMS is down: NCR number and attached disposition, by quality, reconciled later. */
    byHand: z.nullable(z.object({ ncr: words(120), evidence: hash })),
  }),
  startRework: z.object({
    rework: id,
    defect: id,
    steps: z.array(z.object({ step: id, positions })).check(z.minLength(1)),
  }),
  completeRework: z.object({ rework: id }),

  requestWaiver: z.object({
    waiver: id,
    person: id,
    qualification: code,
    reason,
    validUntil: instant,
    /** Of `waiverContent`: what both sign. */
    contentSha256: hash,
  }),
  grantWaiver: z.object({ waiver: id, contentSha256: hash }),
  revokeWaiver: z.object({ waiver: id, reason }),
  /** Quality has looked at these departures from the plan, by the sequence of their entries. */
  reviewSignals: z.object({
    signals: z.array(z.int().check(z.positive())).check(z.minLength(1)),
    note: reason,
  }),
  changeRevision: z.object({ contentSha256: hash, reason }),
  proposeRedline: z.object({ redline: id, step: id, text: reason }),
  approveRedline: z.object({ redline: id }),
  dropRedline: z.object({ redline: id, reason }),
  attachPaperEvidence: z.object({ step: id, sha256: hash, performedBy: id, performedAt: instant }),
  viewRecordForAudit: z.object({ purpose: reason }),
  /** A refusal by the rules on the tablet, kept as evidence. */
  recordRefusedAttempt: z.object({
    command: code,
    refusal: code,
    params: z.record(z.string(), z.string()),
  }),
} as const;

export type CommandType = keyof typeof commandBodies;
export type CommandBody<T extends CommandType> = z.output<(typeof commandBodies)[T]>;

/** A command as the rules see it. */
export type Command = {
  [T in CommandType]: { id: string; type: T; body: CommandBody<T> };
}[CommandType];

/**
 * What a tablet sends for each act. Times, sequence and hashes are evidence of what the tablet saw;
 * the server decides on the present state.
 */
export const envelopeSchema = z.object({
  v: z.literal(1),
  /** UUIDv7 made on the tablet: the command is applied once under it, whatever is sent twice. */
  id,
  device: id,
  /** Counts this tablet's commands from 1; a gap shows a wiped or rolled-back tablet. */
  deviceSeq: z.int().check(z.positive()),
  /** SHA-256 of this tablet's command before it; null for its first. */
  devicePrev: z.nullable(hash),
  traveler: id,
  expects: z.object({
    revision: z.string(),
    contentSha256: hash,
    seq: z.int(),
    /** Server's time of the last whole picture that the tablet had of the unit. */
    asOf: z.optional(instant),
  }),
  type: z.string(),
  body: z.unknown(),
  person: id,
  auth: z.object({
    /** Server-signed: this person, at this device, with these roles, until then. */
    grant: z.string().check(z.maxLength(4000)),
    /** Single use, from POST /api/sign, for the content that the command names. */
    proof: z.optional(id),
    /**
     * Instead of a proof, without a network: the box with badge and PIN that the tablet sends once all else is
     * sent, and the key of the server that it is sealed to.
     */
    sealed: z.optional(z.object({ sha256: hash, key: words(40) })),
    /** A second person at the same tablet, where the act needs one. */
    second: z.optional(z.object({ person: id, proof: id })),
  }),
  at: z.object({
    wall: instant,
    /** Milliseconds since the browser started; tells an adjusted clock from passing time. */
    monotonic: z.int(),
    bootId: id,
    lastServerContact: z.nullable(instant),
    /** Server clock minus tablet clock at the last contact, in milliseconds. */
    skew: z.int(),
    /** By how much that may be wrong at the act, in milliseconds. */
    uncertainty: z.optional(z.int().check(z.nonnegative())),
    /** How far the wall clock went beyond the monotonic one since then; null: started again between. */
    step: z.optional(z.nullable(z.int())),
  }),
  blobs: z.array(hash),
});
export type Envelope = z.output<typeof envelopeSchema>;

/** Of a batch before anything else of it is read. */
export const protocolSchema = z.object({ protocol: z.int() });

/** Parsed in two steps, so that one command that can't be read doesn't lose its neighbours. */
export const batchSchema = z.object({
  protocol: z.int().check(z.gte(protocols.oldest), z.lte(protocols.newest)),
  /** The tablet's clocks when it was sent; since protocol 2. */
  clock: z.optional(z.object({ wall: instant, monotonic: z.int(), bootId: id })),
  commands: z.array(z.unknown()).check(z.minLength(1), z.maxLength(50)),
});

export function parseBody(type: string, body: unknown): Omit<Command, "id"> | null {
  if (!Object.hasOwn(commandBodies, type)) return null;
  const parsed = commandBodies[type as CommandType].safeParse(body);
  return parsed.success ? ({ type, body: parsed.data } as Omit<Command, "id">) : null;
}

const limits = z.nullable(z.object({ min: z.nullable(z.string()), max: z.nullable(z.string()) }));
const gageAsUsed = z.object({ id, code: z.string(), calibrationDueOn: z.string() });
const localized = z.object({ en: z.string(), es: z.optional(z.string()) });

/** What happened, as the record keeps it. Texts are hashes; names are ids. Additive, like commands. */
export const eventBodies = {
  "traveler.released": z.object({
    traveler: id,
    site: id,
    workOrder: z.string(),
    part: z.object({ number: z.string(), revision: z.string() }),
    unit: z.object({
      serial: z.nullable(z.string()),
      lot: z.nullable(z.string()),
      quantity: z.string(),
    }),
    revision: z.object({
      instruction: id,
      number: z.string(),
      revision: z.string(),
      contentSha256: hash,
    }),
    operations: z.array(z.object({ id, number: z.string(), steps: z.array(id) })),
  }),
  "traveler.completed": z.object({}),
  "traveler.accepted": z.object({}),
  "traveler.cancelled": z.object({ reason: hash }),
  /** Until then by the server's clock. `from`: the tablet that it was taken over from, and why. */
  "traveler.checked_out": z.object({
    device: id,
    tablet: z.string(),
    station: z.string(),
    until: instant,
    from: z.nullable(id),
    reason: z.nullable(hash),
  }),
  "traveler.checked_in": z.object({ device: id }),
  "traveler.scrapped": z.object({
    defect: id,
    identification: z.string(),
    segregation: z.string(),
  }),
  "step.presented": z.object({ step: id, requirementHash: hash, language: z.string() }),
  "step.started": z.object({
    step: id,
    /** Amended readings under the work that the step covers, which the person was shown. */
    buried: z.optional(z.array(id)),
  }),
  "step.completed": z.object({ step: id, attempt: z.int() }),
  /** A signal about the step and its plan, never about a person. */
  "step.implausibly_fast": z.object({
    step: id,
    attempt: z.int(),
    seconds: z.int(),
    plausibleMinSeconds: z.int(),
  }),
  "step.supervised": z.object({
    step: id,
    attempt: z.int(),
    trainer: id,
    /** What the apprentice doesn't hold and the trainer does. */
    qualifications: z.array(z.string()),
    contentSha256: hash,
  }),
  "step.cosigned": z.object({ step: id, attempt: z.int(), trainer: id, contentSha256: hash }),
  "step.failed": z.object({ step: id, reason: hash }),
  "step.skipped": z.object({ step: id, reason: hash, permit: z.nullable(z.string()) }),
  "step.marked_not_applicable": z.object({
    step: id,
    reason: hash,
    permit: z.nullable(z.string()),
  }),
  "step.reopened": z.object({ step: id, attempt: z.int(), positions, reason: hash }),
  "sequence.departed": z.object({ step: id, reason: hash }),
  "entry.late": z.object({
    step: z.nullable(id),
    claimedAt: instant,
    reason: hash,
    /** What was entered late: the act, and the id of what it made. */
    act: z.optional(lateAct),
    subject: z.optional(id),
  }),
  /** Passed without the party that was invited, after the notice time, with the call on record. */
  "witness.passed": z.object({
    operation: id,
    step: z.nullable(id),
    requirement: id,
    type: z.string(),
    call: id,
    calledAt: instant,
    noticeMinutes: z.int(),
    covers: z.array(z.object({ step: id, attempt: z.int() })),
  }),
  "reading.recorded": z.object({
    reading: id,
    ...place,
    characteristic: z.nullable(id),
    sample: z.int(),
    attempt: z.int(),
    retry: z.int(),
    value: z.string(),
    unit: z.nullable(z.string()),
    limits,
    process: limits,
    derivedFrom: z.nullable(id),
    verdict: z.enum(["in_limits", "out_of_process_limits", "out_of_limits", "no_limits"]),
    gage: z.nullable(gageAsUsed),
    source: z.enum(["keypad", "tap", "scan", "device", "calculated"]),
    confirmed: z.array(z.string()),
  }),
  "reading.amended": z.object({
    reading: id,
    from: z.string(),
    to: z.string(),
    verdict: z.enum(["in_limits", "out_of_process_limits", "out_of_limits", "no_limits"]),
    reason: hash,
    second: z.nullable(id),
    evidence: z.nullable(z.object({ photo: z.nullable(id), reading: z.nullable(id) })),
  }),
  /** Limits derived again because the value they come from changed. */
  "reading.rejudged": z.object({
    reading: id,
    limits,
    derivedFrom: id,
    verdict: z.enum(["in_limits", "out_of_process_limits", "out_of_limits", "no_limits"]),
  }),
  "reading.accepted_out_of_process_limit": z.object({ reading: id, reason: hash }),
  "photo.attached": z.object({
    photo: id,
    sha256: hash,
    mediaType: z.string(),
    bytes: z.int(),
    step: z.nullable(id),
    field: z.nullable(id),
    position: z.nullable(z.string()),
    attempt: z.nullable(z.int()),
    defect: z.nullable(id),
  }),
  "note.added": z.object({ note: id, step: z.nullable(id), text: hash }),
  "component.installed": z.object({
    installation: id,
    ...place,
    attempt: z.int(),
    find: z.string(),
    part: z.string(),
    alternateFor: z.nullable(z.string()),
    serial: z.nullable(z.string()),
    lot: z.nullable(z.string()),
    quantity: z.string(),
    expiresOn: z.nullable(z.string()),
  }),
  "component.removed": z.object({
    installation: id,
    reason: hash,
    condition: z.string(),
    to: z.string(),
  }),
  "gage.selected": z.object({
    operation: id,
    type: z.string(),
    ...gageAsUsed.shape,
  }),
  "inspection.called": z.object({ call: id, operation: id }),
  "inspection.acknowledged": z.object({ call: id, arrived: z.boolean() }),
  "assistance.requested": z.object({ step: z.nullable(id), category: z.string() }),
  "handover.noted": z.object({ text: hash }),
  "buyoff.signed": z.object({
    buyoff: id,
    operation: id,
    step: z.nullable(id),
    requirement: id,
    /** Who signed: the second person at the tablet, or the one signed in. */
    signer: id,
    type: z.string(),
    meaning: localized,
    stamp: z.nullable(z.string()),
    /** `badge_pin_offline`: both components, sealed on the tablet; pending until they are verified. */
    method: z.enum(["badge_pin", "pin", "badge_pin_offline"]),
    contentSha256: hash,
    covers: z.array(z.object({ step: id, attempt: z.int() })),
    /** Of the box that the signature was sealed in; the box itself is kept nowhere. */
    sealedSha256: z.optional(hash),
  }),
  "buyoff.declined": z.object({
    buyoff: id,
    operation: id,
    step: z.nullable(id),
    requirement: id,
    signer: id,
    type: z.string(),
    meaning: localized,
    reason: hash,
  }),
  "buyoff.voided": z.object({ buyoff: id, cause: z.string(), reason: z.nullable(hash) }),
  "defect.logged": z.object({
    defect: id,
    code: z.string(),
    severity,
    quantity: z.string(),
    step: z.nullable(id),
    field: z.nullable(id),
    position: z.nullable(z.string()),
    attempt: z.nullable(z.int()),
    reading: z.nullable(id),
    /** As it stood then, so that the NCR needs nothing but this entry. */
    measured: z.nullable(
      z.object({
        characteristic: z.nullable(id),
        balloon: z.nullable(z.string()),
        value: z.string(),
        unit: z.nullable(z.string()),
        limits,
        gage: z.nullable(gageAsUsed),
      }),
    ),
    location: z.nullable(z.string()),
    comment: z.nullable(hash),
  }),
  "defect.updated": z.object({
    defect: id,
    severity: z.optional(severity),
    quantity: z.optional(z.string()),
    location: z.optional(z.string()),
    comment: z.optional(hash),
  }),
  "defect.withdrawn": z.object({ defect: id, reason: hash }),
  "defect.closed": z.object({ defect: id, verification: hash }),
  "qms_record.linked": z.object({
    defect: id,
    process: z.literal("NCR"),
    connector: z.string(),
    externalId: z.string(),
    number: z.string(),
    status: qmsStatus,
    url: z.string(),
    version: z.string(),
  }),
  "disposition.received": z.object({
    defect: id,
    from: z.enum(["qms", "hand"]),
    ncr: z.string(),
    dispositions: z.array(disposition),
    evidence: z.nullable(hash),
    reason: z.nullable(hash),
  }),
  "hold.placed": z.object({
    hold: id,
    scope: holdScope,
    reason: z.string(),
    owner: z.enum(["production", "quality", "engineering", "customer"]),
    defect: z.nullable(id),
    comment: z.nullable(hash),
    /** Placed by the plant's rule for this defect code or severity, not by a person. */
    byRule: z.boolean(),
  }),
  "hold.released": z.object({
    hold: id,
    comment: hash,
    basis: z.enum(["owner", "qms", "hand"]),
    ncr: z.nullable(z.string()),
    evidence: z.nullable(hash),
  }),
  "rework.started": z.object({
    rework: id,
    defect: id,
    label: z.string(),
    steps: z.array(z.object({ step: id, attempt: z.int(), positions })),
    /** `timers`: those that ran and measure nothing any more; not said where none did. */
    voids: z.object({
      readings: z.array(id),
      buyoffs: z.array(id),
      timers: z.optional(z.array(id)),
    }),
  }),
  "rework.completed": z.object({ rework: id, defect: id }),
  "attempt.refused": z.object({
    command: z.string(),
    refusal: z.string(),
    params: z.record(z.string(), z.string()),
  }),
  "command.not_applied": z.object({
    command: z.string(),
    refusal: z.string(),
    params: z.record(z.string(), z.string()),
    commandSha256: hash,
    /** Done and shown as done at a tablet before the server refused it: somebody looks at both sides. */
    conflict: z.optional(z.boolean()),
    /** Of a tablet that is not believed any more: kept whole under `commandSha256`. */
    quarantined: z.optional(z.boolean()),
    /** As of when the tablet knew the unit. */
    knewAt: z.optional(instant),
  }),
  "qualification.used": z.object({
    step: z.nullable(id),
    qualifications: z.array(
      z.object({
        code: z.string(),
        validUntil: z.nullable(z.string()),
        result: z.string(),
        /** By which waiver, or under which trainer, where the person does not hold it. */
        waiver: z.optional(id),
        trainer: z.optional(id),
        /** Which system told it, and as of when: how fresh it was when it counted. */
        source: z.optional(z.object({ system: z.string(), asOf: instant })),
      }),
    ),
  }),
  "record.viewed_for_audit": z.object({ purpose: hash }),
  "signal.reviewed": z.object({ signals: z.array(z.int()), note: hash }),
  "traveler.split": z.object({
    child: id,
    lot: z.string(),
    quantity: z.string(),
    defects: z.array(z.object({ from: id, to: id })),
    serials: z.optional(z.array(z.string())),
    reason: hash,
  }),
  /** The first entry of a lot that was split off: everything before is its parent's, up to `from`. */
  "traveler.split_off": z.object({
    traveler: id,
    from: z.object({ traveler: id, seq: z.int(), head: hash }),
    lot: z.string(),
    quantity: z.string(),
    defects: z.array(z.object({ from: id, to: id })),
    serials: z.optional(z.array(z.string())),
  }),
  "traveler.merged": z.object({
    from: z.array(
      z.object({
        traveler: id,
        seq: z.int(),
        head: hash,
        lot: z.string(),
        quantity: z.string(),
        serials: z.array(z.string()),
      }),
    ),
    /** Who did the work on the pieces that came: from here on nobody of them accepts it. */
    performedBy: z.array(z.object({ step: id, people: z.array(id) })),
    reason: hash,
  }),
  "traveler.merged_into": z.object({
    into: id,
    lot: z.string(),
    quantity: z.string(),
    reason: hash,
  }),
  "quantity.accounted": z.object({
    accepted: z.string(),
    scrapped: z.string(),
    transferredOut: z.string(),
  }),
  /** Some pieces of a lot; the others go on. */
  "quantity.scrapped": z.object({
    defect: id,
    quantity: z.string(),
    identification: z.string(),
    segregation: z.string(),
  }),
  "traveler.serials_assigned": z.object({ serials: z.array(z.string()) }),
  "step.paused": z.object({ step: id, reason: z.string() }),
  "step.resumed": z.object({ step: id }),
  /** `to` is the operation whose gate the step blocks from now on. */
  "step.deferred": z.object({ step: id, to: id, reason: hash }),
  "measurement_record.attached": z.object({
    ...place,
    record: id,
    attempt: z.int(),
    name: z.string(),
    sha256: hash,
    uri: z.nullable(z.string()),
    mediaType: z.nullable(z.string()),
    bytes: z.nullable(z.int()),
  }),
  "gage.quarantined": z.object({
    gage: id,
    code: z.string(),
    reason: hash,
    /** What was measured with it here. */
    readings: z.optional(z.array(id)),
  }),
  "batch_clock.started": z.object({
    batchClock: id,
    step: id,
    field: id,
    attempt: z.int(),
    clock: z.string(),
    part: z.nullable(z.string()),
    lot: z.string(),
    mixedAt: instant,
    /** Another unit had started it. */
    joined: z.boolean(),
  }),
  "timer.started": z.object({ timer: id, ...place, attempt: z.int() }),
  /** What it measured is the reading of the same act. */
  "timer.stopped": z.object({
    timer: id,
    ...place,
    attempt: z.int(),
    seconds: z.string(),
    verdict: z.enum(["in_limits", "out_of_limits", "no_limits"]),
    /** Which limit it missed; the first version didn't say. */
    missed: z.optional(z.enum(["min", "max"])),
  }),
  /** A mix was older than it may be when it was read, or when the step that used it was over. */
  "batch_clock.exceeded": z.object({
    batchClock: id,
    step: id,
    attempt: z.int(),
    clock: z.string(),
    lot: z.string(),
    minutes: z.string(),
    maxMinutes: z.string(),
  }),
  "tools.transferred": z.object({
    kit: z.string(),
    quantity: z.string(),
    direction: z.enum(["in", "out"]),
    counterpart: z.string(),
    reason: hash,
  }),
  "buyoff.verified": z.object({ buyoff: id }),
  "buyoff.rejected": z.object({ buyoff: id, cause: z.string() }),
  "waiver.requested": z.object({
    waiver: id,
    /** Who signed: a lead signed in, or beside whoever is. */
    by: id,
    person: id,
    qualification: z.string(),
    reason: hash,
    validUntil: instant,
    contentSha256: hash,
  }),
  "waiver.granted": z.object({ waiver: id, by: id, contentSha256: hash }),
  "waiver.revoked": z.object({ waiver: id, reason: hash }),
  /** Server's clock minus the tablet's from here on, where that is not what was told of it before. */
  "clock.skewed": z.object({
    skewMs: z.int(),
    /** By how much the tablet's clock was set since the tablet last spoke with the server. */
    jumpMs: z.optional(z.int()),
  }),
  /** Work was done on the revision and recorded after it had been taken out of use. */
  "revision.superseded_in_use": z.object({
    revision: z.string(),
    since: instant,
  }),
  "revision.changed_for_traveler": z.object({ from: hash, to: hash, reason: hash }),
  "redline.proposed": z.object({ redline: id, step: id, text: hash }),
  "redline.approved": z.object({ redline: id }),
  "redline.dropped": z.object({ redline: id, reason: hash }),
  "paper_evidence.attached": z.object({
    step: id,
    sha256: hash,
    performedBy: id,
    performedAt: instant,
  }),
} as const;

export type EventType = keyof typeof eventBodies;
export const eventTypes = Object.keys(eventBodies) as EventType[];
export type EventBody<T extends EventType> = z.output<(typeof eventBodies)[T]>;
export type TravelerEvent = {
  [T in EventType]: { type: T; body: EventBody<T> };
}[EventType];

/** Throws when the record holds something that this version can't read: never guess at evidence. */
export function parseEvent(type: string, body: unknown): TravelerEvent {
  if (!Object.hasOwn(eventBodies, type)) throw new TypeError(`unknown event type: ${type}`);
  return { type, body: eventBodies[type as EventType].parse(body) } as TravelerEvent;
}

/** An event with what its entry says about who and when; what `evolve` folds. */
export type RecordedEvent = TravelerEvent & {
  seq: number;
  /** Null: done by a rule or by another system. */
  person: string | null;
  second: string | null;
  at: string;
  command: string | null;
};

/** The server's answer to one command. A repeat with the same content gets the same one. */
export type CommandVerdict =
  | {
      id: string;
      verdict: "applied";
      seq: number;
      head: string;
      events: readonly RecordedEvent[];
      /** What the same act wrote for other travelers: a lot split off, or merged into this one. */
      others?: readonly { traveler: string; events: readonly RecordedEvent[] }[];
    }
  | {
      id: string;
      verdict: "recorded_not_applied";
      refusal: { code: string; params: Readonly<Record<string, string>> };
    }
  | { id: string; verdict: "retry_later"; afterMs: number }
  | { id: string; verdict: "malformed"; problem: string };
