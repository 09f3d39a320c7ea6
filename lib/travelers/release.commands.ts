import "server-only";
import { forSite } from "#lib/db/client";
import { add, compare, subtract } from "#lib/kit/decimal";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { releaseTravelers } from "./commands.ts";
import { releasableRevisions } from "./orders.queries.ts";
import type { Refusal } from "./refusal.schema.ts";
import { notAUnit, unitsIn } from "./release.rules.ts";
import type { ReleaseForm } from "./release.schema.ts";

export type ReleaseRefusal = {
  code:
    | "order_unknown"
    | "order_not_open"
    | "revision_not_for_part"
    | "unit_not_readable"
    | "order_quantity_exceeded"
    | "unit_on_another_order";
  params: Readonly<Record<string, string>>;
};
const refused = (code: ReleaseRefusal["code"], params: ReleaseRefusal["params"] = {}) =>
  err<ReleaseRefusal>({ code, params });

/**
 * What a person types at the desk is held against the order first: it is open, the instruction is for its
 * part, the units or the lot are not more than it has, and none of them is another order's.
 */
export async function releaseAtDesk(
  actor: Actor,
  form: ReleaseForm,
): Promise<Result<{ released: number; known: number }, Refusal | ReleaseRefusal>> {
  const units = form.as === "lot" ? [form.lot] : unitsIn(form.serials);
  const odd = notAUnit(units);
  if (odd !== null) return refused("unit_not_readable", { unit: odd });
  const site = forSite(actor.site);
  const order = await site.workOrder.findFirst({
    where: { siteId: actor.site, number: form.workOrder },
    select: { number: true, partNumber: true, quantity: true, status: true },
  });
  if (!order) return refused("order_unknown", { order: form.workOrder });
  if (order.status !== "released") return refused("order_not_open", { order: order.number });
  const { partNumber } = order;
  const revision = (await releasableRevisions()).find(
    (of) => of.contentSha256 === form.contentSha256,
  );
  if (revision?.part !== partNumber) return refused("revision_not_for_part", { part: partNumber });
  const elsewhere = await onAnotherOrder(actor, order, units);
  if (elsewhere) return refused("unit_on_another_order", elsewhere);
  const onOrder = await site.traveler.findMany({
    where: { siteId: actor.site, workOrder: order.number },
    select: { serial: true, lot: true, quantity: true, parentId: true },
  });
  const known = new Set(onOrder.map(({ serial, lot }) => serial ?? lot ?? ""));
  const fresh = units.filter((unit) => !known.has(unit));
  // The pieces of a lot that was split off were released with the lot it came from.
  const whole = onOrder.filter(({ parentId }) => parentId === null);
  const there = whole.map(({ quantity }) => quantity).reduce(add, "0");
  const asked = fresh.length > 0 && form.as === "lot" ? form.quantity : String(fresh.length);
  if (compare(add(there, asked), order.quantity) > 0) {
    const left = subtract(order.quantity, there);
    const free = compare(left, "0") < 0 ? "0" : left;
    return refused("order_quantity_exceeded", { quantity: order.quantity, free, asked });
  }
  const released = await releaseTravelers(actor, {
    workOrder: order.number,
    contentSha256: form.contentSha256,
    units: form.as === "lot" ? { lot: form.lot, quantity: form.quantity } : { serials: units },
  });
  if (!released.ok) return released;
  return ok({ released: fresh.length, known: units.length - fresh.length });
}

/** A serial or a lot of a part is one thing, whatever order it stands on. */
async function onAnotherOrder(
  actor: Actor,
  { number, partNumber }: { number: string; partNumber: string },
  units: readonly string[],
): Promise<{ unit: string; order: string } | null> {
  const found = await forSite(actor.site).traveler.findFirst({
    where: {
      siteId: actor.site,
      partNumber,
      OR: [{ serial: { in: [...units] } }, { lot: { in: [...units] } }],
      workOrder: { not: number },
    },
    select: { serial: true, lot: true, workOrder: true },
  });
  return found && { unit: found.serial ?? found.lot ?? "", order: found.workOrder };
}
