import "server-only";
import { db, forSite } from "#lib/db/client";
import type { Localized } from "#lib/instructions/schema";
import { type History, historyOfTypes } from "#lib/record/history.queries";
import type { Actor } from "./schema.ts";

export type StationLine = {
  id: string;
  code: string;
  name: string;
  workCenter: string;
  devices: {
    id: string;
    name: string;
    enrolledAt: Date;
    revokedAt: Date | null;
    records: number;
  }[];
};

/** Stations with the tablets enrolled at them, those that were revoked last. */
export async function stationsAtSite(actor: Actor): Promise<StationLine[]> {
  const site = forSite(actor.site);
  const [stations, devices] = await Promise.all([
    site.station.findMany({
      where: { siteId: actor.site },
      select: { id: true, code: true, name: true, workCenter: true },
      orderBy: { code: "asc" },
    }),
    site.device.findMany({
      where: { siteId: actor.site },
      select: {
        id: true,
        stationId: true,
        name: true,
        enrolledAt: true,
        revokedAt: true,
        lastSeq: true,
      },
      orderBy: { enrolledAt: "desc" },
    }),
  ]);
  return stations.map((station) => ({
    ...station,
    devices: devices
      .filter((of) => of.stationId === station.id)
      .map(({ id, name, enrolledAt, revokedAt, lastSeq }) => ({
        id,
        name,
        enrolledAt,
        revokedAt,
        records: lastSeq,
      }))
      .toSorted((a, b) => Number(a.revokedAt !== null) - Number(b.revokedAt !== null)),
  }));
}

/** What was changed about a station, and which tablets came and went; a station has no stream of its own. */
export function stationHistory(actor: Actor, station: StationLine): Promise<History> {
  const devices = new Set(station.devices.map(({ id }) => id));
  const types = [
    "station.created",
    "station.changed",
    "enrolment_code.made",
    "device.enrolled",
    "device.revoked",
  ];
  return historyOfTypes(actor, types, ({ body }) => {
    const of = body as { station?: unknown; device?: unknown };
    return (
      of.station === station.id || of.station === station.code || devices.has(String(of.device))
    );
  });
}

export type Held = { person: string; code: string; name: Localized; validUntil: Date | null };

/** Qualifications and stamps in force of the people who work at the site. */
export async function heldAtSite(
  actor: Actor,
): Promise<{ qualifications: Held[]; stamps: { person: string; number: string }[] }> {
  const here = await forSite(actor.site).personRole.findMany({
    where: { siteId: actor.site },
    select: { personId: true },
    distinct: ["personId"],
  });
  const people = here.map((of) => of.personId);
  const [held, names, stamps] = await Promise.all([
    db.personQualification.findMany({
      where: { personId: { in: people } },
      select: { personId: true, code: true, validUntil: true },
      orderBy: { code: "asc" },
    }),
    db.qualification.findMany({ select: { code: true, name: true } }),
    db.stamp.findMany({
      where: { personId: { in: people }, withdrawnOn: null },
      select: { personId: true, number: true },
      orderBy: { number: "asc" },
    }),
  ]);
  const nameOf = new Map(names.map((of) => [of.code, of.name as unknown as Localized]));
  return {
    qualifications: held.map((of) => ({
      person: of.personId,
      code: of.code,
      name: nameOf.get(of.code) ?? { en: of.code },
      validUntil: of.validUntil,
    })),
    stamps: stamps.map((of) => ({ person: of.personId, number: of.number })),
  };
}
