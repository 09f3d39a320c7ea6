import "server-only";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import { eventsOf } from "#lib/catalogue/events.rules";
import type { EventFacts } from "#lib/catalogue/facts.schema";
import { inTransaction, type Tx } from "#lib/db/client";
import { linesOf } from "#lib/feed/event-reads.queries";
import { foldedUpTo } from "#lib/feed/events.queries";
import { contentOf } from "#lib/feed/routing.queries";
import type { Actor } from "#lib/people/schema";
import { type EntryLine, entryLine } from "#lib/record/schema";
import { recordedEvent } from "#lib/record/verify.rules";
import { evolve, fold } from "#lib/travelers/evolve.rules";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import { performanceOf } from "./performance.rules.ts";
import type { Performance } from "./performance.schema.ts";
import { orderByNumber } from "./queries.ts";

/**
 * What an MES is told of an order, made of the events of its units and of the holds that lie on it: the
 * same that the feed sends, from the same record. "empty": nothing of it was released yet.
 */
export async function performanceOfOrder(
  actor: Actor,
  number: string,
  origin: string,
): Promise<Performance | "empty" | null> {
  const order = await orderByNumber(actor, number);
  if (!order) return null;
  const events = await inTransaction(
    (tx) => eventsOfOrder(tx, actor, order.number, origin),
    actor.site,
  );
  return performanceOf(events, order) ?? "empty";
}

type Common = Pick<EventFacts, "origin" | "site" | "discloses" | "card" | "words">;

async function eventsOfOrder(
  tx: Tx,
  actor: Actor,
  order: string,
  origin: string,
): Promise<CloudEvent[]> {
  const site = await tx.site.findUniqueOrThrow({
    where: { id: actor.site },
    select: { id: true, code: true, timeZone: true, policy: true },
  });
  const common: Common = {
    origin,
    site: { ...site, policy: site.policy as unknown as PlantPolicy },
    // An MES needs no names and no words of anybody for what it counts.
    discloses: { people: false, words: false },
    card: null,
    words: {},
  };
  const units = await tx.traveler.findMany({
    where: { siteId: actor.site, workOrder: order },
    select: { id: true },
    orderBy: { id: "asc" },
  });
  const events = await eventsAround(tx, actor, order, common);
  for (const { id } of units) events.push(...(await eventsOfTraveler(tx, id, common)));
  return events;
}

type Row = { line: string; hash: string };

async function eventsOfTraveler(tx: Tx, id: string, common: Common): Promise<CloudEvent[]> {
  const rows = await tx.$queryRaw<Row[]>`
    select line, hash from entries where stream_id = ${id}::uuid order by seq`;
  const entries = rows.map(({ line, hash }) => ({
    hash,
    entry: entryLine.parse(JSON.parse(line)),
  }));
  const [first] = linesOf(rows.slice(0, 1));
  const parent =
    first?.type === "traveler.split_off"
      ? await foldedUpTo(tx, first.body.from.traveler, first.body.from.seq)
      : null;
  let state: EventFacts["state"] = null;
  const events: CloudEvent[] = [];
  for (const { entry, hash } of entries) {
    const recorded = recordedEvent(entry);
    state = state === null ? fold([recorded], parent) : evolve(state, recorded);
    const content = await contentOf(tx, entry.instruction?.sha256 ?? null);
    const act = entry.command === null ? [] : actOf(entries, entry);
    const told = eventsOf(entry, { ...common, entryHash: hash, content, state, act });
    if (!told.ok) throw new Error(`${entry.type} ${hash}: ${told.error.code} ${told.error.detail}`);
    events.push(...told.value);
  }
  return events;
}

const actOf = (entries: readonly { entry: EntryLine }[], { command }: EntryLine) =>
  entries.filter(({ entry }) => entry.command === command).map(({ entry }) => recordedEvent(entry));

/** Holds on the whole order stand in the stream of the site. */
async function eventsAround(
  tx: Tx,
  actor: Actor,
  order: string,
  common: Common,
): Promise<CloudEvent[]> {
  const rows = await tx.$queryRaw<Row[]>`
    select line, hash from entries
     where site_id = ${actor.site}::uuid and type in ('plant_hold.placed', 'plant_hold.released')
       and line::jsonb->'body'->>'scope' = 'order' and line::jsonb->'body'->>'subject' = ${order}
     order by seq`;
  return rows.flatMap(({ line, hash }) => {
    const entry = entryLine.parse(JSON.parse(line));
    const facts = { ...common, entryHash: hash, content: null, state: null, act: [] };
    const told = eventsOf(entry, facts);
    if (!told.ok) throw new Error(`${entry.type} ${hash}: ${told.error.code}`);
    return [...told.value];
  });
}
