import * as z from "zod/mini";
import type { RecordedEvent } from "./events.schema.ts";
import { protocols } from "./protocol.rules.ts";
import {
  code,
  decimal,
  disposition,
  hash,
  holdScope,
  id,
  instant,
  late,
  place,
  positions,
  qmsStatus,
  reason,
  severity,
  wholeCharacters,
  words,
} from "./values.schema.ts";

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
  /** From the desk, where the tablet can't; `device` is the one that was shown to whoever ends it. */
  endCheckOut: z.object({ device: id, reason }),

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
    /** Likewise: what the signer's own passkey answered, which is sent once all else is. */
    asserted: z.optional(z.object({ sha256: hash, passkey: id })),
    /** A second person at the same tablet, where the act needs one. */
    second: z.optional(z.object({ person: id, proof: id })),
    /** Likewise without a network: whose box it is, or whose passkey answered. */
    secondSealed: z.optional(z.object({ person: id, sha256: hash, key: words(40) })),
    secondAsserted: z.optional(z.object({ person: id, sha256: hash, passkey: id })),
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
