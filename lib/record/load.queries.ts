import "server-only";
import type { Tx } from "#lib/db/client";
import { direct } from "#lib/db/direct";
import type { Role } from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import type {
  Facts,
  GageFacts,
  LotFacts,
  PlantPolicy,
  ProofFacts,
} from "#lib/travelers/facts.schema";
import type { Meanwhile } from "#lib/travelers/meanwhile.rules";
import type { CommandVerdict } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import type { Guard } from "./append.commands.ts";
import type { Head } from "./chain.rules.ts";
import type { StreamKind } from "./schema.ts";
import { type ShiftCalendar, shiftCalendar } from "./shifts.schema.ts";

/** What `load_for_command` is asked for; a list left out is empty. */
export type Ask = {
  traveler?: string;
  device?: string;
  /** The revision and order of a release, where there is no traveler yet. */
  content?: string;
  order?: string;
  /** Contents that this process has: not sent again. */
  known: readonly string[];
  people: readonly string[];
  proofs: readonly string[];
  commands: readonly string[];
  gageTypes: readonly string[];
  gageCodes: readonly string[];
  stock: readonly { part: string; serial: string | null; lot: string | null }[];
  parts: readonly string[];
  qualifications: readonly string[];
  blobs: readonly string[];
  /** Lots whose running clocks count. */
  lots: readonly string[];
  /** Other travelers than the one that is decided on. */
  travelers: readonly string[];
  /** Serial numbers that pieces of the lot are to get; null: nothing of a lot is asked. */
  lot: { serials: readonly string[] } | null;
  streams: readonly string[];
  /** Of a tablet: what happened from then on counts; not said, nothing of it is asked. */
  since?: Instant;
};

export const askNothing: Ask = {
  known: [],
  people: [],
  proofs: [],
  commands: [],
  gageTypes: [],
  gageCodes: [],
  stock: [],
  parts: [],
  qualifications: [],
  blobs: [],
  lots: [],
  travelers: [],
  lot: null,
  streams: [],
};

export type LoadedPerson = {
  id: string;
  name: string;
  employeeNumber: string;
  active: boolean;
  roles: readonly Role[];
  qualifications: readonly {
    code: string;
    validFrom: string;
    validUntil: string | null;
    source?: { system: string; asOf: Instant };
  }[];
  stamps: readonly {
    number: string;
    kind: "operator" | "inspection" | "quality";
    issuedOn: string;
    withdrawnOn: string | null;
  }[];
  trainers: readonly {
    id: string;
    name: string;
    qualification: string | null;
    validFrom: string;
    validUntil: string | null;
  }[];
  card: { hash: string; version: number } | null;
};

export type LoadedStock = {
  id: string;
  part: string;
  revision: string | null;
  serial: string | null;
  lot: string | null;
  expiresOn: string | null;
  onHold: boolean;
  installedIn: string | null;
  removedBefore: boolean;
  scrapped: boolean;
};

export type RevisionStatus =
  | "draft"
  | "in_review"
  | "approved"
  | "effective"
  | "superseded"
  | "withdrawn";

export type Loaded = {
  /** The database's clock. */
  now: Instant;
  site: { id: string; code: string; timeZone: string; policy: PlantPolicy; shifts: ShiftCalendar };
  device: {
    id: string;
    station: string;
    workCenter: string;
    revokedAt: Instant | null;
    lastSeq: number;
    lastHash: string | null;
  } | null;
  traveler: { state: TravelerState | null; seq: number; head: string } | null;
  revision: { contentSha256: string; status: RevisionStatus; instruction: string } | null;
  content: string | null;
  order: {
    id: string;
    number: string;
    status: string;
    partNumber: string;
    partRevision: string;
    quantity: string;
  } | null;
  gages: readonly GageFacts[];
  stock: readonly LoadedStock[];
  people: Readonly<Record<string, LoadedPerson>>;
  proofs: readonly (ProofFacts & {
    createdAt: Instant;
    expiresAt: Instant;
    usedAt: Instant | null;
  })[];
  receipts: readonly {
    command: string;
    person: string;
    device: string | null;
    contentSha256: string;
    verdict: CommandVerdict;
  }[];
  holders: readonly { qualification: string; names: readonly string[] }[];
  qualificationRules: Facts["qualificationRules"];
  clocks: Facts["clocks"];
  others: readonly { state: TravelerState; seq: number; head: string }[];
  lot: Pick<LotFacts, "serialsTaken" | "heldOutside"> | null;
  /** Of the unit, its lot, order, part revision or site, and of the tablet's station. */
  holds: Facts["outerHolds"];
  blobsMissing: readonly string[];
  /** What happened since a tablet heard of the plant; asked for acts of a tablet only. */
  meanwhile?: Meanwhile;
  streams: Readonly<Record<string, { seq: number; head: string }>>;
};

const loading = {
  name: "load_for_command",
  text: `select load_for_command($1::uuid, $2::jsonb) || lot_for_command($1::uuid, $2::jsonb)
    || meanwhile_for_command($1::uuid, $2::jsonb) as loaded`,
};

/** One round trip, one snapshot; within a transaction, as that transaction sees it. */
export async function loadForCommand(site: string, ask: Ask, within?: Tx): Promise<Loaded> {
  const asked = JSON.stringify(ask);
  const [row] = within
    ? await within.$queryRaw<{ loaded: Loaded }[]>`
        select load_for_command(${site}::uuid, ${asked}::jsonb)
          || lot_for_command(${site}::uuid, ${asked}::jsonb)
          || meanwhile_for_command(${site}::uuid, ${asked}::jsonb) as loaded`
    : await direct<{ loaded: Loaded }>(loading, [site, asked]);
  if (!row?.loaded.site) throw new Error(`there is no site ${site}`);
  const { loaded } = row;
  return { ...loaded, site: { ...loaded.site, shifts: shiftCalendar.parse(loaded.site.shifts) } };
}

/** How far a stream was in this snapshot; one that nobody has written to is at 0. */
export function headOf(loaded: Loaded, stream: string): Head {
  const found = loaded.streams[stream];
  return { seq: found?.seq ?? 0, hash: found?.head || null };
}

export const guardOf = (loaded: Loaded, kind: StreamKind, stream: string): Guard => ({
  id: stream,
  kind,
  seq: headOf(loaded, stream).seq,
});
