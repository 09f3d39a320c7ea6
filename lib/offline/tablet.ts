import { rangeOf } from "#lib/blobs/parts.rules";
import { uuidv7 } from "#lib/kit/ids";
import { instant } from "#lib/kit/time";
import { protocols } from "#lib/travelers/protocol.rules";
import { type Acts, makeActs } from "./acts.ts";
import { readingOf, watchSleep } from "./clock.ts";
import { keepInTouch } from "./contact.ts";
import { type Core, emptyView, nowInstant, refreshCounts, type TabletView } from "./core.ts";
import { loadDemo, renewSession } from "./device.ts";
import { kept, openMemory, readAnew, type TabletDb } from "./memory.ts";
import { reconcile, refreshOpen, showStored } from "./packets.ts";
import { goOn } from "./presence.ts";
import { acknowledge } from "./queue.ts";
import {
  type PostOutcome,
  type Round,
  type Sender,
  type SenderPorts,
  startSender,
} from "./sender.ts";
import { type Answer, type Server, serverOverHttp } from "./server.ts";
import type { CommandAnswer } from "./wire.schema.ts";

export type Tablet = {
  core: Core;
  act: Acts["act"];
  actOn: Acts["actOn"];
  foretell: Acts["foretell"];
  subscribe: (listener: () => void) => () => void;
  start: () => Promise<void>;
  stop: () => void;
  acknowledge: (commandId: string) => Promise<void>;
};

export async function makeTablet(): Promise<Tablet> {
  const db = await openMemory();
  const listeners = new Set<() => void>();
  const others = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("buyoff");
  let view: TabletView = emptyView;
  let sender: Sender | null = null;
  const server = serverOverHttp((version) => {
    if (view.serverVersion !== version) core.set({ serverVersion: version });
  });
  const core: Core = {
    db,
    server: renewing(server, () => renewSession({ ...core, server })),
    bootId: uuidv7(),
    nowMs: () => Date.now(),
    view: () => view,
    set: (patch) => {
      const wasOnline = view.online;
      view = { ...view, ...patch };
      for (const listener of listeners) listener();
      // Whoever found it out: what was missed meanwhile is looked up.
      if (view.online && !wasOnline) void refreshOpen(core).then(() => lookAtWhatIsHere(core));
    },
    wake: () => {
      sender?.wake();
      others?.postMessage("wake");
    },
    tellOthers: (word) => others?.postMessage(word),
  };
  const sleep = watchSleep(() => readingOf(core), document);
  core.sleptMs = sleep.sleptMs;
  const acts = makeActs(core);
  const stopping = new AbortController();
  others?.addEventListener("message", ({ data: word }) => {
    if (word === "wake") sender?.wake();
    hearOthers(core, word);
  });
  return {
    core,
    act: acts.act,
    actOn: acts.actOn,
    foretell: acts.foretell,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: async () => {
      await begin(core, db);
      const ports = portsOf(core, acts, () => others?.postMessage("changed"));
      lead(stopping.signal, () => {
        sender = startSender(ports);
        core.set({ leads: true });
        return sender;
      });
      keepInTouch(core, stopping.signal);
      globalThis.addEventListener("online", () => core.wake(), { signal: stopping.signal });
    },
    stop: () => {
      stopping.abort();
      sleep.stop();
      sender?.stop();
      others?.close();
      db.close();
    },
    acknowledge: async (commandId) => {
      await acknowledge(db, commandId, nowInstant(core));
      others?.postMessage("changed");
      await refreshCounts(core);
    },
  };
}

/** Another tab of this tablet has done something. */
function hearOthers(core: Core, word: unknown): void {
  readAnew(core.db);
  if (word === "locked") lockHere(core);
  const { open } = core.view();
  if (word === "changed" && open !== null) void showStored(core, open.packet.state.id);
  void refreshCounts(core);
}

async function begin(core: Core, db: TabletDb): Promise<void> {
  const session = await kept(db, "session");
  await refreshCounts(core);
  // What it remembers is shown at once; whether the server still knows it is asked meanwhile.
  core.set({ session, phase: session === null ? "not_enrolled" : "locked" });
  const renewed = session === null ? "unknown" : await renewSession(core);
  if (renewed === "unknown") core.set({ phase: "not_enrolled", signedIn: null });
  core.set({ online: renewed !== "silence" });
  if (renewed === "silence") await goOn(core);
  await loadDemo(core);
}

function lockHere(core: Core): void {
  const { signedIn } = core.view();
  if (signedIn === null) return;
  core.set({ phase: "locked", signedIn: null, lockedFrom: signedIn.person });
}

/** Only one tab of this browser sends: two would race with the same commands. */
function lead(signal: AbortSignal, start: () => Sender): void {
  if (navigator.locks === undefined) {
    start();
    return;
  }
  const untilStopped = () =>
    new Promise<void>((resolve) => {
      const sender = start();
      signal.addEventListener("abort", () => {
        sender.stop();
        resolve();
      });
    });
  navigator.locks.request("buyoff-sender", { signal }, untilStopped).catch(() => undefined);
}

function portsOf(core: Core, acts: Acts, tellOthers: () => void): SenderPorts {
  let speaks: number = protocols.newest;
  return {
    db: core.db,
    nowMs: core.nowMs,
    bootId: core.bootId,
    ...(core.sleptMs && { sleptMs: core.sleptMs }),
    post: async (commands): Promise<PostOutcome> => {
      const { wallMs, monotonicMs, bootId } = readingOf(core);
      const clock = { wall: instant(wallMs), monotonic: Math.round(monotonicMs), bootId };
      const batch =
        speaks === 1 ? { protocol: 1, commands } : { protocol: speaks, clock, commands };
      const answer = await core.server.post<CommandAnswer>("/api/commands", batch);
      // A server from before there was a second protocol: it can't even say so.
      if (answer.kind === "status" && answer.status === 400 && speaks !== 1) {
        speaks = 1;
        return { kind: "silence" };
      }
      const why = answer.kind === "refused" ? answer.error.code : null;
      if (why === "protocol_too_old" || why === "protocol_too_new") return { kind: "unfit", why };
      if (answer.kind === "ok")
        speaks = answer.value.protocols === undefined ? 1 : protocols.newest;
      if (answer.kind === "ok") return { kind: "answered", answer: answer.value };
      if (answer.kind === "status" && answer.status === 401) return { kind: "stranger" };
      if (answer.kind === "status") return { kind: "refused", status: answer.status };
      return answer.kind === "silence" ? { kind: "silence" } : { kind: "refused", status: 200 };
    },
    putPart: async ({ sha256, bytes, mediaType, start, total }) => {
      const range = rangeOf(start, bytes.byteLength, total);
      const part = { bytes, mediaType, range };
      const answer = await core.server.putPart<{ received: number }>(`/api/blobs/${sha256}`, part);
      if (answer.kind === "ok") return { kind: "received", received: answer.value.received };
      return { kind: answer.kind === "silence" ? "silence" : "refused" };
    },
    sendSeal: () => sendWaitingSeal(core),
    renewSession: async () => ["renewed", "revoked"].includes(await renewSession(core)),
    onVerdict: async ({ row, hasGap }, verdict) => {
      await reconcile(core, row.traveler, hasGap);
      const isTold = acts.heard(verdict) && verdict.verdict === "recorded_not_applied";
      // Said in the place where it was asked: not a second time over the whole screen.
      if (isTold) await acknowledge(core.db, verdict.id, nowInstant(core));
    },
    onConnection: (online) => {
      if (!online) acts.unheard();
      if (core.view().online !== online) core.set({ online });
    },
    onFitness: (unfit) => {
      if (core.view().unfit !== unfit) core.set({ unfit });
    },
    onChanged: () => {
      void refreshCounts(core);
      tellOthers();
    },
  };
}

/** A device session that has ended is opened again with the tablet's key, and what was asked is asked once more. */
function renewing(server: Server, renew: () => Promise<string>): Server {
  const again = async <T>(ask: () => Promise<Answer<T>>): Promise<Answer<T>> => {
    const answer = await ask();
    const isOver = answer.kind === "status" && answer.status === 401;
    return isOver && (await renew()) === "renewed" ? ask() : answer;
  };
  return {
    get: (path) => again(() => server.get(path)),
    post: (path, body) => again(() => server.post(path, body)),
    putPart: (path, part) => again(() => server.putPart(path, part)),
  };
}

/** Fetched apart from the first screen, which needs none of it; where that fails it is tried at the next contact. */
async function lookAtWhatIsHere(core: Core): Promise<void> {
  if ((await core.db.count("packets")) === 0) return;
  const checkouts = await import("./checkouts.ts").catch(() => null);
  await checkouts?.lookAtCheckedOut(core);
}

/** Of a signature that waits for the server; fetched apart in the same way. */
async function sendWaitingSeal(core: Core): Promise<Round | null> {
  if ((await core.db.count("seals")) === 0) return null;
  const seals = await import("./seals.ts").catch(() => null);
  return seals === null ? { kind: "failed" } : seals.sendSeal(core);
}
