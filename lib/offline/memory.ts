import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { RecordedEvent } from "#lib/travelers/events.schema";
import type { Refusal } from "#lib/travelers/refusal.schema";
import type { CommandVerdict, Envelope } from "#lib/travelers/schema";
import type { Sample } from "#lib/travelers/tablet-clock.rules";
import type { DeviceSession, FloorPerson, Packet, StationQueue } from "./wire.schema.ts";

/** What was found of the server's clock, with how long the tablet had slept until then. */
export type KeptSample = Sample & { sleptMs: number };

/** What the rules said on the tablet; null where only the server may decide. */
export type LocalOutcome =
  | { ok: true; events: readonly RecordedEvent[] }
  | { ok: false; refusal: Refusal }
  | null;

/** One act with both answers to it. Never deleted: what was refused is evidence as well. */
export type DecisionRow = {
  commandId: string;
  deviceSeq: number;
  traveler: string;
  type: string;
  body: unknown;
  local: LocalOutcome;
  verdict: CommandVerdict | null;
  /** When the person saw why the server did not apply it. */
  acknowledgedAt: string | null;
  /** Of a signature given without a network: what the server found in its box; absent: not opened yet. */
  verification?: { status: string; refusal: SealRefusal | null };
};
/** An act that the server did not apply, and the unit that it was about. */
export type RefusedAct = { row: DecisionRow; unit: string | null };
export type SealRefusal = {
  code:
    | "signature_rejected"
    | "signature_rejected_held"
    | "passkey_rejected"
    | "passkey_rejected_held";
};

export type WaitingCommand = { deviceSeq: number; envelope: Envelope; triedAt: string | null };
export type StoredPacket = { traveler: string; packet: Packet; storedAt: string };
export type StoredBlob = {
  sha256: string;
  bytes: ArrayBuffer;
  mediaType: string;
  traveler: string;
  sentAt: string | null;
  /** How often the server has turned it away. */
  refusals?: number;
};

/** `badges`: the numbers on them; what makes one good is kept nowhere. */
export type Known = { person: FloorPerson; seenMs: number; badges?: readonly string[] };

/** Of a signature given without a network: badge and PIN in a box that only the server opens, or a passkey's answer. */
export type StoredSeal = {
  command: string;
  traveler: string;
  sealed: string;
  /** By this tablet's clock. */
  sealedAt: string;
  /** The server asked to be asked later. */
  notBeforeMs: number;
};

type Kept = {
  keys: CryptoKeyPair;
  session: DeviceSession;
  /** Counts this tablet's commands and hashes the last one: a wiped tablet shows as a gap. */
  chain: { seq: number; prev: string | null };
  /** `sample`: the exchange that the skew is from; not there: kept by an earlier version of the page. */
  clock: { lastServerContact: string | null; skew: number; sample?: KeptSample };
  queue: StationQueue;
  /** Units that this tablet has, or had until another one took them and somebody has seen that. */
  checkouts: readonly string[];
  /** Units that were given back or taken over, and that nobody has opened here since. */
  leaving: readonly string[];
  /** Whom the server has named here lately: who may sign as a second person without a network. */
  known: readonly Known[];
  /** Who works here; gone once they lock the screen or sign out. */
  present: {
    person: FloorPerson;
    grant: string;
    notAfter: string;
    idleMinutes: number;
    touchedMs: number;
  };
};
export type KeptKey = keyof Kept;

interface TabletSchema extends DBSchema {
  kept: { key: string; value: Kept[KeptKey] };
  packets: { key: string; value: StoredPacket };
  commands: { key: number; value: WaitingCommand };
  decisions: {
    key: string;
    value: DecisionRow;
    indexes: { "by-device-seq": number };
  };
  blobs: { key: string; value: StoredBlob };
  drafts: { key: string; value: { key: string; value: unknown } };
  seals: { key: string; value: StoredSeal };
}
export type TabletDb = IDBPDatabase<TabletSchema>;

/** The tablet's memory. Everything a person did is in here before the screen moves on. */
export function openMemory(name = "buyoff"): Promise<TabletDb> {
  return openDB<TabletSchema>(name, 2, {
    upgrade(db, before) {
      if (before < 2) db.createObjectStore("seals", { keyPath: "command" });
      if (before > 0) return;
      db.createObjectStore("kept");
      db.createObjectStore("packets", { keyPath: "traveler" });
      db.createObjectStore("commands", { keyPath: "deviceSeq" });
      db.createObjectStore("decisions", { keyPath: "commandId" }).createIndex(
        "by-device-seq",
        "deviceSeq",
      );
      db.createObjectStore("blobs", { keyPath: "sha256" });
      db.createObjectStore("drafts", { keyPath: "key" });
    },
  });
}

export async function kept<K extends KeptKey>(db: TabletDb, key: K): Promise<Kept[K] | null> {
  return ((await db.get("kept", key)) as Kept[K] | undefined) ?? null;
}

export async function keep<K extends KeptKey>(db: TabletDb, key: K, value: Kept[K]): Promise<void> {
  await db.put("kept", value, key);
}

/** What was begun and not yet recorded survives a lock, a reload and an empty battery. */
export async function draft(db: TabletDb, key: string): Promise<unknown> {
  return (await db.get("drafts", key))?.value ?? null;
}
export async function keepDraft(db: TabletDb, key: string, value: unknown): Promise<void> {
  if (value === null || value === "") await db.delete("drafts", key);
  else await db.put("drafts", { key, value });
}

/** Of a picture or report what is asked for after each act: its bytes are not read for that. */
export type BlobHead = Omit<StoredBlob, "bytes"> & { size: number };

/** What this tab has read of a memory that other tabs write to as well. */
type Read = { blobs: Map<string, BlobHead>; unseen: Promise<DecisionRow[]> | null };
const readings = new WeakMap<TabletDb, Read>();

function readingOf(db: TabletDb): Read {
  const known = readings.get(db) ?? { blobs: new Map<string, BlobHead>(), unseen: null };
  readings.set(db, known);
  return known;
}

/** Somebody has written what was read before. What was sent once stays so. */
export function readAnew(db: TabletDb): void {
  const { blobs } = readingOf(db);
  const sent = [...blobs].filter(([, { sentAt }]) => sentAt !== null);
  readings.set(db, { blobs: new Map(sent), unseen: null });
}

const headOf = ({ bytes, ...rest }: StoredBlob): BlobHead => ({ ...rest, size: bytes.byteLength });

export async function blobHeads(db: TabletDb): Promise<BlobHead[]> {
  const { blobs } = readingOf(db);
  const keys = await db.getAllKeys("blobs");
  for (const key of keys) {
    const row = blobs.has(key) ? undefined : await db.get("blobs", key);
    if (row !== undefined) blobs.set(key, headOf(row));
  }
  const here = new Set(keys);
  for (const key of blobs.keys()) if (!here.has(key)) blobs.delete(key);
  return [...blobs.values()];
}

export const unsentBlobs = async (db: TabletDb): Promise<BlobHead[]> =>
  (await blobHeads(db)).filter(({ sentAt }) => sentAt === null);

/** With what has become of it on its way to the server. */
export async function keepBlob(db: TabletDb, blob: StoredBlob): Promise<void> {
  await db.put("blobs", blob);
  readingOf(db).blobs.set(blob.sha256, headOf(blob));
}

/** Of all that was ever done here: what the server did not take and nobody has seen. Read once, until it changes. */
export function unseenDecisions(
  db: TabletDb,
  isUnseen: (row: DecisionRow) => boolean,
): Promise<DecisionRow[]> {
  const read = readingOf(db);
  read.unseen ??= db
    .getAllFromIndex("decisions", "by-device-seq")
    .then((rows) => rows.filter(isUnseen));
  // What could not be read now is read the next time.
  read.unseen.catch(() => readAnew(db));
  return read.unseen;
}

/** False: the disk is full and nothing of it was written. */
export async function isTaken(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === "QuotaExceededError") return false;
    throw error;
  }
}

/** The number on the unit, where its packet is still here. */
export function unitNames(db: TabletDb): (traveler: string) => Promise<string | null> {
  const known = new Map<string, Promise<string | null>>();
  const ask = async (traveler: string) => {
    const unit = (await db.get("packets", traveler))?.packet.state.unit;
    return unit?.serial ?? unit?.lot ?? null;
  };
  return (traveler) => {
    const name = known.get(traveler) ?? ask(traveler);
    known.set(traveler, name);
    return name;
  };
}
