import { type Canonical, canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import type { Result } from "#lib/kit/result";
import { instant } from "#lib/kit/time";
import { secondIn } from "#lib/travelers/auth.rules";
import type { RecordedEvent, TravelerEvent } from "#lib/travelers/events.schema";
import type { Facts } from "#lib/travelers/facts.schema";
import { onlineOnly } from "#lib/travelers/online-only.rules";
import type { Refusal } from "#lib/travelers/refusal.schema";
import type { Command, CommandVerdict, Envelope } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import {
  plantTimeMs,
  type Reading,
  type Sample,
  stepped,
  uncertaintyAt,
} from "#lib/travelers/tablet-clock.rules";
import {
  type DecisionRow,
  type LocalOutcome,
  readAnew,
  type TabletDb,
  unseenDecisions,
  type WaitingCommand,
} from "./memory.ts";
import { type RuleBook, ruleBook } from "./rules-part.ts";
import type { CommandAnswer, Packet } from "./wire.schema.ts";

export type Decide = (
  state: TravelerState | null,
  command: Command,
  facts: Facts,
) => Result<{ events: TravelerEvent[]; texts: string[] }, Refusal>;
export type Evolve = (state: TravelerState | null, event: RecordedEvent) => TravelerState;
export type Rules = { decide: Decide; evolve: Evolve };

/** What the tablet's clocks say now. */
export type Clock = {
  nowMs: number;
  monotonicMs: number;
  bootId: string;
  lastServerContact: string | null;
  skew: number;
  /** The exchange that the skew is from; none: it was never asked, or by an earlier version of the page. */
  sample?: Sample | null;
  /** How long the tablet has slept since then. */
  sleptMs?: number;
};

export type Act = {
  command: Command;
  person: string;
  auth: Envelope["auth"];
  blobs?: readonly string[];
  /** Written down with the act that names it, or neither is. */
  seal?: string;
  /** Server's time of the last whole picture of the unit. */
  asOf?: string;
};

export const readingIn = ({ nowMs, monotonicMs, bootId }: Clock): Reading => ({
  wallMs: nowMs,
  monotonicMs,
  bootId,
});

/** The plant's time by this tablet's clocks and what the server's clock last said; a clock that was set since doesn't move it. */
export const plantNowMs = (clock: Clock): number =>
  clock.sample
    ? plantTimeMs(clock.sample, readingIn(clock), clock.sleptMs ?? 0)
    : clock.nowMs + clock.skew;
export const correctedAt = (clock: Clock): string => instant(plantNowMs(clock));

/** How sure this tablet is of its clock; nothing, where it can't say. */
function sureness(clock: Clock): Partial<Envelope["at"]> {
  const { sample } = clock;
  if (!sample) return {};
  const now = readingIn(clock);
  const step = stepped(sample, now);
  return {
    uncertainty: uncertaintyAt(sample, now),
    step: step === null ? null : Math.round(step),
  };
}

/** What an act says of its tablet's clocks. */
export const clockSaid = (clock: Clock): Envelope["at"] => ({
  wall: instant(clock.nowMs),
  monotonic: Math.round(clock.monotonicMs),
  bootId: clock.bootId,
  lastServerContact: clock.lastServerContact,
  skew: Math.round(clock.skew),
  ...sureness(clock),
});

export function recorded(
  events: readonly TravelerEvent[],
  from: { seq: number; person: string | null; second: string | null; at: string; command: string },
): RecordedEvent[] {
  return events.map((event, index) => ({
    ...event,
    seq: from.seq + index + 1,
    person: from.person,
    second: from.second,
    at: from.at,
    command: from.command,
  }));
}

/** What the rules on the tablet say to an act; null where only the server may decide. */
export function decideHere(
  rules: Rules,
  state: TravelerState,
  act: Act,
  facts: Facts,
): LocalOutcome {
  if (onlineOnly.has(act.command.type)) return null;
  const decision = rules.decide(state, act.command, facts);
  if (!decision.ok) return { ok: false, refusal: decision.error };
  return {
    ok: true,
    events: recorded(decision.value.events, {
      seq: state.seq,
      person: act.person,
      second: secondIn(act.auth)?.person ?? null,
      at: facts.at,
      command: act.command.id,
    }),
  };
}

/**
 * Writes an act down for good, in one strict transaction: its place in this tablet's sequence, its
 * envelope and what was decided. Resolves once it is on the disk; only then may the screen move on.
 * An id that is there already changes nothing: a double tap is one act.
 */
export async function enqueue(
  db: TabletDb,
  device: string,
  state: TravelerState,
  act: Act,
  local: LocalOutcome,
  clock: Clock,
): Promise<Envelope> {
  const tx = db.transaction(["kept", "commands", "decisions", "seals"], "readwrite", {
    durability: "strict",
  });
  const decisions = tx.objectStore("decisions");
  const before = await decisions.get(act.command.id);
  if (before !== undefined) {
    const again = await tx.objectStore("commands").get(before.deviceSeq);
    await tx.done;
    if (again === undefined) throw new Error("this act was answered already");
    return again.envelope;
  }
  const chain = ((await tx.objectStore("kept").get("chain")) as
    | { seq: number; prev: string | null }
    | undefined) ?? { seq: 0, prev: null };
  const deviceSeq = chain.seq + 1;
  const envelope = envelopeOf(device, state, act, clock, deviceSeq, chain.prev);
  await Promise.all([
    tx.objectStore("commands").add({ deviceSeq, envelope, triedAt: null }),
    decisions.add({
      commandId: act.command.id,
      deviceSeq,
      traveler: state.id,
      type: act.command.type,
      body: act.command.body,
      local,
      verdict: null,
      acknowledgedAt: null,
    }),
    act.seal !== undefined &&
      tx.objectStore("seals").add({
        command: act.command.id,
        traveler: state.id,
        sealed: act.seal,
        sealedAt: instant(clock.nowMs),
        notBeforeMs: 0,
      }),
    tx
      .objectStore("kept")
      .put({ seq: deviceSeq, prev: canonicalSha256(envelope as unknown as Canonical) }, "chain"),
    tx.done,
  ]);
  return envelope;
}

function envelopeOf(
  device: string,
  state: TravelerState,
  act: Act,
  clock: Clock,
  deviceSeq: number,
  devicePrev: string | null,
): Envelope {
  return {
    v: 1,
    id: act.command.id,
    device,
    deviceSeq,
    devicePrev,
    traveler: state.id,
    expects: {
      revision: state.revision.revision,
      contentSha256: state.revision.contentSha256,
      seq: state.seq,
      ...(act.asOf !== undefined && { asOf: act.asOf }),
    },
    type: act.command.type,
    body: act.command.body,
    person: act.person,
    auth: act.auth,
    at: clockSaid(clock),
    blobs: [...(act.blobs ?? [])],
  };
}

/** The record holds hashes; what this tablet itself wrote it can show before the server sends it back. */
export function textsSaid(body: unknown): Packet["texts"] {
  if (typeof body !== "object" || body === null) return {};
  const said = body as Record<string, unknown>;
  // Why it is entered late stands beside what was done, in a member of its own.
  const late = said.late as { reason?: unknown } | null | undefined;
  return Object.fromEntries(
    [said.text, said.reason, said.comment, late?.reason]
      .filter((text) => typeof text === "string")
      .map((text) => [sha256Hex(text), text]),
  );
}

export const newCommandId = (nowMs: number): string => uuidv7(nowMs);

/** In the order of this tablet's sequence. */
export async function waitingCommands(db: TabletDb, most?: number): Promise<WaitingCommand[]> {
  return db.getAll("commands", undefined, most);
}

/** `hasGap`: others have written between what this tablet knew and what was appended now. */
export type Settled = { row: DecisionRow; hasGap: boolean };

/**
 * The server's word is final. Applied and refused commands leave the queue; what was said stays beside
 * what the tablet had said itself. The same transaction folds what was appended into the packet: an act is
 * at every moment either waiting or confirmed.
 */
export async function settle(
  db: TabletDb,
  verdict: CommandVerdict,
  answer: Pick<CommandAnswer, "people"> = { people: {} },
): Promise<Settled | null> {
  if (verdict.verdict === "retry_later") return null;
  const rules = await ruleBook.bring();
  const tx = db.transaction(["commands", "decisions", "packets", "seals"], "readwrite", {
    durability: "strict",
  });
  const row = await tx.objectStore("decisions").get(verdict.id);
  const stored = row && (await tx.objectStore("packets").get(row.traveler));
  if (row === undefined) {
    await tx.done;
    return null;
  }
  const settled: DecisionRow = { ...row, verdict };
  const folded = stored && confirmed(rules, stored.packet, verdict, answer.people, row.body);
  await Promise.all([
    tx.objectStore("decisions").put(settled),
    tx.objectStore("commands").delete(row.deviceSeq),
    // What was not applied was not signed: its box proves nothing any more.
    verdict.verdict !== "applied" && tx.objectStore("seals").delete(verdict.id),
    stored && folded && tx.objectStore("packets").put({ ...stored, packet: folded.packet }),
    tx.done,
  ]);
  if (isUnseen(settled)) readAnew(db);
  return { row: settled, hasGap: folded?.hasGap ?? false };
}

/** What the server appended, on top of what it had confirmed before. */
function confirmed(
  { evolve, gagesNow }: RuleBook,
  packet: Packet,
  verdict: CommandVerdict,
  people: Packet["people"],
  body: unknown,
): { packet: Packet; hasGap: boolean } {
  const texts = { ...packet.texts, ...textsSaid(body) };
  const known = { ...packet, texts, people: { ...packet.people, ...people } };
  if (verdict.verdict !== "applied") return { packet: known, hasGap: true };
  const fresh = verdict.events.filter((event) => event.seq > packet.state.seq);
  if (fresh.length === 0) return { packet: known, hasGap: false };
  const hasGap = fresh[0]?.seq !== packet.state.seq + 1;
  // Over a gap the act stays on the screen, numbered as if nothing lay between, until the whole is fetched.
  const state = fresh.reduce(
    (before, event) => evolve(before, { ...event, seq: before.seq + 1 }),
    packet.state,
  );
  // A gage that was put aside here stays aside until the whole is fetched, and does not come back with the answer.
  const gages = gagesNow(packet.gages, packet.state, state);
  const head = hasGap ? packet.head : verdict.head;
  return { packet: { ...known, gages, state, head }, hasGap };
}

/** The server did not apply it, and nobody has seen that yet. */
export const isUnseen = ({ acknowledgedAt, verdict, verification }: DecisionRow): boolean =>
  acknowledgedAt === null &&
  (verdict?.verdict === "recorded_not_applied" ||
    verdict?.verdict === "malformed" ||
    verification?.refusal != null);

export const refusedUnseen = (db: TabletDb): Promise<DecisionRow[]> =>
  unseenDecisions(db, isUnseen);

export async function acknowledge(db: TabletDb, commandId: string, at: string): Promise<void> {
  const tx = db.transaction("decisions", "readwrite", { durability: "strict" });
  const row = await tx.store.get(commandId);
  if (row !== undefined) await tx.store.put({ ...row, acknowledgedAt: at });
  await tx.done;
  readAnew(db);
}

/**
 * What the screen shows: the server's state, and on top of it what this tablet did and has no answer to
 * yet. `evolve` is total, so that what no longer fits after a refusal does no harm until its own verdict.
 */
export function replayed(
  evolve: Evolve,
  confirmed: TravelerState,
  waiting: readonly LocalOutcome[],
): TravelerState {
  return waiting
    .flatMap((local) => (local?.ok === true ? local.events : []))
    .reduce((state, event) => evolve(state, { ...event, seq: state.seq + 1 }), confirmed);
}

/** What the tablet did on one traveler and the server has not answered, in order. */
export async function unanswered(db: TabletDb, traveler: string): Promise<DecisionRow[]> {
  const rows = await Promise.all(
    (await waitingCommands(db))
      .filter(({ envelope }) => envelope.traveler === traveler)
      .map(({ envelope }) => db.get("decisions", envelope.id)),
  );
  return rows.filter((row) => row !== undefined);
}
