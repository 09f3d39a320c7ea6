import { partBytesMax } from "#lib/blobs/parts.rules";
import { instant } from "#lib/kit/time";
import type { CommandVerdict } from "#lib/travelers/schema";
import { keepServerTime, leaving } from "./clock.ts";
import { keepBlob, type TabletDb, unsentBlobs, type WaitingCommand } from "./memory.ts";
import { type Settled, settle, waitingCommands } from "./queue.ts";
import type { CommandAnswer } from "./wire.schema.ts";

export const BATCH_MAX = 50;

/** `silence`: no answer, or one from a machine in trouble. `stranger`: the device session has ended. */
export type PostOutcome =
  | { kind: "answered"; answer: CommandAnswer }
  | { kind: "silence" }
  | { kind: "stranger" }
  | { kind: "refused"; status: number }
  /** The server takes another protocol. What waits goes on waiting. */
  | { kind: "unfit"; why: "protocol_too_old" | "protocol_too_new" };

/** `start` null: nothing is sent, it is asked how far the server has it. */
export type UploadPart = {
  sha256: string;
  mediaType: string;
  start: number | null;
  total: number;
  bytes: ArrayBuffer;
};
export type PartOutcome =
  | { kind: "received"; received: number }
  | { kind: "silence" }
  | { kind: "refused" };

export type SenderPorts = {
  db: TabletDb;
  post: (commands: readonly unknown[]) => Promise<PostOutcome>;
  putPart: (part: UploadPart) => Promise<PartOutcome>;
  /** A box of a signature, once all acts are sent; null: none is to be sent now. */
  sendSeal: () => Promise<Round | null>;
  renewSession: () => Promise<boolean>;
  nowMs: () => number;
  bootId: string;
  onVerdict: (settled: Settled, verdict: CommandVerdict) => Promise<void>;
  onConnection: (online: boolean) => void;
  /** Whether the server takes what this page sends. */
  onFitness: (unfit: "protocol_too_old" | "protocol_too_new" | null) => void;
  onChanged: () => void;
};

/** Doubles from one second to half a minute; `chance` in [0, 1) spreads tablets that came back together. */
export const backOffMs = (failures: number, chance: number): number =>
  Math.round(Math.min(30_000, 1000 * 2 ** Math.max(0, failures - 1)) * (0.5 + chance / 2));

export type Round =
  | { kind: "idle" }
  | { kind: "more" }
  | { kind: "wait"; ms: number }
  | { kind: "failed" };

/**
 * One request: the oldest commands, in order; then, with none left, one box of a signature; then one part of a
 * photo.
 */
export async function round(ports: SenderPorts): Promise<Round> {
  const batch = await waitingCommands(ports.db, BATCH_MAX);
  if (batch.length === 0) return (await ports.sendSeal()) ?? sendBlob(ports);
  const left = leaving(ports);
  const outcome = await ports.post(batch.map(({ envelope }) => envelope));
  if (outcome.kind === "stranger") {
    return (await ports.renewSession()) ? { kind: "more" } : { kind: "failed" };
  }
  if (outcome.kind === "unfit") {
    ports.onConnection(true);
    ports.onFitness(outcome.why);
    return { kind: "failed" };
  }
  if (outcome.kind !== "answered") {
    ports.onConnection(outcome.kind === "refused");
    return { kind: "failed" };
  }
  ports.onConnection(true);
  ports.onFitness(null);
  await keepServerTime(ports, outcome.answer.serverTime, left);
  return applyVerdicts(ports, batch, outcome.answer);
}

async function applyVerdicts(
  ports: SenderPorts,
  batch: readonly WaitingCommand[],
  answer: CommandAnswer,
): Promise<Round> {
  let settledCount = 0;
  let laterMs = 0;
  for (const verdict of answer.verdicts) {
    if (verdict.verdict === "retry_later") {
      laterMs = Math.max(laterMs, verdict.afterMs, 250);
      continue;
    }
    const settled = await settle(ports.db, verdict, answer);
    settledCount += 1;
    if (settled !== null) await ports.onVerdict(settled, verdict);
  }
  ports.onChanged();
  if (laterMs > 0) return { kind: "wait", ms: laterMs };
  // An answer without a verdict for anything sent would be asked again at once, for ever.
  return settledCount === 0 && batch.length > 0 ? { kind: "failed" } : { kind: "more" };
}

async function sendBlob(ports: SenderPorts): Promise<Round> {
  const waiting = await unsentBlobs(ports.db);
  // What was turned away once is tried again after the others: it must not stand in their way.
  const [next] = waiting.toSorted((a, b) => (a.refusals ?? 0) - (b.refusals ?? 0));
  const unsent = next && (await ports.db.get("blobs", next.sha256));
  if (unsent === undefined) return { kind: "idle" };
  const total = unsent.bytes.byteLength;
  const reached = reachedIn(ports.db);
  // What fits into one part is sent without asking first.
  const start = reached.get(unsent.sha256) ?? (total <= partBytesMax ? 0 : null);
  const bytes =
    start === null ? new ArrayBuffer(0) : unsent.bytes.slice(start, start + partBytesMax);
  const { sha256, mediaType } = unsent;
  const outcome = await ports.putPart({ sha256, mediaType, start, total, bytes });
  if (outcome.kind !== "received") reached.delete(sha256);
  if (outcome.kind === "silence") {
    ports.onConnection(false);
    return { kind: "failed" };
  }
  if (outcome.kind === "refused") {
    await keepBlob(ports.db, { ...unsent, refusals: (unsent.refusals ?? 0) + 1 });
    return waiting.some((blob) => (blob.refusals ?? 0) === 0 && blob !== next)
      ? { kind: "more" }
      : { kind: "failed" };
  }
  ports.onConnection(true);
  if (outcome.received >= total) {
    reached.delete(sha256);
    await keepBlob(ports.db, { ...unsent, sentAt: instant(ports.nowMs()) });
    ports.onChanged();
    return { kind: "more" };
  }
  reached.set(sha256, outcome.received);
  // A part that changed nothing would be sent again at once, for ever.
  return start === null || outcome.received > start ? { kind: "more" } : { kind: "failed" };
}

/**
 * How far the server has what it is being sent, as it last said. It knows better than this tablet after a
 * silence, a new start or another tab: then it is asked.
 */
const reachedOf = new WeakMap<TabletDb, Map<string, number>>();

function reachedIn(db: TabletDb): Map<string, number> {
  const known = reachedOf.get(db) ?? new Map<string, number>();
  reachedOf.set(db, known);
  return known;
}

export type Sender = { wake: () => void; stop: () => void };

const HEARTBEAT_MS = 20_000;

/** Sends until stopped. Whoever runs it must be alone: one tab leads, under a Web Lock. */
export function startSender(ports: SenderPorts, chance: () => number = Math.random): Sender {
  let stopped = false;
  let wakeUp: () => void = () => {};
  let woken = false;
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
      if (woken) wakeUp();
      woken = false;
    });
  const run = async () => {
    let failures = 0;
    while (!stopped) {
      const result = await round(ports).catch((): Round => ({ kind: "failed" }));
      failures = result.kind === "failed" ? failures + 1 : 0;
      if (result.kind === "idle") await pause(HEARTBEAT_MS);
      if (result.kind === "wait") await pause(result.ms);
      if (result.kind === "failed") await pause(backOffMs(failures, chance()));
    }
  };
  void run();
  return {
    wake: () => {
      woken = true;
      wakeUp();
    },
    stop: () => {
      stopped = true;
      wakeUp();
    },
  };
}
