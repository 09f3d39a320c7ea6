import "server-only";
import { forSite } from "#lib/db/client";
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
    | "revision_not_for_part"
    | "unit_not_readable"
    | "order_quantity_exceeded"
    | "unit_on_another_order";
  params: Readonly<Record<string, string>>;
};
const refused = (code: ReleaseRefusal["code"], params: ReleaseRefusal["params"] = {}) =>
  err<ReleaseRefusal>({ code, params });

/**
 * What a person types at the desk is held against the order first: the instruction is for its part, the
 * units are not more than it has, and none of them is another order's.
 */
export async function releaseAtDesk(
  actor: Actor,
  form: ReleaseForm,
): Promise<Result<{ released: number; known: number }, Refusal | ReleaseRefusal>> {
  const serials = unitsIn(form.serials);
  const odd = notAUnit(serials);
  if (odd !== null) return refused("unit_not_readable", { unit: odd });
  const site = forSite(actor.site);
  const order = await site.workOrder.findFirst({
    where: { siteId: actor.site, number: form.workOrder },
    select: { partNumber: true, quantity: true },
  });
  if (!order) return refused("order_unknown", { order: form.workOrder });
  const { partNumber } = order;
  const revision = (await releasableRevisions()).find(
    (of) => of.contentSha256 === form.contentSha256,
  );
  if (revision?.part !== partNumber) return refused("revision_not_for_part", { part: partNumber });
  const [onOrder, elsewhere] = await Promise.all([
    site.traveler.findMany({
      where: { siteId: actor.site, workOrder: form.workOrder },
      select: { serial: true, lot: true },
    }),
    site.traveler.findFirst({
      where: {
        siteId: actor.site,
        partNumber,
        serial: { in: serials },
        workOrder: { not: form.workOrder },
      },
      select: { serial: true, workOrder: true },
    }),
  ]);
  if (elsewhere) {
    return refused("unit_on_another_order", {
      unit: elsewhere.serial ?? "",
      order: elsewhere.workOrder,
    });
  }
  const known = new Set(onOrder.map(({ serial, lot }) => serial ?? lot ?? ""));
  const fresh = serials.filter((serial) => !known.has(serial));
  if (known.size + fresh.length > Number(order.quantity)) {
    const free = Math.max(0, Number(order.quantity) - known.size);
    return refused("order_quantity_exceeded", {
      quantity: order.quantity,
      free: String(free),
      asked: String(fresh.length),
    });
  }
  const { workOrder, contentSha256 } = form;
  const released = await releaseTravelers(actor, { workOrder, contentSha256, units: { serials } });
  if (!released.ok) return released;
  return ok({ released: fresh.length, known: serials.length - fresh.length });
}
