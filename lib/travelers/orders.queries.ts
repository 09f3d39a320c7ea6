import "server-only";
import { db, forSite } from "#lib/db/client";
import { instructionContent, type Localized } from "#lib/instructions/schema";
import { add, compare, multiply, subtract } from "#lib/kit/decimal";
import type { Actor } from "#lib/people/schema";

export type OrderLine = {
  id: string;
  number: string;
  partNumber: string;
  partRevision: string;
  quantity: string;
  customer: string | null;
  status: string;
  units: { released: number; finished: number };
  /** What can still be released of its quantity. */
  free: string;
};

export const ordersPage = 50;

/** Work orders of the site with what became of them here; the newest first, so many a page. */
export async function ordersAtSite(
  actor: Actor,
  page = 0,
): Promise<{ orders: OrderLine[]; hasMore: boolean }> {
  const site = forSite(actor.site);
  const found = await site.workOrder.findMany({
    where: { siteId: actor.site },
    orderBy: [{ createdAt: "desc" }, { number: "desc" }],
    skip: page * ordersPage,
    take: ordersPage + 1,
  });
  const orders = found.slice(0, ordersPage);
  const travelers = await site.traveler.groupBy({
    by: ["workOrder", "status", "quantity"],
    where: {
      siteId: actor.site,
      workOrder: { in: orders.map(({ number }) => number) },
      ...released,
    },
    _count: { _all: true },
  });
  return {
    orders: orders.map((order) =>
      lineOf(
        order,
        travelers.filter((of) => of.workOrder === order.number),
      ),
    ),
    hasMore: found.length > ordersPage,
  };
}

/** Null: not at this site. */
export async function orderAtSite(actor: Actor, id: string): Promise<OrderLine | null> {
  const site = forSite(actor.site);
  const order = await site.workOrder.findFirst({ where: { id, siteId: actor.site } });
  if (!order) return null;
  const travelers = await site.traveler.groupBy({
    by: ["status", "quantity"],
    where: { siteId: actor.site, workOrder: order.number, ...released },
    _count: { _all: true },
  });
  return lineOf(order, travelers);
}

/** The pieces of a lot that was split off were released with the lot it came from. */
const released = { parentId: null };
const finished = new Set(["complete", "accepted", "scrapped", "cancelled"]);

function lineOf(
  {
    id,
    number,
    partNumber,
    partRevision,
    quantity,
    customer,
    status,
  }: Omit<OrderLine, "units" | "free">,
  units: readonly { status: string; quantity: string; _count: { _all: number } }[],
): OrderLine {
  const there = units.map((of) => multiply(of.quantity, String(of._count._all))).reduce(add, "0");
  const free = subtract(quantity, there);
  const count = (of: typeof units) => of.reduce((sum, one) => sum + one._count._all, 0);
  return {
    id,
    number,
    partNumber,
    partRevision,
    quantity,
    customer,
    status,
    units: {
      released: count(units),
      finished: count(units.filter((of) => finished.has(of.status))),
    },
    free: compare(free, "0") < 0 ? "0" : free,
  };
}

export type Releasable = {
  contentSha256: string;
  number: string;
  revision: string;
  status: string;
  title: Localized;
  part: string;
};

/** Revisions that a traveler may be released on. */
export async function releasableRevisions(): Promise<Releasable[]> {
  const rows = await db.instructionRevision.findMany({
    where: { status: { in: ["effective", "approved"] } },
    select: { contentSha256: true, revision: true, status: true, content: true },
    orderBy: { revision: "desc" },
  });
  return rows.map((row) => {
    const content = instructionContent.parse(JSON.parse(row.content));
    return {
      contentSha256: row.contentSha256,
      number: content.number,
      revision: row.revision,
      status: row.status,
      title: content.title,
      part: content.part.number,
    };
  });
}
