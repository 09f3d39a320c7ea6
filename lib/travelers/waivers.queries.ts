import "server-only";
import { db, forSite } from "#lib/db/client";
import type { Actor } from "#lib/people/schema";
import type { TravelerState, Waiver } from "./state.schema.ts";

export type WaiverLine = {
  traveler: string;
  unit: string;
  workOrder: string;
  waiver: Waiver;
  /** Why it was asked for; null: retention has disposed of it. */
  reason: string | null;
  person: string;
  requestedBy: string;
  grantedBy: string | null;
};

/** Waivers of the site that are not over for longer than this. */
const keptDays = 30;

/** Who was let do what without holding it, and who waits for that; those that end first, first. */
export async function waiversAtSite(actor: Actor, now = new Date()): Promise<WaiverLine[]> {
  const scoped = forSite(actor.site);
  const since = new Date(now.getTime() - keptDays * 86_400_000);
  const rows = await scoped.waiver.findMany({
    where: { siteId: actor.site, validUntil: { gte: since } },
    select: { id: true, travelerId: true },
    orderBy: { validUntil: "asc" },
    take: 500,
  });
  const travelers = await scoped.traveler.findMany({
    where: { siteId: actor.site, id: { in: rows.map(({ travelerId }) => travelerId) } },
    select: { id: true, serial: true, lot: true, workOrder: true, state: true },
  });
  const found = rows.flatMap(({ id, travelerId }) => {
    const traveler = travelers.find((of) => of.id === travelerId);
    const state = traveler?.state as unknown as TravelerState | undefined;
    const waiver = state?.waivers.find((of) => of.id === id);
    return traveler && waiver ? [{ traveler, waiver }] : [];
  });
  const ids = found.flatMap(({ waiver }) => [waiver.person, waiver.requestedBy, waiver.grantedBy]);
  const [people, texts] = await Promise.all([
    db.person.findMany({
      where: { id: { in: ids.filter((id) => id !== null) } },
      select: { id: true, name: true },
    }),
    scoped.textBlob.findMany({
      where: { siteId: actor.site, sha256: { in: found.map(({ waiver }) => waiver.reason) } },
      select: { sha256: true, text: true },
    }),
  ]);
  const nameOf = (id: string) => people.find((of) => of.id === id)?.name ?? id;
  return found.map(({ traveler, waiver }) => ({
    traveler: traveler.id,
    unit: traveler.serial ?? traveler.lot ?? "",
    workOrder: traveler.workOrder,
    waiver,
    reason: texts.find(({ sha256 }) => sha256 === waiver.reason)?.text ?? null,
    person: nameOf(waiver.person),
    requestedBy: nameOf(waiver.requestedBy),
    grantedBy: waiver.grantedBy && nameOf(waiver.grantedBy),
  }));
}
