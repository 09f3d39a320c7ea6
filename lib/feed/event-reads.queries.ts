import "server-only";
import type { EventFacts } from "#lib/catalogue/facts.schema";
import type { Tx } from "#lib/db/client";
import { type EntryLine, entryLine } from "#lib/record/schema";
import { recordedEvent } from "#lib/record/verify.rules";
import type { RecordedEvent } from "#lib/travelers/events.schema";
import type { PlantPolicy } from "#lib/travelers/facts.schema";

type Site = EventFacts["site"];
type NamedCard = { name: string; employeeNumber: string; stamps: readonly string[] };

/** What an entry's events are made from, beside the entry and the traveler's state. */
export type EventReads = {
  site(id: string): Promise<Site>;
  /** The card that an entry names, as it was. */
  card(hash: string | null): Promise<NamedCard | null>;
  /** Everything that was recorded by the same command, in its order. */
  act(entry: EntryLine): Promise<RecordedEvent[]>;
  texts(site: string, hashes: readonly string[]): Promise<Record<string, string>>;
};

export const linesOf = (rows: readonly { line: string }[]): RecordedEvent[] =>
  rows.map(({ line }) => recordedEvent(entryLine.parse(JSON.parse(line))));

async function siteOf(tx: Tx, id: string): Promise<Site> {
  const site = await tx.site.findUniqueOrThrow({
    where: { id },
    select: { id: true, code: true, timeZone: true, policy: true },
  });
  return { ...site, policy: site.policy as unknown as PlantPolicy };
}

async function cardsOf(tx: Tx, hashes: readonly string[]): Promise<Map<string, NamedCard>> {
  if (hashes.length === 0) return new Map();
  const rows = await tx.personCard.findMany({
    where: { hash: { in: [...hashes] } },
    select: { hash: true, card: true },
  });
  return new Map(rows.map(({ hash, card }) => [hash, JSON.parse(card) as NamedCard]));
}

type Command = { stream: string; command: string };
const nameOf = ({ stream, command }: Command): string => `${stream}/${command}`;

async function actsOf(tx: Tx, asked: readonly Command[]): Promise<Map<string, RecordedEvent[]>> {
  if (asked.length === 0) return new Map();
  const rows = await tx.$queryRaw<(Command & { line: string })[]>`
    select a.stream::text, a.command::text, e.line
      from unnest(${asked.map(({ stream }) => stream)}::uuid[], ${asked.map(({ command }) => command)}::uuid[])
             a(stream, command)
      cross join lateral (
        select line, seq from entries where stream_id = a.stream and command_id = a.command) e
     order by e.seq`;
  const acts = Map.groupBy(rows, nameOf);
  return new Map([...acts].map(([name, lines]) => [name, linesOf(lines)]));
}

async function textsOf(tx: Tx, site: string, hashes: readonly string[]) {
  if (hashes.length === 0) return {};
  const rows = await tx.textBlob.findMany({
    where: { siteId: site, sha256: { in: [...hashes] } },
    select: { sha256: true, text: true },
  });
  return Object.fromEntries(
    rows.flatMap(({ sha256, text }) => (text === null ? [] : [[sha256, text]])),
  );
}

const commandOf = ({ stream, command }: EntryLine): Command[] =>
  command === null ? [] : [{ stream, command }];

export const readsOneByOne = (tx: Tx): EventReads => ({
  site: (id) => siteOf(tx, id),
  card: async (hash) => (hash === null ? null : ((await cardsOf(tx, [hash])).get(hash) ?? null)),
  act: async (entry) => {
    const asked = commandOf(entry);
    return [...(await actsOf(tx, asked)).values()][0] ?? [];
  },
  texts: (site, hashes) => textsOf(tx, site, hashes),
});

const anyHash = /"[0-9a-f]{64}"/g;

/**
 * For many entries in one transaction: each kind of thing is read once for all of them. What turns out to be asked for
 * beside it is read by itself.
 */
export async function readsTogether(
  tx: Tx,
  lines: readonly { site: string; line: string }[],
): Promise<EventReads> {
  const one = readsOneByOne(tx);
  const entries = lines.flatMap(({ line }) => {
    const entry = entryLine.safeParse(JSON.parse(line));
    return entry.success ? [entry.data] : [];
  });
  const cards = await cardsOf(tx, [...new Set(entries.flatMap(({ card }) => card ?? []))]);
  const commands = new Map(entries.flatMap(commandOf).map((of) => [nameOf(of), of]));
  const acts = await actsOf(tx, [...commands.values()]);
  const sites = new Map<string, Promise<Site>>();
  const texts = new Map<string, { asked: ReadonlySet<string>; found: Record<string, string> }>();
  for (const [site, own] of Map.groupBy(lines, (of) => of.site)) {
    const named = own.flatMap(({ line }) => line.match(anyHash) ?? []);
    const asked = new Set(named.map((text) => text.slice(1, -1)));
    texts.set(site, { asked, found: await textsOf(tx, site, [...asked]) });
  }
  return {
    site: (id) => {
      const known = sites.get(id) ?? one.site(id);
      sites.set(id, known);
      return known;
    },
    card: async (hash) => (hash === null ? null : (cards.get(hash) ?? one.card(hash))),
    act: async (entry) => {
      const [command] = commandOf(entry);
      return command ? (acts.get(nameOf(command)) ?? one.act(entry)) : [];
    },
    texts: async (site, hashes) => {
      const known = texts.get(site);
      if (!known || hashes.some((hash) => !known.asked.has(hash))) return one.texts(site, hashes);
      return Object.fromEntries(
        hashes.flatMap((hash) => {
          const text = known.found[hash];
          return text === undefined ? [] : [[hash, text]];
        }),
      );
    },
  };
}
