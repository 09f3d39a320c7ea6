import { evolve } from "#lib/travelers/evolve.rules";
import type { CommandVerdict } from "#lib/travelers/schema";
import { type Core, nowInstant } from "./core.ts";
import { type DecisionRow, keep, keepPacket, kept } from "./memory.ts";
import { replayed, unanswered } from "./queue.ts";
import { keepServerTime } from "./sender.ts";
import type { Answer } from "./server.ts";
import type { CommandAnswer, Packet, StationQueue } from "./wire.schema.ts";

export type Found = { id: string };

async function show(core: Core, packet: Packet): Promise<void> {
  const rows = await unanswered(core.db, packet.state.id);
  const state = replayed(
    evolve,
    packet.state,
    rows.map((row) => row.local),
  );
  core.set({ open: { packet, state } });
}

/**
 * From the server when it answers and nothing of this traveler waits here: what the server sends must
 * not hold an act that the tablet still counts as its own.
 */
export async function fetchPacket(core: Core, traveler: string): Promise<Answer<Packet>> {
  const answer = await core.server.get<Packet>(`/api/floor/travelers/${traveler}`);
  if (answer.kind !== "ok") return answer;
  await keepServerTime(core, answer.value.serverTime);
  if ((await unanswered(core.db, traveler)).length > 0) return answer;
  // A slow answer must not take back what was heard of the server since.
  const known = (await core.db.get("packets", traveler))?.packet.state.seq ?? 0;
  if (answer.value.state.seq < known) return answer;
  await keepPacket(core.db, answer.value, nowInstant(core));
  return answer;
}

export async function openTraveler(core: Core, traveler: string): Promise<Answer<Packet>> {
  const answer = await fetchPacket(core, traveler);
  const stored = await core.db.get("packets", traveler);
  if (stored !== undefined && (answer.kind === "ok" || answer.kind === "silence")) {
    core.set({ online: answer.kind === "ok" });
    await show(core, stored.packet);
    return { kind: "ok", value: stored.packet };
  }
  return answer;
}

export async function refreshOpen(core: Core): Promise<void> {
  const { open } = core.view();
  if (open === null) return;
  const answer = await fetchPacket(core, open.packet.state.id);
  if (answer.kind === "ok") await showStored(core, open.packet.state.id);
}

export async function showStored(core: Core, traveler: string): Promise<void> {
  if (core.view().open?.packet.state.id !== traveler) return;
  const stored = await core.db.get("packets", traveler);
  if (stored !== undefined) await show(core, stored.packet);
}

/** Folds what the server appended into what it had confirmed before; a gap is fetched instead. */
export async function reconcile(
  core: Core,
  row: DecisionRow,
  verdict: CommandVerdict,
  answer: CommandAnswer,
): Promise<void> {
  const stored = await core.db.get("packets", row.traveler);
  if (stored === undefined) return;
  const people = { ...stored.packet.people, ...answer.people };
  let packet: Packet = { ...stored.packet, people };
  let hasGap = verdict.verdict !== "applied";
  if (verdict.verdict === "applied") {
    const fresh = verdict.events.filter((event) => event.seq > packet.state.seq);
    hasGap = fresh.length > 0 && fresh[0]?.seq !== packet.state.seq + 1;
    packet = { ...packet, state: fresh.reduce(evolve, packet.state), head: verdict.head };
  }
  await keepPacket(core.db, packet, nowInstant(core));
  if (hasGap && (await unanswered(core.db, row.traveler)).length === 0) {
    await fetchPacket(core, row.traveler);
  }
  await showStored(core, row.traveler);
}

export async function refreshQueue(core: Core): Promise<void> {
  const answer = await core.server.get<StationQueue>("/api/floor/queue");
  if (answer.kind === "ok") {
    await keep(core.db, "queue", answer.value);
    core.set({ queue: answer.value, online: true });
    return;
  }
  if (answer.kind === "silence") core.set({ online: false });
  const remembered = await kept(core.db, "queue");
  if (core.view().queue === null && remembered !== null) core.set({ queue: remembered });
}

export const findTraveler = (core: Core, code: string): Promise<Answer<Found>> =>
  core.server.get<Found>(`/api/floor/find?code=${encodeURIComponent(code)}`);
