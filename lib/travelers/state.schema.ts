import type { BuyoffRequirement, Localized } from "#lib/instructions/schema";
import type { Decimal } from "#lib/kit/decimal";
import type { Instant } from "#lib/kit/time";
import type { KeptClock } from "./tablet-clock.rules.ts";
import type { LateAct } from "./values.schema.ts";

/** SHA-256 of a text kept beside the record (a reason, a comment), so that it can be disposed of. */
export type TextHash = string;

export type TravelerStatus =
  | "released"
  | "in_work"
  | "on_hold"
  | "complete"
  | "accepted"
  | "scrapped"
  | "cancelled";

export type StepStatus =
  | "not_started"
  | "in_work"
  | "complete"
  | "failed"
  | "not_applicable"
  | "on_hold";

export type BuyoffStatus =
  | "signed"
  | "pending_verification"
  | "rejected"
  | "declined"
  | "voided"
  | "superseded";

export type BuyoffMethod = "badge_pin" | "pin" | "badge_pin_offline" | "passkey_offline";

/** Given without a network: it stands for nothing until it is verified. */
export const waitsToBeVerified = (method: BuyoffMethod): boolean =>
  method === "badge_pin_offline" || method === "passkey_offline";

/** One performance of a step of the pinned revision, or of an inserted rework instruction. */
export type StepState = {
  instance: string;
  step: string;
  operation: string;
  status: StepStatus;
  /** 1 at first; a rework of the step adds one. */
  attempt: number;
  /** What this attempt does again; null: all of it. Positions not named are carried from before. */
  positions: readonly string[] | null;
  presentedTo: readonly string[];
  startedAt: Instant | null;
  completedAt: Instant | null;
  /** Everyone who recorded in this attempt. */
  performedBy: readonly string[];
  /** The operation whose gate it blocks since quality let it be done later (traveled work). */
  deferredTo: string | null;
  pausedAt: Instant | null;
  /** May start out of turn: a departure from the sequence that the revision's role has let pass. */
  outOfTurn: boolean;
};

export type Limits = { min: Decimal | null; max: Decimal | null };
export type Verdict = "in_limits" | "out_of_process_limits" | "out_of_limits" | "no_limits";

export type Reading = {
  id: string;
  step: string;
  field: string;
  characteristic: string | null;
  position: string;
  sample: number;
  attempt: number;
  /** 1 at first; taken again before buyoff adds one. The last one counts. */
  retry: number;
  value: string;
  unit: string | null;
  limits: Limits | null;
  process: Limits | null;
  /** The reading that the limits were derived from. */
  derivedFrom: string | null;
  verdict: Verdict;
  /** Accepted beyond a process limit, by whom. */
  acceptedBy: string | null;
  gage: { id: string; code: string; calibrationDueOn: string } | null;
  source: ReadingSource;
  person: string;
  at: Instant;
  amendments: readonly Amendment[];
};
export type ReadingSource = "keypad" | "tap" | "scan" | "device" | "calculated";

export type Amendment = {
  from: string;
  to: string;
  reason: TextHash;
  person: string;
  second: string | null;
  at: Instant;
};

export type Installation = {
  id: string;
  step: string;
  field: string;
  position: string;
  attempt: number;
  find: string;
  part: string;
  alternateFor: string | null;
  serial: string | null;
  lot: string | null;
  quantity: string;
  expiresOn: string | null;
  person: string;
  at: Instant;
  removed: { reason: TextHash; condition: string; to: string; person: string; at: Instant } | null;
};

export type Photo = {
  id: string;
  sha256: string;
  mediaType: string;
  bytes: number;
  step: string | null;
  field: string | null;
  position: string | null;
  attempt: number | null;
  defect: string | null;
  person: string;
  at: Instant;
};

export type SelectedGage = {
  operation: string;
  type: string;
  id: string;
  code: string;
  calibrationDueOn: string;
  person: string;
  at: Instant;
};

export type Buyoff = {
  id: string;
  operation: string;
  /** The buyoff step, or null for the operation's own chain. */
  step: string | null;
  requirement: string;
  type: BuyoffRequirement["type"];
  meaning: Localized;
  status: BuyoffStatus;
  person: string;
  stamp: string | null;
  /** One that was given without a network is pending until it is verified, and says so ever after. */
  method: BuyoffMethod;
  /** SHA-256 of exactly what was shown (21 CFR 11.70). */
  contentSha256: string;
  /** The step instances and their attempts that the signature covers. */
  covers: readonly { step: string; attempt: number }[];
  reason: TextHash | null;
  at: Instant;
  /** Of the box with badge and PIN, or of a passkey's answer; absent: it was given on line. */
  sealedSha256?: string;
  /** Which passkey of the signer's it was. */
  passkey?: string;
  /** When badge and PIN in the box, or the passkey's answer, were found right. */
  verifiedAt?: Instant;
  /** The first entry of later work while it was pending; absent: none. */
  followedBy?: number;
  /** Signatures of its chain that were pending when it was given; it counts once theirs do. Absent: none. */
  over?: readonly string[];
  /** When it was found right itself, while one of those was still pending. */
  checkedAt?: Instant;
};

export type Decline = {
  id: string;
  operation: string;
  step: string | null;
  requirement: string;
  person: string;
  reason: TextHash;
  at: Instant;
};

export type Disposition = {
  decision: "rework" | "repair" | "use_as_is" | "scrap" | "return_to_supplier" | "regrade";
  quantity: string;
  designAuthority: string | null;
  concession: string | null;
};

export type QmsRecord = {
  process: "NCR";
  connector: string;
  externalId: string;
  number: string;
  status: "open" | "contained" | "dispositioned" | "closed" | "void" | "merged";
  url: string;
  version: string;
  at: Instant;
};

export type Defect = {
  id: string;
  code: string;
  severity: Severity;
  quantity: string;
  step: string | null;
  field: string | null;
  position: string | null;
  attempt: number | null;
  /** The reading that shows it. */
  reading: string | null;
  location: string | null;
  comment: TextHash | null;
  /** `transferred`: its pieces are in another lot of the family, which has the defect now. */
  status: "open" | "withdrawn" | "closed" | "transferred";
  qms: QmsRecord | null;
  dispositions: readonly Disposition[];
  dispositionFrom: "qms" | "hand" | null;
  person: string;
  at: Instant;
};
export type Severity = "minor" | "major" | "critical";

export type HoldOwner = "production" | "quality" | "engineering" | "customer";
export type HoldScope =
  | { kind: "traveler" }
  | { kind: "operation"; operation: string }
  | { kind: "step"; step: string };

export type Hold = {
  id: string;
  scope: HoldScope;
  reason: string;
  owner: HoldOwner;
  /** Tied to this defect: released only on a disposition fetched at that moment. */
  defect: string | null;
  comment: TextHash | null;
  person: string | null;
  at: Instant;
  released: {
    person: string;
    at: Instant;
    comment: TextHash;
    /** "hand" is a signal until the QMS has been reconciled; "split": it went on with the pieces. */
    basis: "owner" | "qms" | "hand" | "split";
  } | null;
};

export type Rework = {
  id: string;
  defect: string;
  /** Shown: 060R1. */
  label: string;
  steps: readonly { step: string; attempt: number; positions: readonly string[] | null }[];
  /** Buyoffs that the rework disturbed; each must be signed again before it is complete. */
  voidedBuyoffs: readonly string[];
  status: "in_work" | "complete";
  person: string;
  at: Instant;
};

export type InspectionCall = {
  id: string;
  operation: string;
  person: string;
  at: Instant;
  /** When the plant heard of it, where that was long after: until then nobody could come. */
  heardAt?: Instant;
  acknowledgedAt: Instant | null;
  /** The inspector is at the unit. */
  arrivedAt: Instant | null;
};

/**
 * A running or ended timer; what it measured is a reading of the same act that ended it. One that a rework
 * ended measured nothing.
 */
export type Timer = {
  id: string;
  step: string;
  field: string;
  position: string;
  attempt: number;
  startedAt: Instant;
  stoppedAt: Instant | null;
  person: string;
  /** Of the tablet that it was started at; absent: by none, or by one of an earlier version. */
  tabletClock?: KeptClock | undefined;
};

/** The use of a mixed batch here. Clock, part, lot and mix time name the batch wherever it is used. */
export type BatchClock = {
  id: string;
  step: string;
  field: string;
  attempt: number;
  clock: string;
  part: string | null;
  lot: string;
  mixedAt: Instant;
  joined: boolean;
  person: string;
  at: Instant;
  /** Where it was used older than it may be; absent: nowhere. */
  exceeded?: readonly {
    step: string;
    attempt: number;
    minutes: string;
    maxMinutes: string;
    at: Instant;
  }[];
};

export type MeasurementRecord = {
  id: string;
  step: string;
  field: string;
  position: string;
  attempt: number;
  name: string;
  sha256: string;
  /** Null: the file itself is kept. */
  uri: string | null;
  mediaType: string | null;
  bytes: number | null;
  person: string;
  at: Instant;
};

/** For this traveler only; asked by one, granted by another, both signed. */
export type Waiver = {
  id: string;
  person: string;
  qualification: string;
  reason: TextHash;
  validUntil: Instant;
  requestedBy: string;
  requestedAt: Instant;
  grantedBy: string | null;
  grantedAt: Instant | null;
  revoked: { person: string; at: Instant; reason: TextHash } | null;
};

/** An apprentice's attempt at a step under a trainer, who co-signs it. */
export type Supervision = {
  step: string;
  attempt: number;
  apprentice: string;
  trainer: string;
  qualifications: readonly string[];
  at: Instant;
  /** Counts only for exactly what it signed: whatever is recorded later asks for it again. */
  cosigned: { at: Instant; contentSha256: string } | null;
};

/** A gage put out of use from here, and what it measured here before. */
export type Quarantine = {
  gage: string;
  code: string;
  reason: TextHash;
  readings: readonly string[];
  person: string;
  at: Instant;
};

/** A witness point that was passed without its witness, for what it covered. */
export type WitnessPass = {
  id: string;
  operation: string;
  step: string | null;
  requirement: string;
  call: string;
  covers: readonly { step: string; attempt: number }[];
  person: string;
  at: Instant;
};

/** What was departed from at a step, as whoever stands before it has to know. */
export type StepDeparture = {
  kind:
    | "skipped"
    | "not_applicable"
    | "deferred"
    | "out_of_turn"
    | "failed"
    | "paused"
    | "reopened"
    | "late";
  /** Of its entry. */
  seq: number;
  step: string;
  /** A text's hash; a pause's code. */
  reason: string;
  permit: string | null;
  /** The operation that it was deferred to. */
  to: string | null;
  claimedAt: Instant | null;
  act: LateAct | null;
  /** What was entered late. */
  subject: string | null;
  person: string;
  second: string | null;
  at: Instant;
};

export type ToolTransfer = {
  kit: string;
  quantity: string;
  direction: "in" | "out";
  counterpart: string;
  person: string;
  at: Instant;
};

export const signalKinds = [
  "late_entry",
  "out_of_sequence",
  "skipped",
  "not_applicable",
  "deferred",
  "rework",
  "waiver",
  "process_limit_accepted",
  "timer_exceeded",
  "timer_short",
  "mix_over_age",
  "gage_quarantined",
  "implausibly_fast",
  "released_by_hand",
  "witness_passed",
  "offline_signature",
  "signature_rejected",
  "refused_attempt",
  "not_applied",
  "conflict",
  "quarantined",
  "superseded_revision",
  "clock_skewed",
] as const;
export type SignalKind = (typeof signalKinds)[number];

/** Where what was done at a tablet met something else at the plant: looked at with both sides, in a room of its own. */
export const meetingKinds = ["quarantined", "conflict", "superseded_revision"] as const;
export type MeetingKind = (typeof meetingKinds)[number];

/** A departure from the plan, or an override: what is reviewed by exception. */
export type Signal = {
  /** Of the entry that says so. */
  seq: number;
  kind: SignalKind;
  step: string | null;
  person: string | null;
  at: Instant;
  reviewed: { person: string; at: Instant; note: TextHash } | null;
};

/**
 * How much of its parent's history a lot that was split off carries by reference: so many of each begin
 * its lists. Holds that came along have ids of their own.
 */
export type Origin = {
  traveler: string;
  /** The parent's last entry that is also this lot's history. */
  seq: number;
  head: string;
  inherited: {
    readings: number;
    components: number;
    photos: number;
    buyoffs: number;
    clocks: number;
    measurementRecords: number;
    waivers: number;
    /** Those that stayed with the parent; the ones that came along follow, with ids of their own. */
    defects: number;
  };
};

/** A fold over the traveler's entries. Nothing here that is not in an entry. */
export type TravelerState = {
  id: string;
  seq: number;
  status: TravelerStatus;
  releasedAt: Instant;
  /** Null again as soon as something opens a requirement: the gate has to be passed once more. */
  completedAt: Instant | null;
  acceptedAt: Instant | null;
  site: string;
  workOrder: string;
  part: { number: string; revision: string };
  unit: { serial: string | null; lot: string | null; quantity: string };
  revision: { instruction: string; number: string; revision: string; contentSha256: string };
  operations: readonly { id: string; number: string; steps: readonly string[] }[];
  /** The present attempt of each step, by the step's id. */
  steps: Readonly<Record<string, StepState>>;
  /** Attempts that a rework has taken over; they stay visible. */
  earlierAttempts: readonly StepState[];
  readings: readonly Reading[];
  components: readonly Installation[];
  photos: readonly Photo[];
  gages: readonly SelectedGage[];
  buyoffs: readonly Buyoff[];
  /** Refusals to sign, with their reason. Not signatures: nothing was accepted. */
  declines: readonly Decline[];
  defects: readonly Defect[];
  holds: readonly Hold[];
  reworks: readonly Rework[];
  calls: readonly InspectionCall[];
  notes: readonly {
    id: string;
    step: string | null;
    text: TextHash;
    person: string;
    at: Instant;
  }[];
  timers: readonly Timer[];
  clocks: readonly BatchClock[];
  measurementRecords: readonly MeasurementRecord[];
  waivers: readonly Waiver[];
  supervisions: readonly Supervision[];
  toolTransfers: readonly ToolTransfer[];
  /** Absent: none yet. */
  quarantines?: readonly Quarantine[];
  witnessPasses: readonly WitnessPass[];
  departures: readonly StepDeparture[];
  signals: readonly Signal[];
  /** The balance of a lot as last accounted for; null: not yet. */
  quantities: { accepted: string; scrapped: string; transferredOut: string } | null;
  /** Lots split off from this one. `unit.quantity` stays what was started here. */
  splits: readonly { child: string; lot: string; quantity: string; at: Instant }[];
  /** Lots whose pieces this one took over, with the last entry of their own history. */
  merges: readonly {
    traveler: string;
    seq: number;
    head: string;
    lot: string;
    quantity: string;
    at: Instant;
  }[];
  /** Pieces of the lot scrapped while the others go on. */
  scraps: readonly {
    defect: string;
    quantity: string;
    identification: string;
    segregation: string;
    person: string;
    at: Instant;
  }[];
  mergedInto: string | null;
  /** Given to the pieces of a lot later. */
  serials: readonly string[];
  /** Null: this traveler began with its release. */
  origin: Origin | null;
  /** Which tablet has it with it, and until when by the server's clock; not there: none. */
  checkout?: Checkout;
  /** Who ended the last one at the desk, and why: its tablet is told at its next contact. */
  checkoutEnded?: { device: string; person: string | null; at: Instant; reason: string };
};

export type Checkout = {
  device: string;
  tablet: string;
  station: string;
  until: Instant;
  person: string | null;
  at: Instant;
  /** The tablet that it was taken over from, and why. */
  from: string | null;
  reason: string | null;
};
