import type { InstructionContent, Localized, Role } from "#lib/instructions/schema";
import type { RelyingParty } from "#lib/kit/passkey-challenge";
import type { SealingKey } from "#lib/kit/sealing";
import type { Instant } from "#lib/kit/time";
import type { Facts, GageFacts, PlantPolicy, StockFacts } from "#lib/travelers/facts.schema";
import type { MergeWhy } from "#lib/travelers/lots.rules";
import type { CommandVerdict } from "#lib/travelers/schema";
import type { BuyoffStatus, TravelerState, TravelerStatus } from "#lib/travelers/state.schema";

/** What the tablet and the server say to each other beside commands. */
export type DeviceSession = {
  device: { id: string; name: string };
  station: { id: string; code: string; name: string; workCenter: string };
  site: { id: string; code: string; name: string; timeZone: string };
  /** To which a signature is sealed without a network. A server of an earlier version has none. */
  sealing?: SealingKey;
  /** What passkeys are bound to; null: at the plant's address there can be none. Likewise. */
  passkeys?: RelyingParty | null;
};

/** What the tablet asks an authenticator by, without a network. */
export type HeldPasskey = {
  id: string;
  name: string;
  credential: string;
  transports: readonly string[];
};

export type FloorPerson = {
  id: string;
  name: string;
  initials: string;
  roles: readonly Role[];
  stamps: readonly { number: string; kind: "operator" | "inspection" | "quality" }[];
  qualifications: readonly { code: string; validFrom?: string; validUntil: string | null }[];
  /** Under whom an apprentice may work today. */
  trainers?: readonly { id: string; name: string; qualification: string | null }[];
  /** Told at sign-in; of nobody else. */
  passkeys?: readonly HeldPasskey[];
};

export type SignIn = {
  grant: string;
  person: FloorPerson;
  notAfter: Instant;
  /** After how many minutes without a touch this tablet locks; the plant says so. */
  idleMinutes?: number;
  /** When the server granted it: whatever is done under the grant is done later. */
  serverTime?: Instant;
};
/** What became of a sealed signature; `held`: work had gone on over it, and waits for quality. */
export type SealedAnswer = {
  status: BuyoffStatus | "unknown";
  held: boolean;
  by?: "passkey";
};
export type SignAnswer = { proof: string; method: "badge_pin" | "pin"; person: FloorPerson };

export type PersonOnPaper = {
  name: string;
  initials: string;
  employeeNumber: string;
  stamps: readonly string[];
};

/** All the tablet needs to execute one traveler without the server. */
export type Packet = {
  state: TravelerState;
  content: InstructionContent;
  revisionStatus: Facts["revisionStatus"];
  site: Facts["site"];
  policy: PlantPolicy;
  gages: readonly GageFacts[];
  stock: readonly StockFacts[];
  holders: Facts["holders"];
  outerHolds: Facts["outerHolds"];
  qualificationRules: Facts["qualificationRules"];
  clocks: Facts["clocks"];
  people: Readonly<Record<string, PersonOnPaper>>;
  /** Reasons and comments by their hash. */
  texts: Readonly<Record<string, string>>;
  serverTime: Instant;
  head: string;
  /** When a mix that this revision could use was last started or joined by any unit; null: none runs. */
  lastMixAt?: Instant | null;
  /** Of a lot that was split off: the lot it came from. A server of an earlier version does not send it. */
  parentLot?: string | null;
};

/** How far a traveler has come, and what holds it from outside: enough to know that a packet is old. */
export type TravelerHead = Pick<Packet, "head" | "outerHolds" | "lastMixAt">;

/** Another unit that a missing tool may be in. */
export type Exposed = { traveler: string; unit: string; status: string; station: string };

/** Another lot of the same order. `joined`: merged into this one; `went_to`: where this one was merged. */
export type FamilyLot = {
  traveler: string;
  lot: string;
  relation: "parent" | "child" | "joined" | "went_to" | "brother" | "order";
  status: TravelerStatus;
  remaining: string;
  at: { number: string; title: Localized } | null;
  /** Why it can't be merged into this one; null: it can. */
  why: MergeWhy | null;
};
export type LotFamily = { own: MergeWhy | null; lots: readonly FamilyLot[] };

export type WaitingTraveler = {
  id: string;
  unit: string;
  workOrder: string;
  part: string;
  partName: string;
  instruction: string;
  status: TravelerStatus;
  operation: { number: string; title: string } | null;
  /** What a server of an earlier version does not send yet. */
  words?: { part: Localized; operation: Localized };
  /** Somebody asked for the inspector, who isn't at the unit yet. */
  isCalled?: boolean;
  /** A witness was called to what is due and has until then. */
  witnessUntil?: Instant | null;
  /** Waits for a buyoff and not for work. */
  buyoffDue: boolean;
  holds: number;
  defects: number;
  /** The tablet that has it with it; a server of an earlier version does not say. */
  checkout?: { device: string; tablet: string; station: string } | null;
};
export type StationQueue = {
  station: DeviceSession["station"];
  travelers: readonly WaitingTraveler[];
};

export type CommandAnswer = {
  verdicts: readonly CommandVerdict[];
  people: Readonly<Record<string, PersonOnPaper>>;
  serverTime: Instant;
  /** What it takes; a server of an earlier version does not say. */
  protocols?: { oldest: number; newest: number };
};

export type DemoKit = {
  badges: readonly {
    badge: string;
    pin: string;
    name: string;
    role: Role;
    stamps: readonly string[];
    /** What a newcomer can try with this person. */
    about: string;
  }[];
  barcodes: readonly { label: string; code: string; kind: string }[];
  stations: readonly { code: string; name: string; enrolmentCode: string }[];
};

export type ServerRefusal = { code: string; params?: Readonly<Record<string, string>> };
