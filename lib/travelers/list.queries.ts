import "server-only";
import { forSite } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import { instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { standingCheckout } from "./checkouts.rules.ts";
import type { From, Place } from "./pages.rules.ts";
import type { Checkout } from "./state.schema.ts";

export const travelerFilters = ["open", "exceptions", "buyoffs", "finished", "all"] as const;
export type TravelerFilter = (typeof travelerFilters)[number];

export const TRAVELERS_PER_PAGE = 25;
/** Nobody needs to know how many more than this there are, and counting them all costs more than the page. */
export const COUNTED_MAX = 250;

export type TravelerLine = {
  id: string;
  serial: string | null;
  lot: string | null;
  quantity: string;
  workOrder: string;
  partNumber: string;
  partRevision: string;
  instruction: string;
  revision: string;
  status: string;
  operation: string | null;
  stepsDone: number;
  stepsTotal: number;
  defectsOpen: number;
  holdsOpen: number;
  buyoffsDue: string[];
  releasedAt: Date;
  completedAt: Date | null;
  urgency: number;
  /** The tablet that has it with it now. */
  checkout: Checkout | null;
};
type Row = Omit<TravelerLine, "checkout">;

export type TravelersAsked = { search: string; filter: TravelerFilter; from: From };
export type TravelersFound = {
  lines: TravelerLine[];
  previous: Place | null;
  next: Place | null;
};

const filters: Record<TravelerFilter, Prisma.Sql> = {
  open: Prisma.sql`t.status in ('released', 'in_work', 'on_hold')`,
  exceptions: Prisma.sql`(t.holds_open > 0 or t.defects_open > 0)`,
  buyoffs: Prisma.sql`cardinality(t.buyoffs_due) > 0`,
  finished: Prisma.sql`t.status in ('complete', 'accepted', 'scrapped', 'cancelled')`,
  all: Prisma.sql`true`,
};

/**
 * What needs somebody comes first where there are few: open work is as much as a floor holds. What
 * grows for ever is read in the order of its index.
 */
const urgencies: Record<"wanting" | "none", Prisma.Sql> = {
  wanting: Prisma.sql`(case when t.holds_open > 0 then 4 when t.defects_open > 0 then 3
    when cardinality(t.buyoffs_due) > 0 then 2
    when t.status in ('released', 'in_work', 'on_hold') then 1 else 0 end)`,
  none: Prisma.sql`0`,
};
const isShort = (filter: TravelerFilter) => filter !== "all" && filter !== "finished";

/** Above every key that begins so: keys are compared by their bytes. */
const beyond = (beginning: string): string => `${beginning}\u{10FFFF}`;

/** Whatever bears it as its unit, order, part or instruction: the whole of it, or its beginning. */
const bearing = (actor: Actor, search: string): Prisma.Sql => Prisma.sql`
  from traveler_keys k
  where k.site_id = ${actor.site}::uuid and k.key >= ${search} and k.key < ${beyond(search)}`;

/**
 * Up to so many that bear what is searched, each of them is looked at: they may all be old, and the way
 * through the list, newest first, would be as long as the history. Of more than that the list meets one soon.
 */
const FEW = 5_000;

type Among = { rows: Prisma.Sql; where: Prisma.Sql; isFew: boolean };

const everything = { rows: Prisma.sql`travelers t`, where: Prisma.sql`true` };

/** Travelers `t` to choose from. PostgreSQL, which guesses how many bear a beginning, is not asked for the way. */
async function matching(actor: Actor, search: string): Promise<Among> {
  if (search === "") return { ...everything, isFew: false };
  const [found] = await forSite(actor.site).$queryRaw<{ count: number }[]>`
    select count(*)::int as count from (select ${bearing(actor, search)} order by k.key limit ${FEW + 1}) c`;
  const isFew = (found?.count ?? 0) <= FEW;
  return isFew
    ? {
        isFew,
        rows: Prisma.sql`(select distinct k.traveler_id as id ${bearing(actor, search)}) m
          cross join lateral (select * from travelers t where t.id = m.id offset 0) t`,
        where: Prisma.sql`true`,
      }
    : {
        ...everything,
        isFew,
        where: Prisma.sql`t.id in (select k.traveler_id ${bearing(actor, search)})`,
      };
}

/** The unit that bears exactly this number; a number may have been used twice. */
async function exactly(actor: Actor, search: string): Promise<string[]> {
  if (search === "") return [];
  const rows = await forSite(actor.site).$queryRaw<{ id: string }[]>`
    select k.traveler_id::text as id from traveler_keys k
    where k.site_id = ${actor.site}::uuid and k.key = ${search} and k.kind = 'unit' limit 10`;
  return rows.map(({ id }) => id);
}

function reading(
  actor: Actor,
  of: { filter: TravelerFilter; among: Among; from: From; limit: number },
): Promise<Row[]> {
  const { filter, among, from, limit } = of;
  const urgency = urgencies[isShort(filter) ? "wanting" : "none"];
  const columns = isShort(filter)
    ? Prisma.sql`${urgency}, t.released_at, t.id`
    : Prisma.sql`t.released_at, t.id`;
  const isBack = from?.way === "before";
  const direction = Prisma.raw(isBack ? "asc" : "desc");
  const order = isShort(filter)
    ? Prisma.sql`${urgency} ${direction}, t.released_at ${direction}, t.id ${direction}`
    : Prisma.sql`t.released_at ${direction}, t.id ${direction}`;
  const place = from
    ? Prisma.sql`and (${columns}) ${Prisma.raw(isBack ? ">" : "<")} (${placeValues(filter, from.place)})`
    : Prisma.empty;
  return forSite(actor.site).$queryRaw<Row[]>`
    select t.id, t.serial, t.lot, t.quantity, t.work_order as "workOrder",
      t.part_number as "partNumber", t.part_revision as "partRevision", t.instruction, t.revision,
      t.status, t.operation, t.steps_done as "stepsDone", t.steps_total as "stepsTotal",
      t.defects_open as "defectsOpen", t.holds_open as "holdsOpen", t.buyoffs_due as "buyoffsDue",
      t.released_at as "releasedAt", t.completed_at as "completedAt", ${urgency}::int as urgency
    from ${among.rows}
    where t.site_id = ${actor.site}::uuid and ${among.where} and ${filters[filter]} ${place}
    order by ${order}
    limit ${limit}`;
}

function placeValues(filter: TravelerFilter, { urgency, releasedAt, id }: Place): Prisma.Sql {
  const at = Prisma.sql`${new Date(releasedAt).toISOString()}::timestamptz, ${id}::uuid`;
  return isShort(filter) ? Prisma.sql`${urgency}::int, ${at}` : at;
}

/** Only of what is on the page: the whole state is read for it. */
async function withTablets(actor: Actor, rows: readonly Row[]): Promise<TravelerLine[]> {
  const ids = rows.map(({ id }) => id);
  const out = await forSite(actor.site).$queryRaw<{ id: string; checkout: Checkout }[]>`
    select t.id, t.state->'checkout' as checkout from travelers t
    where t.site_id = ${actor.site}::uuid and t.id = any(${ids}::uuid[]) and t.state ? 'checkout'`;
  const now = instant(Date.now());
  const standing = new Map(
    out.map(({ id, checkout }) => [id, standingCheckout({ checkout }, now)]),
  );
  return rows.map((row) => ({ ...row, checkout: standing.get(row.id) ?? null }));
}

const placeOf = (line: Row | undefined): Place | null =>
  line ? { urgency: line.urgency, releasedAt: line.releasedAt.getTime(), id: line.id } : null;

/** A page of travelers, after or before a place in the list; the unit that is exactly what is searched stands first. */
export async function travelersFound(actor: Actor, ask: TravelersAsked): Promise<TravelersFound> {
  const { filter, from } = ask;
  const search = ask.search.trim().toLowerCase();
  const [exact, all] = await Promise.all([exactly(actor, search), matching(actor, search)]);
  const meant = Prisma.sql`t.id = any(${exact}::uuid[])`;
  const others =
    exact.length === 0 ? all : { ...all, where: Prisma.sql`${all.where} and not ${meant}` };
  const [first, rows] = await Promise.all([
    exact.length === 0 || from !== null
      ? []
      : reading(actor, {
          filter,
          among: { ...everything, where: meant, isFew: true },
          from: null,
          limit: exact.length,
        }),
    reading(actor, { filter, among: others, from, limit: TRAVELERS_PER_PAGE + 1 }),
  ]);
  const hasMore = rows.length > TRAVELERS_PER_PAGE;
  // Back at the beginning: the first page as anybody gets it.
  if (from?.way === "before" && !hasMore) return travelersFound(actor, { ...ask, from: null });
  const page = rows.slice(0, TRAVELERS_PER_PAGE);
  if (from?.way === "before") page.reverse();
  const isNext = hasMore || from?.way === "before";
  return {
    lines: await withTablets(actor, [...first, ...page]),
    previous: from === null ? null : placeOf(page[0]),
    next: isNext ? placeOf(page.at(-1)) : null,
  };
}

/** How many each filter would show for the same search; more than COUNTED_MAX are not counted. */
export async function travelersCounted(
  actor: Actor,
  ask: { search: string },
): Promise<Record<TravelerFilter, number>> {
  const { rows, where, isFew } = await matching(actor, ask.search.trim().toLowerCase());
  const of = Prisma.sql`from ${rows} where t.site_id = ${actor.site}::uuid and ${where}`;
  const named = (counted: (filter: TravelerFilter) => Prisma.Sql) =>
    Prisma.join(
      travelerFilters.map((filter) => Prisma.sql`${counted(filter)}::int as ${Prisma.raw(filter)}`),
    );
  // Few are looked at once for all filters; of many, each filter has an index of its own that ends soon.
  const most = COUNTED_MAX + 1;
  const asked = isFew
    ? Prisma.sql`select ${named((filter) => Prisma.sql`least(${most}, count(*) filter (where ${filters[filter]}))`)} ${of}`
    : Prisma.sql`select ${named((filter) => Prisma.sql`(select count(*) from (select ${of} and ${filters[filter]} limit ${most}) c)`)}`;
  const [counts] = await forSite(actor.site).$queryRaw<Record<TravelerFilter, number>[]>(asked);
  if (!counts) throw new Error("a count without a row");
  return counts;
}
