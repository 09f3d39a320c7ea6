import "server-only";
import { type db, forSite } from "#lib/db/client";
import type { Actor } from "#lib/people/schema";
import { canonicalNumber } from "./number.rules.ts";
import type { Difference, Ours } from "./reconcile.rules.ts";
import type { MessageState } from "./schema.ts";

export type MessageLine = {
  id: string;
  number: string;
  order: string | null;
  action: string;
  system: string;
  state: MessageState;
  code: string | null;
  params: Readonly<Record<string, string>>;
  version: string | null;
  sentAt: Date | null;
  receivedAt: Date;
  mediaType: string;
  raw: string | null;
};

export const messageShows = ["waiting", "all"] as const;
export type MessageShow = (typeof messageShows)[number];
const waiting = ["parked", "differs", "unreadable"];
const most = 200;

/** What other systems said of orders, the newest first: what waits for a person, or all of it. */
export async function orderMessagesAtSite(
  actor: Actor,
  { show, order }: { show: MessageShow; order?: string },
): Promise<{ messages: MessageLine[]; waiting: number }> {
  const site = forSite(actor.site);
  const of = { siteId: actor.site, ...(order && { number: canonicalNumber(order) }) };
  const [rows, count] = await Promise.all([
    site.orderMessage.findMany({
      where: { ...of, ...(show === "waiting" && { state: { in: waiting } }) },
      orderBy: [{ receivedAt: "desc" }, { id: "desc" }],
      take: most,
    }),
    site.orderMessage.count({ where: { ...of, state: { in: waiting } } }),
  ]);
  const texts = await site.textBlob.findMany({
    where: { siteId: actor.site, sha256: { in: rows.map(({ rawSha256 }) => rawSha256) } },
    select: { sha256: true, text: true },
  });
  const textOf = new Map(texts.map(({ sha256, text }) => [sha256, text]));
  const messages = rows.map((row) => ({
    id: row.id,
    number: row.number,
    order: row.orderId,
    action: row.action,
    system: row.system,
    state: row.state as MessageState,
    code: row.code,
    params: row.params as Record<string, string>,
    version: row.version,
    sentAt: row.sentAt,
    receivedAt: row.receivedAt,
    mediaType: row.mediaType,
    raw: textOf.get(row.rawSha256)?.slice(0, rawShown) ?? null,
  }));
  return { messages, waiting: count };
}

/** More than a screen of it tells nobody anything; all of it stands in the record by its hash. */
const rawShown = 20_000;

export type OrderOfSystem = Ours & {
  id: string;
  number: string;
  differences: readonly Difference[];
  parent: string | null;
};

/** An order as another system has to know it, by its number in whatever form; null: not at this site. */
export async function orderByNumber(actor: Actor, number: string): Promise<OrderOfSystem | null> {
  const site = forSite(actor.site);
  const where = { siteId: actor.site, number: { in: [canonicalNumber(number), number] } };
  const row = await site.workOrder.findFirst({ where });
  return row && told(actor, row);
}

/** The same by our own id, for the order's page. */
export async function statedOrder(actor: Actor, id: string): Promise<OrderOfSystem | null> {
  const row = await forSite(actor.site).workOrder.findFirst({ where: { id, siteId: actor.site } });
  return row && told(actor, row);
}

export type OrderRow = NonNullable<Awaited<ReturnType<typeof db.workOrder.findFirst>>>;

async function told(actor: Actor, row: OrderRow): Promise<OrderOfSystem> {
  const parent =
    row.parentId === null
      ? null
      : await forSite(actor.site).workOrder.findFirst({
          where: { id: row.parentId, siteId: actor.site },
          select: { number: true },
        });
  return {
    ...oursOf(row),
    id: row.id,
    number: row.number,
    differences: row.differences as unknown as Difference[],
    parent: parent?.number ?? null,
  };
}

/** The members that another system may state, as they stand here. */
export const oursOf = (row: OrderRow): Ours => ({
  status: row.status,
  system: row.system,
  externalId: row.externalId,
  partNumber: row.partNumber,
  partRevision: row.partRevision,
  quantity: row.quantity,
  customer: row.customer,
  dueAt: row.dueAt?.toISOString() ?? null,
  priority: row.priority,
  instruction: row.instruction,
  instructionRevision: row.instructionRevision,
  units: row.units,
  isCancelledThere: row.isCancelledThere,
});
