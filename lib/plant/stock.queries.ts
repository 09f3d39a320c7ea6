import "server-only";
import { forSite } from "#lib/db/client";
import type { Prisma } from "#lib/db/generated/client";
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

function whereOf(actor: Actor, show: StockShow, q: string, today: string): Prisma.StockWhereInput {
  const day = new Date(`${today}T00:00:00Z`);
  const soon = new Date(day.getTime() + soonDays * 86_400_000);
  const shown: Record<StockShow, Prisma.StockWhereInput> = {
    all: {},
    on_hold: { onHold: true },
    expired: { expiresOn: { lt: day } },
    soon: { expiresOn: { gte: day, lte: soon } },
  };
  // What a pattern means by these signs is not what a person means.
  const found = { startsWith: q.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" as const };
  return {
    siteId: actor.site,
    ...shown[show],
    ...(q === "" ? {} : { OR: [{ part: found }, { serial: found }, { lot: found }] }),
  };
}

/** What runs out first stands first. */
export async function stockAtSite(
  actor: Actor,
  of: { show: StockShow; q: string; today: string; page: number },
): Promise<{ lines: StockListed[]; counts: Record<StockShow, number>; hasMore: boolean }> {
  const site = forSite(actor.site);
  const [rows, ...counted] = await Promise.all([
    site.stock.findMany({
      where: whereOf(actor, of.show, of.q, of.today),
      orderBy: [
        { expiresOn: { sort: "asc", nulls: "last" } },
        { part: "asc" },
        { lot: "asc" },
        { serial: "asc" },
      ],
      skip: of.page * stockPage,
      take: stockPage + 1,
    }),
    ...stockShows.map((show) => site.stock.count({ where: whereOf(actor, show, of.q, of.today) })),
  ]);
  const counts = Object.fromEntries(stockShows.map((show, index) => [show, counted[index] ?? 0]));
  const shown = rows.slice(0, stockPage);
  const installed = await site.installation.findMany({
    where: {
      siteId: actor.site,
      removedAt: null,
      serial: { in: shown.flatMap(({ serial }) => serial ?? []) },
    },
    select: { part: true, serial: true },
  });
  const isInstalled = ({ part, serial }: { part: string; serial: string | null }) =>
    serial !== null && installed.some((of) => of.part === part && of.serial === serial);
  return {
    lines: shown.map((row) => ({ ...lineOf(row), isInstalled: isInstalled(row) })),
    counts: counts as Record<StockShow, number>,
    hasMore: rows.length > stockPage,
  };
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
