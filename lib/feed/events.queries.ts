import "server-only";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import { eventsOf, type NoEvents } from "#lib/catalogue/events.rules";
import type { EventFacts } from "#lib/catalogue/facts.schema";
import type { Tx } from "#lib/db/client";
import type { Result } from "#lib/kit/result";
import { type EntryLine, entryLine } from "#lib/record/schema";
import { recordedEvent } from "#lib/record/verify.rules";
import { evolve, fold } from "#lib/travelers/evolve.rules";
import type { TravelerState } from "#lib/travelers/state.schema";
import { type EventReads, linesOf, readsOneByOne } from "./event-reads.queries.ts";
import { contentOf, type Queued } from "./routing.queries.ts";

/**
 * What an entry is to a receiver who may have so much of people and their words: the events of the
 * catalogue, made from the record as it was at that entry. For the router, in its own transaction.
 */
export async function eventsFor(
  tx: Tx,
  of: Pick<Queued, "site" | "hash">,
  entry: EntryLine,
  to: Pick<EventFacts, "origin" | "discloses">,
  read: EventReads = readsOneByOne(tx),
): Promise<Result<readonly CloudEvent[], NoEvents>> {
  const isTraveler = entry.kind === "traveler";
  const facts: EventFacts = {
    ...to,
    site: await read.site(of.site),
    entryHash: of.hash,
    card: await read.card(entry.card),
    words: {},
    content: await contentOf(tx, entry.instruction?.sha256 ?? null),
    state: isTraveler ? await stateAfter(tx, entry, of.hash) : null,
    act: isTraveler ? await read.act(entry) : [],
  };
  // First without words, to see which it names; they are looked up by what the event itself says.
  const silent = eventsOf(entry, facts);
  const named = silent.ok ? [...new Set(JSON.stringify(silent.value).match(namedHash) ?? [])] : [];
  if (!to.discloses.words || named.length === 0) return silent;
  const hashes = named.map((text) => text.slice(-65, -1));
  return eventsOf(entry, { ...facts, words: await read.texts(of.site, hashes) });
}

const namedHash = /"sha256":"[0-9a-f]{64}"/g;

// By the hash of the entry that left it: what comes before a hash never changes, so it is never stale.
const states = new Map<string, { stream: string; seq: number; state: TravelerState }>();
const statesMax = 500;
/** After an entry that logged a defect: looked back at for whatever is said of that defect later. */
const logged = new Map<string, TravelerState>();
const loggedMax = 2_000;
/** The last state known of a traveler, by its hash: what comes between it and an entry is read, not the whole again. */
const lastOf = new Map<string, string>();

async function stateAfter(tx: Tx, entry: EntryLine, hash: string): Promise<TravelerState | null> {
  const here = states.get(hash)?.state ?? logged.get(hash);
  if (here) return here;
  const state = (await goneOn(tx, entry)) ?? (await foldedUpTo(tx, entry.stream, entry.seq));
  if (!state) return null;
  if (entry.type === "defect.logged") {
    logged.set(hash, state);
    const [first] = logged.size > loggedMax ? logged.keys() : [];
    if (first) logged.delete(first);
  }
  const before = lastOf.get(entry.stream);
  // Only looked back at, for what an event is about: the next entry goes on from the last state known, not from here.
  if (before && (states.get(before)?.seq ?? 0) > entry.seq) return state;
  if (before) states.delete(before);
  states.set(hash, { stream: entry.stream, seq: entry.seq, state });
  lastOf.set(entry.stream, hash);
  const oldest = states.entries().next();
  if (states.size > statesMax && !oldest.done) {
    const [key, { stream }] = oldest.value;
    states.delete(key);
    lastOf.delete(stream);
  }
  return state;
}

/** From the last state known of the traveler, where it is before the entry and of the same chain. */
async function goneOn(tx: Tx, entry: EntryLine): Promise<TravelerState | null> {
  const from = lastOf.get(entry.stream) ?? "";
  const known = states.get(from);
  if (!known || known.seq >= entry.seq) return null;
  if (known.seq === entry.seq - 1)
    return entry.prev === from ? evolve(known.state, recordedEvent(entry)) : null;
  const rows = await tx.$queryRaw<{ line: string }[]>`
    select line from entries where stream_id = ${entry.stream}::uuid
       and seq > ${known.seq} and seq <= ${entry.seq} order by seq`;
  const lines = rows.map(({ line }) => entryLine.parse(JSON.parse(line)));
  if (lines[0]?.prev !== from) return null;
  return lines.reduce((state, line) => evolve(state, recordedEvent(line)), known.state);
}

/** From the entries, and before them, for a lot that was split off, from its parent's up to the split. */
export async function foldedUpTo(
  tx: Tx,
  stream: string,
  seq: number,
): Promise<TravelerState | null> {
  const events = linesOf(
    await tx.$queryRaw<{ line: string }[]>`
      select line from entries where stream_id = ${stream}::uuid and seq <= ${seq} order by seq`,
  );
  const [first] = events;
  const parent =
    first?.type === "traveler.split_off"
      ? await foldedUpTo(tx, first.body.from.traveler, first.body.from.seq)
      : null;
  return fold(events, parent);
}
