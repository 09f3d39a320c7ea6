import "server-only";
import { forSite } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import type { Actor } from "#lib/people/schema";

export type StockLine = {
  id: string;
  part: string;
  revision: string | null;
  serial: string | null;
  lot: string | null;
  /** YYYY-MM-DD, the last day on which it may be installed in plant time. */
  expiresOn: string | null;
  onHold: boolean;
  supplier: string | null;
  certificate: string | null;
  receivedOn: string | null;
};
/** A serial sits in one unit at a time; whether a lot is used up nobody counts here. */
export type StockListed = StockLine & { isInstalled: boolean };

export const stockShows = ["all", "on_hold", "expired", "soon"] as const;
export type StockShow = (typeof stockShows)[number];
export const stockPage = 100;
const soonDays = 30;

const dayOf = (date: Date | null): string | null => date?.toISOString().slice(0, 10) ?? null;

/** What a filter shows, of the stock `s`. */
function shownAs(today: string): Record<StockShow, Prisma.Sql> {
  return {
    all: Prisma.sql`true`,
    on_hold: Prisma.sql`s.on_hold`,
    expired: Prisma.sql`s.expires_on < ${today}::date`,
    soon: Prisma.sql`s.expires_on between ${today}::date and ${today}::date + ${soonDays}::int`,
  };
}

function foundBy(q: string): Prisma.Sql {
  if (q === "") return Prisma.sql`true`;
  // What a pattern means by these signs is not what a person means.
  const start = `${q.replace(/[\\%_]/g, "\\$&")}%`;
  return Prisma.sql`(s.part ilike ${start} or s.serial ilike ${start} or s.lot ilike ${start})`;
}

/** What may be installed before what sits in a unit already; of each, what runs out first stands first. */
export async function stockAtSite(
  actor: Actor,
  of: { show: StockShow; q: string; today: string; page: number },
): Promise<{ lines: StockListed[]; counts: Record<StockShow, number>; hasMore: boolean }> {
  const site = forSite(actor.site);
  const shows = shownAs(of.today);
  const here = Prisma.sql`s.site_id = ${actor.site}::uuid and ${foundBy(of.q)}`;
  const [rows, [counts]] = await Promise.all([
    site.$queryRaw<StockListed[]>`
      select s.id, s.part, s.revision, s.serial, s.lot, s.expires_on::text as "expiresOn",
             s.on_hold as "onHold", s.supplier, s.certificate, s.received_on::text as "receivedOn",
             s.serial is not null and exists (
               select from installations i
                where i.site_id = s.site_id and i.part = s.part and i.serial = s.serial
                  and i.removed_at is null) as "isInstalled"
        from stock s
       where ${here} and ${shows[of.show]}
       order by "isInstalled", s.expires_on nulls last, s.part, s.lot, s.serial, s.id
       limit ${stockPage + 1} offset ${of.page * stockPage}`,
    site.$queryRaw<Record<StockShow, number>[]>`
      select count(*)::int as "all", count(*) filter (where ${shows.on_hold})::int as on_hold,
             count(*) filter (where ${shows.expired})::int as expired,
             count(*) filter (where ${shows.soon})::int as soon
        from stock s where ${here}`,
  ]);
  if (!counts) throw new Error("a count has one line");
  return { lines: rows.slice(0, stockPage), counts, hasMore: rows.length > stockPage };
}

export async function stockItem(actor: Actor, id: string): Promise<StockLine | null> {
  const row = await forSite(actor.site).stock.findFirst({ where: { id, siteId: actor.site } });
  return row && lineOf(row);
}

export type StockUse = {
  traveler: string;
  unit: string;
  quantity: string;
  occurredAt: Date;
  removedAt: Date | null;
};

/** The units that it went into, the last first: what a hold on it asks next. */
export async function usesOf(actor: Actor, stock: StockLine, most = 200): Promise<StockUse[]> {
  const site = forSite(actor.site);
  const { part, serial, lot } = stock;
  const found = await site.installation.findMany({
    where: { siteId: actor.site, part, ...(serial === null ? { lot } : { serial }) },
    orderBy: { occurredAt: "desc" },
    take: most,
  });
  const travelers = await site.traveler.findMany({
    where: { siteId: actor.site, id: { in: found.map(({ travelerId }) => travelerId) } },
    select: { id: true, serial: true, lot: true },
  });
  return found.map(({ travelerId, quantity, occurredAt, removedAt }) => {
    const unit = travelers.find(({ id }) => id === travelerId);
    return {
      traveler: travelerId,
      unit: unit?.serial ?? unit?.lot ?? travelerId,
      quantity,
      occurredAt,
      removedAt,
    };
  });
}

const lineOf = ({
  siteId: _,
  expiresOn,
  receivedOn,
  ...stock
}: Omit<StockLine, "expiresOn" | "receivedOn"> & {
  siteId: string;
  expiresOn: Date | null;
  receivedOn: Date | null;
}): StockLine => ({ ...stock, expiresOn: dayOf(expiresOn), receivedOn: dayOf(receivedOn) });
