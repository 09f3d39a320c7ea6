import type { TabletDb } from "./memory.ts";
import { type DecisionRow, kept } from "./memory.ts";
import { waitingCommands } from "./queue.ts";

export type UnsentAct = { id: string; type: string; unit: string | null; at: string };
export type RefusedAct = { row: DecisionRow; unit: string | null };

/** What of this tablet's work the server doesn't have, and what it did not take. */
export type SyncStatus = {
  /** When the server last answered; null: never. */
  lastContact: string | null;
  unsent: readonly UnsentAct[];
  photos: { count: number; bytes: number };
  /** Signatures given without a network whose boxes the server has not opened yet. */
  unverified: readonly UnsentAct[];
  refused: readonly RefusedAct[];
  storage: Storage;
};
export type Storage = {
  /** The browser has promised not to clear this tablet's memory by itself; null: it doesn't say. */
  isLasting: boolean | null;
  freeBytes: number | null;
};

/** As far back as somebody who asks on the shift that follows may want to see. */
const REFUSED_MAX = 20;

export async function syncStatus(db: TabletDb): Promise<SyncStatus> {
  const [clock, waiting, decisions, blobs, seals, storage] = await Promise.all([
    kept(db, "clock"),
    waitingCommands(db),
    db.getAllFromIndex("decisions", "by-device-seq"),
    db.getAll("blobs"),
    db.getAll("seals"),
    storageStatus(),
  ]);
  const unitOf = unitNames(db);
  const refused = decisions
    .filter(
      ({ verdict, verification }) =>
        (verdict !== null && verdict.verdict !== "applied") || verification?.refusal != null,
    )
    .slice(-REFUSED_MAX)
    .reverse();
  const unsentPhotos = blobs.filter(({ sentAt }) => sentAt === null);
  return {
    lastContact: clock?.lastServerContact ?? null,
    unsent: await Promise.all(
      waiting.map(async ({ envelope }) => ({
        id: envelope.id,
        type: envelope.type,
        unit: await unitOf(envelope.traveler),
        at: envelope.at.wall,
      })),
    ),
    photos: {
      count: unsentPhotos.length,
      bytes: unsentPhotos.reduce((sum, { bytes }) => sum + bytes.byteLength, 0),
    },
    unverified: await Promise.all(
      seals.map(async ({ command, traveler, sealedAt }) => ({
        id: command,
        type: "signBuyoff",
        unit: await unitOf(traveler),
        at: sealedAt,
      })),
    ),
    refused: await Promise.all(
      refused.map(async (row) => ({ row, unit: await unitOf(row.traveler) })),
    ),
    storage,
  };
}

/** The number on the unit, where its packet is still here. */
function unitNames(db: TabletDb): (traveler: string) => Promise<string | null> {
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

async function storageStatus(): Promise<Storage> {
  const isLasting = (await navigator.storage?.persisted?.()) ?? null;
  const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
  return { isLasting, freeBytes: quota === undefined ? null : quota - (usage ?? 0) };
}
