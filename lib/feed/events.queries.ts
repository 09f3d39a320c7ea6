import "server-only";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import { eventsOf, type NoEvents } from "#lib/catalogue/events.rules";
import type { EventFacts } from "#lib/catalogue/facts.schema";
import type { Tx } from "#lib/db/client";
import type { Result } from "#lib/kit/result";
import { type EntryLine, entryLine } from "#lib/record/schema";
import { recordedEvent } from "#lib/record/verify.rules";
import { evolve, fold } from "#lib/travelers/evolve.rules";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import type { RecordedEvent } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import { cardOf, contentOf, type Queued, textsOf } from "./routing.queries.ts";

/**
 * What an entry is to a receiver who may have so much of people and their words: the events of the
 * catalogue, made from the record as it was at that entry. For the router, in its own transaction.
 */
export async function eventsFor(
  tx: Tx,
  of: Pick<Queued, "site" | "hash">,
  entry: EntryLine,
  to: Pick<EventFacts, "origin" | "discloses">,
): Promise<Result<readonly CloudEvent[], NoEvents>> {
  const site = await tx.site.findUniqueOrThrow({
    where: { id: of.site },
    select: { id: true, code: true, timeZone: true, policy: true },
  });
  const isTraveler = entry.kind === "traveler";
  const facts: EventFacts = {
    ...to,
    site: { ...site, policy: site.policy as unknown as PlantPolicy },
    entryHash: of.hash,
    card: await cardOf(tx, entry.card),
    words: {},
    content: await contentOf(tx, entry.instruction?.sha256 ?? null),
    state: isTraveler ? await stateAfter(tx, entry, of.hash) : null,
    act: isTraveler ? await actOf(tx, entry) : [],
  };
  // First without words, to see which it names; they are looked up by what the event itself says.
  const silent = eventsOf(entry, facts);
  const named = silent.ok ? [...new Set(JSON.stringify(silent.value).match(namedHash) ?? [])] : [];
  if (!to.discloses.words || named.length === 0) return silent;
  const hashes = named.map((text) => text.slice(-65, -1));
  return eventsOf(entry, { ...facts, words: await textsOf(tx, of.site, hashes) });
}

const namedHash = /"sha256":"[0-9a-f]{64}"/g;

const linesOf = (rows: readonly { line: string }[]): RecordedEvent[] =>
  rows.map(({ line }) => recordedEvent(entryLine.parse(JSON.parse(line))));

/** Everything that was recorded by the same command, in its order. */
async function actOf(tx: Tx, { stream, command }: EntryLine): Promise<RecordedEvent[]> {
  if (command === null) return [];
  return linesOf(
    await tx.$queryRaw<{ line: string }[]>`
      select line from entries
       where stream_id = ${stream}::uuid and command_id = ${command}::uuid order by seq`,
  );
}

// By the hash of the entry that left it: what comes before a hash never changes, so it is never stale.
const states = new Map<string, TravelerState>();
const statesMax = 500;

async function stateAfter(tx: Tx, entry: EntryLine, hash: string): Promise<TravelerState | null> {
  const before = entry.prev === null ? undefined : states.get(entry.prev);
  const state = before
    ? evolve(before, recordedEvent(entry))
    : await foldedUpTo(tx, entry.stream, entry.seq);
  if (!state) return null;
  if (entry.prev !== null) states.delete(entry.prev);
  states.set(hash, state);
  const oldest = states.keys().next();
  if (states.size > statesMax && !oldest.done) states.delete(oldest.value);
  return state;
}

/** From the entries, and before them, for a lot that was split off, from its parent's up to the split. */
async function foldedUpTo(tx: Tx, stream: string, seq: number): Promise<TravelerState | null> {
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
