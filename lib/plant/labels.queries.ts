import "server-only";
import { forSite } from "#lib/db/client";
import { badgeCode } from "#lib/people/badges.queries";
import type { Actor } from "#lib/people/schema";
import { remainingOf } from "#lib/travelers/lot-balance.rules";
import type { TravelerState } from "#lib/travelers/state.schema";

/** What a scanner reads and what a person reads. */
export type Label = { code: string; svg: string; title: string; lines: readonly string[] };

const drawn = (code: string, title: string, lines: readonly (string | null)[]): Label => ({
  code,
  svg: badgeCode(code),
  title,
  lines: lines.filter((line): line is string => line !== null && line !== ""),
});

const most = 500;

/** The label of a traveler opens it at any tablet with one scan; all of an order's, or one. */
export async function travelerLabels(
  actor: Actor,
  of: { order: string } | { traveler: string },
): Promise<Label[]> {
  const site = forSite(actor.site);
  const order =
    "order" in of
      ? await site.workOrder.findFirst({ where: { id: of.order, siteId: actor.site } })
      : null;
  if ("order" in of && !order) return [];
  const rows = await site.traveler.findMany({
    where: {
      siteId: actor.site,
      ...("order" in of ? { workOrder: order?.number ?? "" } : { id: of.traveler }),
      status: { notIn: ["cancelled"] },
    },
    orderBy: [{ serial: "asc" }, { lot: "asc" }],
    take: most,
  });
  return rows.map((row) =>
    drawn(`TRV~${row.id}`, row.serial ?? row.lot ?? row.id, [
      `${row.partNumber} ${row.partRevision}`,
      row.workOrder,
      row.lot === null ? null : `× ${remainingOf(row.state as unknown as TravelerState)}`,
    ]),
  );
}

export async function gageLabels(actor: Actor, gage: string | null): Promise<Label[]> {
  const rows = await forSite(actor.site).gage.findMany({
    where: {
      siteId: actor.site,
      ...(gage === null ? { status: { not: "withdrawn" } } : { id: gage }),
    },
    orderBy: { code: "asc" },
    take: most,
  });
  return rows.map(({ code, name }) => drawn(`GAG~${code}`, code, [name]));
}

export async function stockLabel(actor: Actor, stock: string): Promise<Label[]> {
  const row = await forSite(actor.site).stock.findFirst({
    where: { id: stock, siteId: actor.site },
  });
  if (!row) return [];
  const { part, revision, serial, lot, expiresOn } = row;
  const code = serial === null ? `CMP~${part}~L~${lot}` : `CMP~${part}~S~${serial}`;
  const until = expiresOn && `≤ ${expiresOn.toISOString().slice(0, 10)}`;
  return [drawn(code, serial ?? lot ?? "", [`${part} ${revision ?? ""}`.trim(), until])];
}
