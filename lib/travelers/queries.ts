import "server-only";
import { db, forSite } from "#lib/db/client";
import type { InstructionContent, Localized } from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import { instant, millis, plusMinutes } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { askNothing, type Loaded, loadForCommand } from "#lib/record/load.queries";
import { entryLine } from "#lib/record/schema";
import { buyoffsDue } from "./buyoffs.rules.ts";
import { standingCheckout } from "./checkouts.rules.ts";
import { contentOf, knownContents } from "./contents.queries.ts";
import { outerHolds, revisionStatusOf, stockFacts } from "./facts.queries.ts";
import type { Facts } from "./facts.schema.ts";
import { gageTypesOf } from "./gages.rules.ts";
import { type PersonOnPaper, peopleOnPaper } from "./paper.queries.ts";
import { openItems } from "./progress.rules.ts";
import type { Checkout, TravelerState, TravelerStatus } from "./state.schema.ts";
import { openCall } from "./step-story.rules.ts";
import { witnessUntil } from "./witness.rules.ts";

/** All that a tablet needs to execute one traveler, as lib/offline's `Packet`. */
export type TabletPacket = Pick<
  Facts,
  | "content"
  | "revisionStatus"
  | "site"
  | "policy"
  | "gages"
  | "stock"
  | "holders"
  | "qualificationRules"
  | "clocks"
  | "outerHolds"
> & {
  state: TravelerState;
  people: Readonly<Record<string, PersonOnPaper>>;
  texts: Readonly<Record<string, string>>;
  serverTime: Instant;
  head: string;
  lastMixAt: Instant | null;
  parentLot: string | null;
};

/** Null for a traveler that isn't there and for one of another site alike. */
export async function packetForTablet(
  actor: Actor,
  traveler: string,
): Promise<TabletPacket | null> {
  const first = await loadForCommand(actor.site, {
    ...askNothing,
    traveler,
    known: knownContents(),
  });
  if (!first.traveler?.state || !first.revision) return null;
  const content = contentOf(first.revision.contentSha256, first.content);
  const needs = needsOf(content);
  const [stock, { lots, lastMixAt }] = await Promise.all([
    stockOf(actor, needs.parts),
    mixesRunning(actor, content, first.now),
  ]);
  const loaded = await loadForCommand(actor.site, {
    ...askNothing,
    ...needs,
    stock,
    lots,
    traveler,
    known: knownContents(),
  });
  if (!loaded.traveler?.state) return null;
  const { state } = loaded.traveler;
  const line = await lineOf(actor, state);
  const [people, texts] = await Promise.all([
    peopleIn(
      actor,
      line.map(({ id }) => id),
    ),
    textsIn(actor, state),
  ]);
  const parentLot = line[1]?.unit.lot ?? null;
  return { ...packetOf(loaded, state, content), people, texts, lastMixAt, parentLot };
}

/** How far a traveler has come, what holds it from outside and what was mixed since: asked every few seconds by an open tablet. */
export async function headForTablet(
  actor: Actor,
  traveler: string,
): Promise<Pick<TabletPacket, "head" | "outerHolds" | "lastMixAt"> | null> {
  const loaded = await loadForCommand(actor.site, {
    ...askNothing,
    traveler,
    known: knownContents(),
  });
  if (!loaded.traveler?.state || !loaded.revision) return null;
  const content = contentOf(loaded.revision.contentSha256, loaded.content);
  const { lastMixAt } = await mixesRunning(actor, content, loaded.now);
  return { head: loaded.traveler.head, outerHolds: outerHolds(loaded), lastMixAt };
}

function packetOf(loaded: Loaded, state: TravelerState, content: InstructionContent) {
  const { id, code, timeZone, policy } = loaded.site;
  return {
    state,
    content,
    revisionStatus: revisionStatusOf(loaded),
    site: { id, code, timeZone },
    policy,
    gages: loaded.gages,
    stock: loaded.stock.map((found) => stockFacts(found, content)),
    holders: loaded.holders,
    qualificationRules: loaded.qualificationRules,
    clocks: loaded.clocks,
    outerHolds: outerHolds(loaded),
    serverTime: loaded.now,
    head: loaded.traveler?.head ?? "",
  };
}

/** How much of each part's stock travels with a packet; what isn't in it, the server decides on. */
const stockMax = 200;

/** The latest of each part, usable or not, so that the tablet can say why a lot won't do. */
async function stockOf(actor: Actor, parts: readonly string[]) {
  const found = await Promise.all(
    [...new Set(parts)].map((part) =>
      forSite(actor.site).stock.findMany({
        where: { part },
        select: { part: true, serial: true, lot: true },
        orderBy: { id: "desc" },
        take: stockMax,
      }),
    ),
  );
  return found.flat();
}

/** As far back as a running clock counts for anybody. */
const mixDaysMax = 14;

/**
 * The mixes started anywhere in the plant that this revision could still use: their lots, and when the last
 * of them was said to be used, by which a tablet knows that its packet is old.
 */
async function mixesRunning(actor: Actor, content: InstructionContent, now: Instant) {
  const clocks = content.operations.flatMap(({ steps }) =>
    steps.flatMap(({ fields }) =>
      fields.flatMap((field) => (field.kind === "batch_clock" ? [field] : [])),
    ),
  );
  if (clocks.length === 0) return { lots: [], lastMixAt: null };
  const most = mixDaysMax * 24 * 60;
  const minutes = Math.max(...clocks.map(({ maxMinutes = most }) => maxMinutes));
  const found = await forSite(actor.site).batchClock.findMany({
    where: {
      clock: { in: clocks.map(({ clock }) => clock) },
      mixedAt: { gte: new Date(millis(plusMinutes(now, -minutes))) },
    },
    select: { lot: true, occurredAt: true },
    orderBy: { occurredAt: "desc" },
  });
  return {
    lots: [...new Set(found.map(({ lot }) => lot))],
    lastMixAt: found[0]?.occurredAt.toISOString() ?? null,
  };
}

/** Every gage type, part and qualification that the revision can ask for. */
function needsOf(content: InstructionContent) {
  const steps = content.operations.flatMap((operation) => operation.steps);
  const fields = steps.flatMap((step) => step.fields);
  const chains = [...content.operations, ...steps].flatMap(({ buyoffs }) => buyoffs);
  const asking = [...content.operations, ...steps, ...chains];
  return {
    gageTypes: [...new Set(content.operations.flatMap(gageTypesOf))],
    parts: fields.flatMap((field) => {
      if (field.kind === "component") return [field.part, ...field.alternates];
      return field.kind === "batch_clock" && field.part
        ? [field.part, ...(field.alternates ?? [])]
        : [];
    }),
    qualifications: [...new Set(asking.flatMap(({ qualifications }) => qualifications))],
  };
}

/** The traveler, and the lots that it was split off from, nearest first. */
async function lineOf(actor: Actor, state: TravelerState): Promise<TravelerState[]> {
  if (state.origin === null) return [state];
  const parent = await forSite(actor.site).traveler.findFirst({
    where: { id: state.origin.traveler, siteId: actor.site },
    select: { state: true },
  });
  if (!parent) return [state];
  return [state, ...(await lineOf(actor, parent.state as unknown as TravelerState))];
}

/** Everyone whom the records of these travelers name, as they stand on paper. */
async function peopleIn(actor: Actor, travelers: readonly string[]) {
  const rows = await forSite(actor.site).entry.findMany({
    where: { streamId: { in: [...travelers] } },
    select: { line: true },
  });
  const named = rows.flatMap(({ line }) => {
    const { person, second } = entryLine.parse(JSON.parse(line));
    return [person, second];
  });
  return peopleOnPaper(named.filter((id) => id !== null));
}

/** The texts whose hashes stand in the state, as far as retention has left them. */
async function textsIn(actor: Actor, state: TravelerState): Promise<Record<string, string>> {
  const hashes = new Set(JSON.stringify(state).match(/(?<=")[0-9a-f]{64}(?=")/g));
  const rows = await forSite(actor.site).textBlob.findMany({
    where: { sha256: { in: [...hashes] } },
    select: { sha256: true, text: true },
  });
  return Object.fromEntries(rows.flatMap(({ sha256, text }) => (text ? [[sha256, text]] : [])));
}

export type WaitingTraveler = {
  id: string;
  unit: string;
  workOrder: string;
  part: string;
  partName: string;
  instruction: string;
  status: TravelerStatus;
  operation: { number: string; title: string } | null;
  /** In every language the author wrote: the tablet's reader changes without asking again. */
  words: { part: Localized; operation: Localized };
  /** Somebody asked for the inspector, who isn't at the unit yet. */
  isCalled: boolean;
  /** A witness was called to what is due and has until then. */
  witnessUntil: Instant | null;
  buyoffDue: boolean;
  holds: number;
  defects: number;
  checkout: { device: string; tablet: string; station: string } | null;
};

const queueMax = 100;

/** What waits at the station of this tablet: travelers whose next operation is its work center's. */
export async function stationQueue(actor: Actor) {
  if (!actor.device) return { station: null, travelers: [] };
  const site = forSite(actor.site);
  const [station, open] = await Promise.all([
    site.station.findFirst({
      where: { siteId: actor.site, code: actor.device.station },
      select: { id: true, code: true, name: true, workCenter: true },
    }),
    site.traveler.findMany({
      where: { siteId: actor.site, status: { in: ["released", "in_work", "on_hold"] } },
      orderBy: [{ releasedAt: "asc" }, { id: "asc" }],
    }),
  ]);
  const contents = await contentsOf(open.map(({ contentSha256 }) => contentSha256));
  const travelers = open.flatMap((row): WaitingTraveler[] => {
    const content = contents.get(row.contentSha256);
    const operation = content?.operations.find(({ number }) => number === row.operation);
    if (!content || !operation || operation.workCenter !== actor.device?.workCenter) return [];
    const state = row.state as unknown as TravelerState;
    const due = buyoffsDue(state, content).length > 0;
    const isWorkLeft = openItems(state, content).some(
      ({ code, params }) =>
        (code === "step_open" && params.operation === operation.number) ||
        (code === "deferred_open" && params.to === operation.number),
    );
    return [
      {
        id: row.id,
        unit: row.serial ?? row.lot ?? "",
        workOrder: row.workOrder,
        part: row.partNumber,
        partName: content.part.name.en,
        instruction: `${row.instruction} rev ${row.revision}`,
        status: row.status as TravelerStatus,
        operation: { number: operation.number, title: operation.title.en },
        words: { part: content.part.name, operation: operation.title },
        isCalled: openCall(state, operation.id) !== null,
        witnessUntil: witnessUntil(state, content, operation.id),
        buyoffDue: due && !isWorkLeft,
        holds: row.holdsOpen,
        defects: row.defectsOpen,
        checkout: tabletOf(standingCheckout(state, instant(Date.now()))),
      },
    ];
  });
  return { station, travelers: travelers.slice(0, queueMax) };
}

const tabletOf = (checkout: Checkout | null) =>
  checkout && { device: checkout.device, tablet: checkout.tablet, station: checkout.station };

async function contentsOf(hashes: readonly string[]): Promise<Map<string, InstructionContent>> {
  const wanted = [...new Set(hashes)];
  const known = new Set(knownContents());
  const rows = await db.instructionRevision.findMany({
    where: { contentSha256: { in: wanted.filter((hash) => !known.has(hash)) } },
    select: { contentSha256: true, content: true },
  });
  const texts = new Map(rows.map((row) => [row.contentSha256, row.content]));
  return new Map(wanted.map((hash) => [hash, contentOf(hash, texts.get(hash) ?? null)]));
}

/** The traveler that a scanned or typed code means here: its id, its unit, or a piece of it; the newest of several. */
export async function findTraveler(actor: Actor, scanned: string): Promise<{ id: string } | null> {
  const code = scanned.trim().replace(/^TRV~/i, "");
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(code);
  const site = forSite(actor.site);
  const keyed = isId
    ? []
    : await site.travelerKey.findMany({
        where: { siteId: actor.site, key: code.toLowerCase(), kind: "unit" },
        select: { travelerId: true },
      });
  const ids = isId ? [code.toLowerCase()] : keyed.map(({ travelerId }) => travelerId);
  return site.traveler.findFirst({
    where: { siteId: actor.site, id: { in: ids } },
    orderBy: { releasedAt: "desc" },
    select: { id: true },
  });
}
