import "server-only";
import { db, forSite } from "#lib/db/client";
import type { Actor } from "#lib/people/schema";
import type { HoldOwner } from "#lib/travelers/state.schema";
import type { PlantHoldScope } from "./holds.schema.ts";

export type PlantHoldLine = {
  id: string;
  scope: PlantHoldScope;
  subject: string;
  reason: string;
  owner: HoldOwner;
  comment: string | null;
  placedBy: string;
  at: Date;
};

/** Holds of the plant that nobody has released, the longest first; of one subject, where that is asked. */
export async function plantHoldsOpen(
  actor: Actor,
  of: { scope?: PlantHoldScope; subject?: string } = {},
): Promise<PlantHoldLine[]> {
  const site = forSite(actor.site);
  const holds = await site.plantHold.findMany({
    where: { siteId: actor.site, releasedAt: null, ...of },
    orderBy: { placedAt: "asc" },
    take: 200,
  });
  const placers = holds.map(({ placedBy }) => placedBy);
  const [people, systems, texts] = await Promise.all([
    db.person.findMany({
      where: { id: { in: placers } },
      select: { id: true, name: true },
    }),
    site.apiToken.findMany({
      where: { siteId: actor.site, id: { in: placers } },
      select: { id: true, name: true },
    }),
    site.textBlob.findMany({
      where: {
        siteId: actor.site,
        sha256: { in: holds.flatMap(({ commentSha256 }) => commentSha256 ?? []) },
      },
      select: { sha256: true, text: true },
    }),
  ]);
  return holds.map((hold) => ({
    id: hold.id,
    scope: hold.scope as PlantHoldScope,
    subject: hold.subject,
    reason: hold.reason,
    owner: hold.owner as HoldOwner,
    comment: texts.find(({ sha256 }) => sha256 === hold.commentSha256)?.text ?? null,
    placedBy: [...people, ...systems].find(({ id }) => id === hold.placedBy)?.name ?? "",
    at: hold.placedAt,
  }));
}

/** What stops one traveler from outside, as its own page says it. */
export async function plantHoldsOn(
  actor: Actor,
  of: {
    serial: string | null;
    lot: string | null;
    workOrder: string;
    part: { number: string; revision: string };
  },
): Promise<PlantHoldLine[]> {
  const subjects: Partial<Record<PlantHoldScope, string | null>> = {
    unit: of.serial,
    lot: of.lot,
    order: of.workOrder,
    part_revision: `${of.part.number} ${of.part.revision}`,
  };
  const all = await plantHoldsOpen(actor);
  return all.filter(({ scope, subject }) => scope === "site" || subjects[scope] === subject);
}
