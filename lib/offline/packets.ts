import { keepServerTime, leaving } from "./clock.ts";
import { type Core, nowInstant, type OpenTraveler } from "./core.ts";
import { stays } from "./leaving.ts";
import { keepMedia } from "./media.ts";
import { keep, kept } from "./memory.ts";
import { replayed, textsSaid, unanswered } from "./queue.ts";
import { ruleBook } from "./rules-part.ts";
import type { Answer } from "./server.ts";
import type { Packet, StationQueue, TravelerHead } from "./wire.schema.ts";

export type Found = { id: string };

/** How long somebody stands there for what this tablet has as well, as it was last heard of. */
const PATIENCE_MS = 2_000;
/** Where nobody has answered lately. */
const SILENT_PATIENCE_MS = 200;

/** Null: it is not there in time. A network that says nothing is silent only after a quarter of a minute. */
function inTime<T>(core: Core, asked: Promise<T>): Promise<Awaited<T> | null> {
  const ms = core.view().online ? PATIENCE_MS : SILENT_PATIENCE_MS;
  return Promise.race([asked, new Promise<null>((resolve) => setTimeout(resolve, ms, null))]);
}

/**
 * The packet and what waits on top of it, as one moment saw them: read apart, an act that was answered in
 * between would be in neither and vanish from the screen.
 */
async function onScreen(core: Core, traveler: string): Promise<OpenTraveler | null> {
  const { evolve } = await ruleBook.bring();
  const tx = core.db.transaction(["packets", "commands", "decisions"]);
  const [stored, waiting] = await Promise.all([
    tx.objectStore("packets").get(traveler),
    tx.objectStore("commands").getAll(),
  ]);
  const mine = waiting.filter(({ envelope }) => envelope.traveler === traveler);
  const rows = await Promise.all(
    mine.map(({ envelope }) => tx.objectStore("decisions").get(envelope.id)),
  );
  await tx.done;
  if (stored === undefined) return null;
  const said = rows.map((row) => textsSaid(row?.body));
  const packet = { ...stored.packet, texts: Object.assign({}, stored.packet.texts, ...said) };
  const state = replayed(
    evolve,
    packet.state,
    rows.flatMap((row) => (row === undefined ? [] : [row.local])),
  );
  return { packet, state };
}

const looks = new WeakMap<Core, Promise<unknown>>();

/** One look after the other: a slow older one must not cover what a newer one has shown. */
function inTurn<T>(core: Core, look: () => Promise<T>): Promise<T> {
  const mine = (looks.get(core) ?? Promise.resolve()).then(look);
  looks.set(
    core,
    mine.catch(() => undefined),
  );
  return mine;
}

/**
 * From the server when it answers and nothing of this traveler waits here: what the server sends must
 * not hold an act that the tablet still counts as its own.
 */
export async function fetchPacket(core: Core, traveler: string): Promise<Answer<Packet>> {
  const left = leaving(core);
  const answer = await core.server.get<Packet>(`/api/floor/travelers/${traveler}`);
  if (answer.kind !== "ok") return answer;
  await keepServerTime(core, answer.value.serverTime, left);
  const tx = core.db.transaction(["packets", "commands"], "readwrite");
  const packets = tx.objectStore("packets");
  const [stored, waiting] = await Promise.all([
    packets.get(traveler),
    tx.objectStore("commands").getAll(),
  ]);
  const isBusy = waiting.some(({ envelope }) => envelope.traveler === traveler);
  // A slow answer must not take back what was heard of the server since.
  const isOld = answer.value.state.seq < (stored?.packet.state.seq ?? 0);
  if (!(isBusy || isOld)) {
    await packets.put({ traveler, packet: answer.value, storedAt: nowInstant(core) });
  }
  await tx.done;
  return answer;
}

/** What this tablet has of it is shown where the server is slow to answer, and what it answers once it does. */
export async function openTraveler(core: Core, traveler: string): Promise<Answer<Packet>> {
  const asked = fetchPacket(core, traveler).then((answer) => {
    if (answer.kind === "ok") void keepMedia(core, answer.value);
    return answer;
  });
  const soon = await inTime(core, asked);
  const answer = soon ?? (await shownAsKept(core, traveler)) ?? (await asked);
  if (soon === null) void asked.then((late) => heardLate(core, traveler, late));
  return inTurn(core, async () => {
    const open = await onScreen(core, traveler);
    if (open === null || (answer.kind !== "ok" && answer.kind !== "silence")) return answer;
    core.set({ ...(soon !== null && { online: soon.kind === "ok" }), open });
    await stays(core, traveler);
    return { kind: "ok", value: open.packet };
  });
}

async function shownAsKept(core: Core, traveler: string): Promise<Answer<Packet> | null> {
  const stored = await core.db.get("packets", traveler);
  return stored === undefined ? null : { kind: "ok", value: stored.packet };
}

async function heardLate(core: Core, traveler: string, answer: Answer<Packet>): Promise<void> {
  core.set({ online: answer.kind !== "silence" });
  if (answer.kind === "ok") await showStored(core, traveler);
}

export async function refreshOpen(core: Core): Promise<void> {
  const { open } = core.view();
  if (open === null) return;
  const answer = await fetchPacket(core, open.packet.state.id);
  if (answer.kind === "ok") await showStored(core, open.packet.state.id);
}

export const showStored = (core: Core, traveler: string): Promise<void> =>
  inTurn(core, async () => {
    if (core.view().open?.packet.state.id !== traveler) return;
    const open = await onScreen(core, traveler);
    // Left while this was read: it must not come back.
    if (open !== null && core.view().open?.packet.state.id === traveler) core.set({ open });
  });

/**
 * Asks how far the open unit has come and fetches it when others have taken it further: a number from the
 * QMS, a hold released at the desk, an operation worked on at another tablet, a mix begun for another unit.
 */
export async function lookAgain(core: Core): Promise<void> {
  const { open, phase } = core.view();
  if (open === null || phase !== "ready") return;
  const { packet } = open;
  const answer = await core.server.get<TravelerHead>(
    `/api/floor/travelers/${packet.state.id}/head`,
  );
  const online = answer.kind !== "silence";
  // Where nothing waits to be sent, nothing else would find out that the server is there again.
  if (core.view().online !== online) core.set({ online });
  if (answer.kind !== "ok") return;
  const now = core.view().open?.packet;
  if (now?.state.id !== packet.state.id || core.view().unsent > 0) return;
  const { head, outerHolds, lastMixAt } = answer.value;
  const isOld =
    now.head !== head ||
    JSON.stringify(now.outerHolds) !== JSON.stringify(outerHolds) ||
    // Another unit mixes what this one could use; when the last of them is over is seen here as well.
    (lastMixAt != null && lastMixAt !== now.lastMixAt);
  if (isOld) await refreshOpen(core);
}

/** After a verdict: what is on the screen, and the whole packet again where the verdict left a gap. */
export async function reconcile(core: Core, traveler: string, hasGap: boolean): Promise<void> {
  if (hasGap && (await unanswered(core.db, traveler)).length === 0) {
    await fetchPacket(core, traveler);
  }
  await showStored(core, traveler);
}

export async function refreshQueue(core: Core): Promise<void> {
  const asked = core.server.get<StationQueue>("/api/floor/queue");
  if ((await inTime(core, asked)) === null) await showKeptQueue(core);
  const answer = await asked;
  if (answer.kind === "ok") {
    await keep(core.db, "queue", answer.value);
    core.set({ queue: answer.value, online: true });
    return;
  }
  if (answer.kind === "silence") core.set({ online: false });
  await showKeptQueue(core);
}

async function showKeptQueue(core: Core): Promise<void> {
  const remembered = await kept(core.db, "queue");
  if (core.view().queue === null && remembered !== null) core.set({ queue: remembered });
}

/** By the number on the unit; without the server among those that this tablet has opened before. */
export async function findTraveler(core: Core, code: string): Promise<Answer<Found>> {
  const asked = core.server.get<Found>(`/api/floor/find?code=${encodeURIComponent(code)}`);
  const soon = await inTime(core, asked);
  if (soon !== null && soon.kind !== "silence") return soon;
  const wanted = code.trim().toUpperCase();
  const here = (await core.db.getAll("packets")).find(({ packet: { state } }) =>
    [state.unit.serial, state.unit.lot].some((number) => number?.toUpperCase() === wanted),
  );
  return here === undefined ? asked : { kind: "ok", value: { id: here.traveler } };
}
