import "server-only";
import { db, forSite } from "#lib/db/client";
import { direct } from "#lib/db/direct";
import { tokenHash } from "#lib/kit/secrets";
import type { Instant } from "#lib/kit/time";

export type DeviceOfSession = {
  id: string;
  name: string;
  station: { id: string; code: string; name: string; workCenter: string };
  site: { id: string; code: string; name: string; timeZone: string };
};

type SiteKey =
  | "device_session"
  | "desk_session"
  | "enrolment_code"
  | "device"
  | "connector"
  | "person";

/** The sites of what a key names; row-level security hides everything else about it until then. */
export async function sitesOf(kind: SiteKey, key: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ site: string }[]>`
    select site::text as site from site_of(${kind}, ${key}) as site order by 1`;
  return rows.map(({ site }) => site);
}

type FoundSession = DeviceOfSession & {
  expiresAt: Instant;
  endedAt: Instant | null;
  revokedAt: Instant | null;
};

const deviceBySession = {
  name: "device_of_session",
  text: "select device_of_session($1) as found",
};

/**
 * The tablet that a session token stands for; null from the moment the session was ended. One round trip: it
 * stands before everything that a tablet asks or sends. One that was revoked and has proven its key since may
 * hand over what it still has, and no more.
 */
export async function tabletOfSession(
  token: string,
  at: Instant,
): Promise<{ device: DeviceOfSession; isRevoked: boolean } | null> {
  const [row] = await direct<{ found: FoundSession | null }>(deviceBySession, [tokenHash(token)]);
  if (!row?.found) return null;
  const { expiresAt, endedAt, revokedAt, ...device } = row.found;
  return endedAt || expiresAt <= at ? null : { device, isRevoked: revokedAt !== null };
}

/** A tablet that is enrolled and not revoked, with its station. */
export async function deviceAtSite(site: string, id: string): Promise<DeviceOfSession | null> {
  const scoped = forSite(site);
  const device = await scoped.device.findUnique({
    where: { id },
    select: { id: true, name: true, stationId: true, revokedAt: true },
  });
  if (!device || device.revokedAt) return null;
  const [station, plant] = await Promise.all([
    scoped.station.findUnique({
      where: { id: device.stationId },
      select: { id: true, code: true, name: true, workCenter: true },
    }),
    db.site.findUnique({
      where: { id: site },
      select: { id: true, code: true, name: true, timeZone: true },
    }),
  ]);
  return station && plant ? { id: device.id, name: device.name, station, site: plant } : null;
}

/** The key with which a tablet has to sign, and where it belongs. */
export async function deviceKey(
  id: string,
): Promise<{ site: string; publicKey: unknown; isRevoked: boolean } | null> {
  const [site] = await sitesOf("device", id);
  if (!site) return null;
  const device = await forSite(site).device.findUnique({
    where: { id },
    select: { publicKey: true, revokedAt: true },
  });
  return device && { site, publicKey: device.publicKey, isRevoked: device.revokedAt !== null };
}
