import "server-only";
import type { Tx } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { compare } from "#lib/kit/decimal";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { changesIn } from "./changes.rules.ts";
import type { OrderChangeForm, OrderForm, OrderRow } from "./orders.schema.ts";

export type OrderRefusal = {
  code: "order_number_taken" | "order_not_here" | "order_units_released" | "nothing_changed";
  params: Readonly<Record<string, string>>;
};
type Outcome = Promise<Result<{ order: string }, OrderRefusal>>;
const refused = (code: OrderRefusal["code"], params: Readonly<Record<string, string>> = {}) =>
  err<OrderRefusal>({ code, params });

const happened = (
  order: string,
  type: Happening["type"],
  body: Happening["body"],
  texts: string[] = [],
) => ({ kind: "order", stream: order, type, body, texts }) satisfies Happening;

const orNull = (text: string): string | null => (text === "" ? null : text);

/** Within a transaction, for a form and for a file alike. */
export async function addOrder(tx: Tx, actor: Actor, id: string, row: OrderRow) {
  const facts = { ...row, customer: orNull(row.customer) };
  const { count } = await tx.workOrder.createMany({
    data: [{ id, siteId: actor.site, ...facts }],
    skipDuplicates: true,
  });
  return count === 0
    ? refused("order_number_taken", { number: row.number })
    : ok({ value: { order: id }, events: [happened(id, "order.created", facts)] });
}

export const createOrder = (actor: Actor, { command, ...row }: OrderForm): Outcome =>
  recorded(actor, (tx) => addOrder(tx, actor, command, row));

/** An order on hold holds its units; its quantity never falls below what was released. */
export function changeOrder(actor: Actor, form: OrderChangeForm): Outcome {
  const { order: id, command: _, reason, ...given } = form;
  const asked = { ...given, customer: orNull(given.customer) };
  return recorded(actor, async (tx) => {
    await tx.$queryRaw`select id from work_orders where id = ${id}::uuid for update`;
    const order = await tx.workOrder.findFirst({ where: { id, siteId: actor.site } });
    if (!order) return refused("order_not_here");
    const { quantity, customer, status } = order;
    const changes = changesIn({ quantity, customer, status }, asked);
    if (Object.keys(changes).length === 0) return refused("nothing_changed");
    const released = await releasedOf(tx, actor, order.number);
    if (compare(asked.quantity, released) < 0) {
      return refused("order_units_released", { released, quantity: asked.quantity });
    }
    await tx.workOrder.update({ where: { id }, data: asked });
    const body = { changes, reason: sha256Hex(reason) };
    return ok({ value: { order: id }, events: [happened(id, "order.changed", body, [reason])] });
  });
}

/** Units on the floor or past it, as a quantity: the pieces of a lot once, whatever it was split into. */
export async function releasedOf(tx: Tx, actor: Actor, number: string): Promise<string> {
  const [row] = await tx.$queryRaw<{ released: string }[]>`
    select coalesce(sum(quantity::numeric), 0)::text as released from travelers
    where site_id = ${actor.site}::uuid and work_order = ${number} and parent_id is null
      and (status <> 'cancelled' or merged_into is not null)`;
  return row?.released ?? "0";
}
