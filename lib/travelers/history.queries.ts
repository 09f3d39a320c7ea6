import "server-only";
import { db, forSite } from "#lib/db/client";
import { type InstructionContent, instructionContent } from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { type EntryLine, entryLine } from "#lib/record/schema";
import type { PlantPolicy } from "./facts.schema.ts";
import { parseEvent, type RecordedEvent } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";

export type NavCounts = { defects: number; holds: number; buyoffs: number };

/** What waits for somebody, for the navigation. */
export async function waitingCounts(actor: Actor): Promise<NavCounts> {
  const site = forSite(actor.site);
  const [defects, holds, buyoffs] = await Promise.all([
    site.defect.count({ where: { siteId: actor.site, status: "open" } }),
    site.hold.count({ where: { siteId: actor.site, releasedAt: null } }),
    site.traveler.count({ where: { siteId: actor.site, buyoffsDue: { isEmpty: false } } }),
  ]);
  return { defects, holds, buyoffs };
}

/** Null where the line can't be read: a record that somebody has tampered with is still shown. */
export type Entry = {
  seq: number;
  line: string;
  hash: string;
  read: { entry: EntryLine; event: RecordedEvent } | null;
};

export type TravelerRecord = {
  state: TravelerState;
  content: InstructionContent;
  revisionStatus: string;
  entries: readonly Entry[];
  events: readonly RecordedEvent[];
  /** Reasons and comments by hash; null: disposed of by retention. */
  texts: Readonly<Record<string, string | null>>;
  people: Readonly<Record<string, PersonName>>;
  policy: PlantPolicy;
  timeZone: string;
  /** Place among the units of its order, by serial: 2 of 6. */
  among: { place: number; of: number };
};
export type PersonName = { name: string; employeeNumber: string };

/** Everything the readable record of one unit is made from. Null: not at this site. */
export async function travelerRecord(actor: Actor, id: string): Promise<TravelerRecord | null> {
  const site = forSite(actor.site);
  const traveler = await site.traveler.findFirst({
    where: { id, siteId: actor.site },
    select: { state: true, contentSha256: true, workOrder: true },
  });
  if (!traveler) return null;
  const [revision, plant, entries, siblings] = await Promise.all([
    db.instructionRevision.findUniqueOrThrow({
      where: { contentSha256: traveler.contentSha256 },
      select: { content: true, status: true },
    }),
    site.site.findUniqueOrThrow({
      where: { id: actor.site },
      select: { policy: true, timeZone: true },
    }),
    entriesOf(actor, id),
    site.traveler.findMany({
      where: { siteId: actor.site, workOrder: traveler.workOrder },
      select: { id: true },
      orderBy: [{ serial: "asc" }, { lot: "asc" }, { id: "asc" }],
    }),
  ]);
  const [texts, people] = await Promise.all([textsOf(actor, entries), peopleOf(entries)]);
  return {
    state: traveler.state as unknown as TravelerState,
    content: instructionContent.parse(JSON.parse(revision.content)),
    revisionStatus: revision.status,
    entries,
    events: entries.flatMap(({ read }) => read?.event ?? []),
    texts,
    people,
    policy: plant.policy as unknown as PlantPolicy,
    timeZone: plant.timeZone,
    among: { place: siblings.findIndex((of) => of.id === id) + 1, of: siblings.length },
  };
}

const recorded = (entry: EntryLine): RecordedEvent => ({
  ...parseEvent(entry.type, entry.body),
  seq: entry.seq,
  person: entry.person,
  second: entry.second,
  at: entry.occurredAt as Instant,
  command: entry.command,
});

async function entriesOf(actor: Actor, stream: string): Promise<Entry[]> {
  const rows = await forSite(actor.site).entry.findMany({
    where: { streamId: stream, siteId: actor.site },
    select: { seq: true, line: true, hash: true },
    orderBy: { seq: "asc" },
  });
  return rows.map((row) => ({ ...row, read: readLine(row.line) }));
}

function readLine(line: string): Entry["read"] {
  try {
    const entry = entryLine.parse(JSON.parse(line));
    return { entry, event: recorded(entry) };
  } catch {
    // Verification names what is wrong with it; nothing is guessed here.
    return null;
  }
}

const linesOf = (entries: readonly Entry[]) => entries.flatMap(({ read }) => read?.entry ?? []);

/** Any 64 hex digits in a body may name a text; those that don't are not found, and that is all. */
async function textsOf(actor: Actor, entries: readonly Entry[]) {
  const named = linesOf(entries).flatMap(
    ({ body }) => JSON.stringify(body).match(/[0-9a-f]{64}/g) ?? [],
  );
  const rows = await forSite(actor.site).textBlob.findMany({
    where: { siteId: actor.site, sha256: { in: [...new Set(named)] } },
    select: { sha256: true, text: true },
  });
  return Object.fromEntries(rows.map(({ sha256, text }) => [sha256, text]));
}

/** Everybody the entries name, by the card that each entry carries: the name as it was then. */
async function peopleOf(entries: readonly Entry[]): Promise<Record<string, PersonName>> {
  const lines = linesOf(entries);
  const ids = new Set(lines.flatMap(({ person, second }) => [person, second]).filter(isText));
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
