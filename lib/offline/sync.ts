import { instant } from "#lib/kit/time";
import { uncertaintyAt } from "#lib/travelers/tablet-clock.rules";
import { type Core, clockNow } from "./core.ts";
import { type RefusedAct, unitNames, unsentBlobs } from "./memory.ts";
import { plantNowMs, readingIn, waitingCommands } from "./queue.ts";

export type UnsentAct = { id: string; type: string; unit: string | null; at: string };

/** What of this tablet's work the server doesn't have, and what it did not take. */
export type SyncStatus = {
  /** When the server last answered; null: never. */
  lastContact: string | null;
  /** Server's clock minus the tablet's as it stands now, and by how much that may be wrong; null: never asked. */
  clock: { skewMs: number; uncertaintyMs: number } | null;
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

export async function syncStatus(core: Core): Promise<SyncStatus> {
  const { db } = core;
  const [clock, waiting, decisions, unsentPhotos, seals, storage] = await Promise.all([
    clockNow(core),
    waitingCommands(db),
    db.getAllFromIndex("decisions", "by-device-seq"),
    unsentBlobs(db),
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
  return {
    lastContact: clock.lastServerContact,
    clock: clock.sample
      ? {
          skewMs: plantNowMs(clock) - clock.nowMs,
          uncertaintyMs: uncertaintyAt(clock.sample, readingIn(clock)),
        }
      : null,
    unsent: await Promise.all(
      waiting.map(async ({ envelope }) => ({
        id: envelope.id,
        type: envelope.type,
        unit: await unitOf(envelope.traveler),
        at: instant(Date.parse(envelope.at.wall) + envelope.at.skew),
      })),
    ),
    photos: {
      count: unsentPhotos.length,
      bytes: unsentPhotos.reduce((sum, { size }) => sum + size, 0),
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

async function storageStatus(): Promise<Storage> {
  const isLasting = (await navigator.storage?.persisted?.()) ?? null;
  const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
  return { isLasting, freeBytes: quota === undefined ? null : quota - (usage ?? 0) };
}
