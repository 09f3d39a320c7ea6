import "server-only";
import { db, forSite } from "#lib/db/client";
import type { Actor } from "#lib/people/schema";
import { type EntryLine, entryLine, type StreamKind } from "./schema.ts";
import { streamOf } from "./streams.rules.ts";

/** An entry, its hash, and the very line that is hashed. */
export type HistoryEntry = { line: string; hash: string; entry: EntryLine };
export type PersonName = { name: string; employeeNumber: string };

export type History = {
  entries: readonly HistoryEntry[];
  /** Reasons and comments by hash; null: disposed of by retention. */
  texts: Readonly<Record<string, string | null>>;
  people: Readonly<Record<string, PersonName>>;
};

/** What happened to a gage, an order, a person or the site, the newest first. */
export async function historyOf(
  actor: Actor,
  kind: Exclude<StreamKind, "traveler">,
  id: string,
  most = 200,
): Promise<History> {
  const rows = await forSite(actor.site).entry.findMany({
    where: { streamId: streamOf(kind, id, actor.site), siteId: actor.site },
    select: { line: true, hash: true },
    orderBy: { seq: "desc" },
    take: most,
  });
  return toldBy(actor, rows);
}

/**
 * What happened at the site of these types, the newest first, of whatever stream: for what has no stream
 * of its own. `isMeant` picks from what is read; that much is read at most.
 */
export async function historyOfTypes(
  actor: Actor,
  types: readonly string[],
  isMeant: (entry: EntryLine) => boolean = () => true,
  most = 2000,
): Promise<History> {
  const rows = await forSite(actor.site).entry.findMany({
    where: { siteId: actor.site, type: { in: [...types] } },
    select: { line: true, hash: true },
    orderBy: { recordedAt: "desc" },
    take: most,
  });
  return toldBy(
    actor,
    rows.filter(({ line }) => isMeant(entryLine.parse(JSON.parse(line)))),
  );
}

async function toldBy(
  actor: Actor,
  rows: readonly { line: string; hash: string }[],
): Promise<History> {
  const entries = rows.map((row) => ({ ...row, entry: entryLine.parse(JSON.parse(row.line)) }));
  const lines = entries.map(({ entry }) => entry);
  const trainers = lines.flatMap(({ body }) => {
    const { trainer } = body as { trainer?: unknown };
    return typeof trainer === "string" ? [trainer] : [];
  });
  const [texts, people] = await Promise.all([textsOf(actor, lines), peopleOf(lines, trainers)]);
  return { entries, texts, people };
}

/** Any 64 hex digits in a body may name a text; those that don't are not found, and that is all. */
export async function textsOf(
  actor: Actor,
  lines: readonly EntryLine[],
): Promise<Record<string, string | null>> {
  const named = lines.flatMap(({ body }) => JSON.stringify(body).match(/[0-9a-f]{64}/g) ?? []);
  const rows = await forSite(actor.site).textBlob.findMany({
    where: { siteId: actor.site, sha256: { in: [...new Set(named)] } },
    select: { sha256: true, text: true },
  });
  return Object.fromEntries(rows.map(({ sha256, text }) => [sha256, text]));
}

/** Everybody the lines name, by the card that each carries: the name as it was then. `also`: named in a body alone. */
export async function peopleOf(
  lines: readonly EntryLine[],
  also: readonly string[] = [],
): Promise<Record<string, PersonName>> {
  const acting = lines.flatMap(({ person, second }) => [person, second]).filter(isText);
  const ids = new Set([...acting, ...also]);
  const cards = new Set(lines.map(({ card }) => card).filter(isText));
  const [named, carded] = await Promise.all([
    db.person.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, name: true, employeeNumber: true },
    }),
    db.personCard.findMany({
      where: { hash: { in: [...cards] } },
      select: { personId: true, card: true },
      orderBy: { version: "asc" },
    }),
  ]);
  const people = Object.fromEntries(
    named.map(({ id, name, employeeNumber }) => [id, { name, employeeNumber }]),
  );
  for (const { personId, card } of carded) {
    const { name, employeeNumber } = JSON.parse(card) as PersonName;
    people[personId] = { name, employeeNumber };
  }
  return people;
}

const isText = (value: string | null): value is string => value !== null;
