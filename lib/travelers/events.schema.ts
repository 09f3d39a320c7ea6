import * as z from "zod/mini";
import {
  disposition,
  hash,
  holdScope,
  id,
  instant,
  lateAct,
  place,
  positions,
  qmsStatus,
  severity,
} from "./values.schema.ts";

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
  /** With a reason: ended at the desk, and not given back by the tablet. */
  "traveler.checked_in": z.object({ device: id, reason: z.optional(hash) }),
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
  "inspection.called": z.object({ call: id, operation: id, heardAt: z.optional(instant) }),
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
    /**
     * `badge_pin_offline`: both components, sealed on the tablet; `passkey_offline`: the answer of the signer's own
     * passkey. Both are pending until they are verified.
     */
    method: z.enum(["badge_pin", "pin", "badge_pin_offline", "passkey_offline"]),
    contentSha256: hash,
    covers: z.array(z.object({ step: id, attempt: z.int() })),
    /** Of the box that the signature was sealed in, which is kept nowhere; or of the passkey's answer, which is. */
    sealedSha256: z.optional(hash),
    passkey: z.optional(id),
    /** Signatures before it in its chain that were pending then: it counts once they and it are verified. */
    over: z.optional(z.array(id)),
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
  "timer.started": z.object({
    timer: id,
    ...place,
    attempt: z.int(),
    /** What the tablet's own clocks said, to measure by them when it stops; absent: started at no tablet. */
    tabletClock: z.optional(
      z.object({
        device: id,
        wallMs: z.int(),
        monotonicMs: z.int(),
        bootId: id,
        skew: z.optional(z.int()),
        uncertainty: z.optional(z.int()),
      }),
    ),
  }),
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
  /** `waits`: it was found right, and counts once those do that it was given over; then it is said again. */
  "buyoff.verified": z.object({ buyoff: id, waits: z.optional(z.boolean()) }),
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
