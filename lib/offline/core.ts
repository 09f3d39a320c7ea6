import { instant } from "#lib/kit/time";
import type { TravelerState } from "#lib/travelers/state.schema";
import {
  type KeptSample,
  kept,
  type RefusedAct,
  type TabletDb,
  unitNames,
  unsentBlobs,
} from "./memory.ts";
import { type Clock, refusedUnseen, waitingCommands } from "./queue.ts";
import type { Server } from "./server.ts";
import type { DemoKit, DeviceSession, FloorPerson, Packet, StationQueue } from "./wire.schema.ts";

export type SignedIn = {
  person: FloorPerson;
  grant: string;
  notAfter: string;
  idleMinutes: number;
  /** Has signed in this period: the PIN alone is enough for the next signature (21 CFR 11.200). */
  hasSigned: boolean;
};

export type OpenTraveler = {
  /** As the server last confirmed it. */
  packet: Packet;
  /** What this tablet did since, on top. */
  state: TravelerState;
};

export type TabletView = {
  phase: "starting" | "not_enrolled" | "locked" | "ready";
  session: DeviceSession | null;
  signedIn: SignedIn | null;
  /** Who was here before the screen locked; their draft is kept. */
  lockedFrom: FloorPerson | null;
  online: boolean;
  unsent: number;
  unsentPhotos: number;
  /** Signatures given without a network whose boxes the server has not opened yet. */
  unverified: number;
  refusals: readonly RefusedAct[];
  queue: StationQueue | null;
  open: OpenTraveler | null;
  demo: DemoKit | null;
  /** Another tab of this tablet sends. */
  leads: boolean;
  /** Of its own page, as the server last said. */
  serverVersion: string | null;
  /** Was revoked: what it has still goes to the server, into quarantine. */
  isRevoked: boolean;
  /** Why the server takes nothing of this page: it is older, or newer, than the server. Null: it does. */
  unfit: "protocol_too_old" | "protocol_too_new" | null;
  /** A new one of this page is here, and waits until nobody is at work and everything is sent. */
  newVersion: boolean;
};

export const emptyView: TabletView = {
  phase: "starting",
  session: null,
  signedIn: null,
  lockedFrom: null,
  online: true,
  unsent: 0,
  unsentPhotos: 0,
  unverified: 0,
  refusals: [],
  queue: null,
  open: null,
  demo: null,
  leads: false,
  serverVersion: null,
  isRevoked: false,
  unfit: null,
  newVersion: false,
};

/** What the parts of the tablet share: its memory, its clocks and what is on the screen. */
export type Core = {
  db: TabletDb;
  server: Server;
  bootId: string;
  nowMs: () => number;
  /** The clock that nobody can set; the browser's, where it isn't said. */
  monotonicMs?: () => number;
  /** How long the tablet has slept since this page was opened. */
  sleptMs?: () => number;
  view: () => TabletView;
  set: (patch: Partial<TabletView>) => void;
  /** Something waits to be sent. */
  wake: () => void;
  /** Other tabs of this tablet, where there can be any. */
  tellOthers?: (word: "locked") => void;
};

const sleptSince = (core: Core, sample: KeptSample | undefined): number =>
  sample?.bootId === core.bootId ? (core.sleptMs?.() ?? 0) - sample.sleptMs : 0;

export async function clockNow(core: Core): Promise<Clock> {
  const last = await kept(core.db, "clock");
  return {
    nowMs: core.nowMs(),
    monotonicMs: core.monotonicMs?.() ?? performance.now(),
    bootId: core.bootId,
    lastServerContact: last?.lastServerContact ?? null,
    skew: last?.skew ?? 0,
    sample: last?.sample ?? null,
    sleptMs: sleptSince(core, last?.sample),
  };
}

export async function refreshCounts(core: Core): Promise<void> {
  const [waiting, refusals, blobs, unverified] = await Promise.all([
    waitingCommands(core.db),
    refusedUnseen(core.db),
    unsentBlobs(core.db),
    core.db.count("seals"),
  ]);
  const unitOf = unitNames(core.db);
  core.set({
    unsent: waiting.length,
    unverified,
    refusals: await Promise.all(
      refusals.map(async (row) => ({ row, unit: await unitOf(row.traveler) })),
    ),
    unsentPhotos: blobs.length,
  });
}

export const nowInstant = (core: Core): string => instant(core.nowMs());
