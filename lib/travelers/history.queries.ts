import "server-only";
import { db, forSite } from "#lib/db/client";
import { type InstructionContent, instructionContent } from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { type PersonName, peopleOf, textsOf } from "#lib/record/history.queries";
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
  const lines = entries.flatMap(({ read }) => read?.entry ?? []);
  const [texts, people] = await Promise.all([textsOf(actor, lines), peopleOf(lines)]);
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
