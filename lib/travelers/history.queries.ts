import "server-only";
import { db, forSite } from "#lib/db/client";
import type { InstructionContent } from "#lib/instructions/schema";
import { type Instant, instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { type PersonName, peopleOf, textsOf } from "#lib/record/history.queries";
import { type EntryLine, entryLine } from "#lib/record/schema";
import { contentOf } from "./contents.queries.ts";
import { parseEvent, type RecordedEvent } from "./events.schema.ts";
import type { PlantPolicy } from "./facts.schema.ts";
import { meetingKinds, type TravelerState } from "./state.schema.ts";
import { buyoffsDueCounted } from "./waiting.queries.ts";
import { waiversCounted } from "./waivers.queries.ts";

export type NavCounts = {
  defects: number;
  holds: number;
  buyoffs: number;
  reviews: number;
  conflicts: number;
  waivers: number;
};

/** What waits for somebody, for the navigation. */
export async function waitingCounts(actor: Actor): Promise<NavCounts> {
  const site = forSite(actor.site);
  const [defects, holds, buyoffs, reviews, conflicts, { waiting }] = await Promise.all([
    site.defect.count({ where: { siteId: actor.site, status: "open" } }),
    openHoldsCounted(actor),
    buyoffsDueCounted(actor),
    site.signal.count({
      where: { siteId: actor.site, reviewedAt: null, kind: { notIn: [...meetingKinds] } },
    }),
    site.signal.count({
      where: { siteId: actor.site, reviewedAt: null, kind: { in: [...meetingKinds] } },
    }),
    waiversCounted(actor),
  ]);
  return { defects, holds, buyoffs, reviews, conflicts, waivers: waiting };
}

/** On single travelers and on more than one. */
async function openHoldsCounted(actor: Actor): Promise<number> {
  const site = forSite(actor.site);
  const open = { siteId: actor.site, releasedAt: null };
  const [own, plant] = await Promise.all([
    site.hold.count({ where: open }),
    site.plantHold.count({ where: open }),
  ]);
  return own + plant;
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
  /** Of a lot that was split off: what of its parent's record is also its history, and where that is. */
  inherited: readonly RecordedEvent[];
  parent: { traveler: string; unit: string; seq: number } | null;
  /** How the travelers that pieces came from or went to are called, by id. */
  lots: Readonly<Record<string, string>>;
  /** Hash of the last entry. */
  head: string;
  effectiveAt: Instant | null;
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
      select: { content: true, status: true, effectiveAt: true },
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
  const state = traveler.state as unknown as TravelerState;
  const [before, lots] = await Promise.all([historyBefore(actor, state), lotsOf(actor, state)]);
  const lines = [...before, ...entries].flatMap(({ read }) => read?.entry ?? []);
  const [texts, people] = await Promise.all([
    textsOf(actor, lines),
    peopleOf(
      lines,
      state.waivers.map(({ person }) => person),
    ),
  ]);
  const { origin } = state;
  return {
    state,
    content: contentOf(traveler.contentSha256, revision.content),
    revisionStatus: revision.status,
    entries,
    events: entries.flatMap(({ read }) => read?.event ?? []),
    inherited: before.flatMap(({ read }) => read?.event ?? []),
    parent: origin && {
      traveler: origin.traveler,
      unit: lots[origin.traveler] ?? "",
      seq: origin.seq,
    },
    lots,
    head: entries.at(-1)?.hash ?? "",
    effectiveAt: revision.effectiveAt && instant(revision.effectiveAt.getTime()),
    texts,
    people,
    policy: plant.policy as unknown as PlantPolicy,
    timeZone: plant.timeZone,
    among: { place: siblings.findIndex((of) => of.id === id) + 1, of: siblings.length },
  };
}

/** An entry of a traveler as the rules know it. */
export const recordedEvent = (entry: EntryLine): RecordedEvent => ({
  ...parseEvent(entry.type, entry.body),
  seq: entry.seq,
  person: entry.person,
  second: entry.second,
  at: entry.occurredAt as Instant,
  command: entry.command,
});

/** The parent's entries up to the split, and before them those of its own parent. */
async function historyBefore(
  actor: Actor,
  { origin }: Pick<TravelerState, "origin">,
): Promise<Entry[]> {
  if (origin === null) return [];
  const [parent, entries] = await Promise.all([
    forSite(actor.site).traveler.findFirst({
      where: { id: origin.traveler, siteId: actor.site },
      select: { state: true },
    }),
    entriesOf(actor, origin.traveler, origin.seq),
  ]);
  if (!parent) return entries;
  const above = await historyBefore(actor, parent.state as unknown as TravelerState);
  return [...above, ...entries];
}

async function lotsOf(actor: Actor, state: TravelerState): Promise<Record<string, string>> {
  const { origin, splits, merges, mergedInto } = state;
  const ids = [
    origin?.traveler,
    mergedInto,
    ...splits.map(({ child }) => child),
    ...merges.map(({ traveler }) => traveler),
  ].filter((id): id is string => typeof id === "string");
  if (ids.length === 0) return {};
  const rows = await forSite(actor.site).traveler.findMany({
    where: { id: { in: ids }, siteId: actor.site },
    select: { id: true, serial: true, lot: true },
  });
  return Object.fromEntries(rows.map(({ id, serial, lot }) => [id, serial ?? lot ?? ""]));
}

async function entriesOf(actor: Actor, stream: string, upTo?: number): Promise<Entry[]> {
  const rows = await forSite(actor.site).entry.findMany({
    where: {
      streamId: stream,
      siteId: actor.site,
      ...(upTo === undefined ? {} : { seq: { lte: upTo } }),
    },
    select: { seq: true, line: true, hash: true },
    orderBy: { seq: "asc" },
  });
  return rows.map((row) => ({ ...row, read: readLine(row.line) }));
}

function readLine(line: string): Entry["read"] {
  try {
    const entry = entryLine.parse(JSON.parse(line));
    return { entry, event: recordedEvent(entry) };
  } catch {
    // Verification names what is wrong with it; nothing is guessed here.
    return null;
  }
}
