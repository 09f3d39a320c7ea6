import type { InstructionContent, Role } from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import type { Disposition, HoldOwner, QmsRecord, Severity, TravelerState } from "./state.schema.ts";
import type { KeptClock } from "./tablet-clock.rules.ts";

export type PersonFacts = {
  id: string;
  name: string;
  roles: readonly Role[];
  active: boolean;
  qualifications: readonly {
    code: string;
    validFrom: string;
    /** Last day on which it holds, in plant time; null: until withdrawn. */
    validUntil: string | null;
    /** The system that told it, and as of when it did so last; none: it was given here. */
    source?: { system: string; asOf: Instant };
  }[];
  /** In force now: the numbers issued to this person. */
  stamps: readonly { number: string; kind: "operator" | "inspection" | "quality" }[];
  /** Under whom an apprentice may work today; nobody: no apprentice. */
  trainers: readonly { id: string; name: string; qualification: string | null }[];
};

export type GageFacts = {
  id: string;
  code: string;
  type: string;
  name: string;
  unit: string;
  /** The range that the certificate covers, not the nameplate's. */
  calibratedMin: string;
  calibratedMax: string;
  resolution: string;
  /** Expanded uncertainty (k = 2) in `unit`; null: not stated. */
  uncertainty: string | null;
  /** Valid through this day in plant time. */
  calibrationDueOn: string;
  status: "in_service" | "quarantined" | "withdrawn";
};

export type StockFacts = {
  part: string;
  revision: string | null;
  serial: string | null;
  lot: string | null;
  expiresOn: string | null;
  onHold: boolean;
  /** The unit this serial sits in now. */
  installedIn: string | null;
  /** Removed from a unit once and not to be installed again. */
  spent: boolean;
};

/** What the plant has decided and the rules obey. Versioned with the site's settings. */
export type PlantPolicy = {
  defectCodes: readonly {
    code: string;
    label: { en: string; es?: string | undefined };
    /** Places a hold by itself, owned so; null: never by its code alone. */
    holdReason: string | null;
  }[];
  /** Severities that place a hold by themselves, whatever the code. */
  holdSeverities: readonly Severity[];
  holdReasons: readonly {
    code: string;
    label: { en: string; es?: string | undefined };
    owner: HoldOwner;
  }[];
  lateAfterMinutes: number;
  /** How long a unit stays checked out to a tablet; a shift, where it isn't said. */
  checkOutMinutes?: number;
  /** Buyoff types that may be signed without a network, where the revision allows it too; absent: none. */
  offlineSigning?: readonly OfflineType[];
};

/** Never an inspection, quality's, the customer's or the government's: they are not pending for a moment. */
export const offlineTypes = ["operator", "second_operator"] as const;
export type OfflineType = (typeof offlineTypes)[number];

/** A signature's proof, looked up on the server; on the tablet, what it was told by POST /api/sign. */
export type ProofFacts = {
  id: string;
  person: string;
  /** The tablet, or the session of the desk, where it was given. */
  device: string;
  command: string;
  contentSha256: string;
  method: "badge_pin" | "pin";
};

/** Instead of a proof: badge and PIN in a box that only the server opens, or what the signer's passkey answered. */
export type SealedFacts = (
  | { sha256: string; key: string }
  | { sha256: string; passkey: string }
) & {
  /** It is the second person's; absent: of whoever is signed in. */
  second?: true;
};

/** What the server found in the box, or the answer, of a pending buyoff: by nobody's word but its own. */
export type VerificationFacts = {
  buyoff: string;
  sealedSha256: string;
  outcome:
    | "right"
    | "components_wrong"
    | "box_unreadable"
    | "same_person"
    | "passkey_wrong"
    | "passkey_withdrawn"
    | "passkey_copied";
  /** A passkey's answer holds no secret: it stays on the record, for whoever wants to check it again. */
  answer?: string;
};

export type LotFacts = {
  /** Of this traveler's last entry: what a lot that is split off goes on from. */
  head: string;
  /** The id that a lot to be split off should have is something else's already. */
  isChildTaken: boolean;
  /** Of those asked for, serial numbers of the part that other units or pieces of the plant have. */
  serialsTaken: readonly string[];
  /** Of the travelers asked for, those that a hold of the plant lies on. */
  heldOutside: readonly string[];
};

/**
 * What `decide` needs to know that the traveler does not own. The tablet fills it from its packet,
 * the server from the database; same facts, same decision.
 */
export type Facts = {
  content: InstructionContent;
  /** "superseded" is a signal; "withdrawn" stops work. */
  revisionStatus: "approved" | "effective" | "superseded" | "withdrawn";
  site: { id: string; code: string; timeZone: string };
  policy: PlantPolicy;
  /** When it was done: the tablet's time corrected by its known skew. */
  at: Instant;
  /** What stood otherwise at an act that was recorded later; absent: nothing. */
  meanwhile?: {
    /** Holds that were placed after it. */
    notYet: readonly string[];
    /** Holds that have been released since. */
    still: readonly string[];
    /** The revision was superseded before it, and the tablet did not know. */
    isSuperseded: boolean;
    /** The revision was taken out of use after it. */
    outSince: Instant | null;
  };
  recordedAt: Instant;
  /** The tablet's own clock, where the act begins or ends what it measures (`timesByTablet`). */
  tabletClock?: KeptClock | undefined;
  person: PersonFacts;
  second: PersonFacts | null;
  proof: ProofFacts | null;
  secondProof: ProofFacts | null;
  /** Not said: the signature, if the act is one, was given on line. */
  sealed?: SealedFacts;
  /** Not said: the act verifies nothing. */
  verification?: VerificationFacts;
  /** The tablet at the unit, or null for an act at the desk or by a connector. */
  device: { id: string; station: string; workCenter: string; name?: string } | null;
  /** The session of the desk that the act is done in; not said at a tablet or by a connector. */
  session?: string;
  /** Every gage of the types that the operation uses, and the one that was scanned. */
  gages: readonly GageFacts[];
  /** The stock that was scanned, and other lots of the part. */
  stock: readonly StockFacts[];
  /** Who holds a qualification here now, for refusals that name somebody. */
  holders: readonly { qualification: string; names: readonly string[] }[];
  /** Who may waive what the act asks for; a code that isn't here can't be waived. */
  qualificationRules: readonly {
    code: string;
    waivableBy: "nobody" | "quality" | "supervisor_and_quality";
  }[];
  /** Clocks that run for the lots concerned, started by any unit of the plant. */
  clocks: readonly {
    clock: string;
    part: string | null;
    lot: string;
    mixedAt: Instant;
    unit: string | null;
  }[];
  /** Other travelers that the act concerns, such as the lots to be merged. */
  others: readonly { state: TravelerState; head: string }[];
  /** What only the server knows of a lot and its family; null: the act asks for nothing of it. */
  lot: LotFacts | null;
  /** Holds that lie on the unit, lot, order, part revision, station or site and not on this traveler alone. */
  outerHolds: readonly { scope: string; subject: string; reason: string; owner: HoldOwner }[];
  /** The QMS's word on the defect concerned, fetched at this moment; null: it could not be reached. */
  qms: { defect: string; record: QmsRecord; dispositions: readonly Disposition[] } | null;
  /** Photos named in the record that the server does not hold yet. */
  blobsMissing: readonly string[];
  /** Of those, by hash, the tablet that still has it; looked up where the act asks for completion. */
  missingFrom?: Readonly<Record<string, string>>;
};
