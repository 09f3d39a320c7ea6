import "server-only";
import { toSVG } from "bwip-js/node";
import { db, forSite } from "#lib/db/client";
import type { Actor } from "./schema.ts";

/** A QR code (ISO/IEC 18004), error correction level M by default: a worn badge still reads. */
export const badgeCode = (text: string): string =>
  toSVG({ bcid: "qrcode", text, scale: 4, padding: 2 });

export type BadgeLine = { id: string; issuedAt: Date; withdrawnAt: Date | null };

/** What was ever issued to somebody, the newest first; never what a badge says. */
export const badgesOf = (person: string): Promise<BadgeLine[]> =>
  db.badge.findMany({
    where: { personId: person },
    select: { id: true, issuedAt: true, withdrawnAt: true },
    orderBy: { issuedAt: "desc" },
  });

/** Whoever holds a badge that opens something. */
export async function peopleWithBadge(): Promise<Set<string>> {
  const rows = await db.badge.findMany({
    where: { withdrawnAt: null },
    select: { personId: true },
    distinct: ["personId"],
  });
  return new Set(rows.map(({ personId }) => personId));
}

export type StampLine = {
  id: string;
  number: string;
  kind: string;
  issuedOn: Date;
  withdrawnOn: Date | null;
};

export const stampsOf = (person: string): Promise<StampLine[]> =>
  db.stamp.findMany({
    where: { personId: person },
    select: { id: true, number: true, kind: true, issuedOn: true, withdrawnOn: true },
    orderBy: { issuedOn: "desc" },
  });

export type WaitingReset = {
  id: string;
  person: string;
  name: string;
  askedBy: string;
  askedByName: string;
  askedAt: Date;
};

/** PIN resets of the site's people that somebody has asked for and nobody has approved. */
export async function waitingResets(actor: Actor): Promise<WaitingReset[]> {
  const held = await forSite(actor.site).personRole.findMany({
    where: { siteId: actor.site },
    select: { personId: true },
  });
  const resets = await db.pinReset.findMany({
    where: { approvedAt: null, personId: { in: held.map(({ personId }) => personId) } },
    orderBy: { askedAt: "asc" },
  });
  const ids = resets.flatMap(({ personId, askedBy }) => [personId, askedBy]);
  const people = await db.person.findMany({
    where: { id: { in: ids } },
    select: { id: true, name: true },
  });
  const nameOf = (id: string) => people.find((of) => of.id === id)?.name ?? id;
  return resets.map(({ id, personId, askedBy, askedAt }) => ({
    id,
    person: personId,
    name: nameOf(personId),
    askedBy,
    askedByName: nameOf(askedBy),
    askedAt,
  }));
}
