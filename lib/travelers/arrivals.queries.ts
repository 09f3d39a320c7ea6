import "server-only";
import { forSite } from "#lib/db/client";
import { entryLine } from "#lib/record/schema";

/** The tablets from which these photos and reports are still to come, by hash, each with its station. */
export async function tabletsToSend(
  site: string,
  traveler: string,
  hashes: readonly string[],
): Promise<Record<string, string>> {
  const rows = await forSite(site).entry.findMany({
    where: {
      siteId: site,
      streamId: traveler,
      type: { in: ["photo.attached", "measurement_record.attached"] },
      deviceId: { not: null },
    },
    orderBy: { seq: "asc" },
    select: { line: true, deviceId: true },
  });
  const deviceOf = new Map(
    rows.map(({ line, deviceId }) => {
      const { sha256 } = entryLine.parse(JSON.parse(line)).body as { sha256: string };
      return [sha256, deviceId ?? ""];
    }),
  );
  const devices = await forSite(site).device.findMany({
    where: { siteId: site, id: { in: [...new Set(deviceOf.values())] } },
    select: { id: true, name: true, stationId: true },
  });
  const stations = await forSite(site).station.findMany({
    where: { siteId: site, id: { in: devices.map(({ stationId }) => stationId) } },
    select: { id: true, code: true },
  });
  const codeOf = new Map(stations.map(({ id, code }) => [id, code]));
  const nameOf = new Map(
    devices.map(({ id, name, stationId }) => [id, `${name} (${codeOf.get(stationId) ?? ""})`]),
  );
  return Object.fromEntries(
    hashes.flatMap((sha256) => {
      const name = nameOf.get(deviceOf.get(sha256) ?? "");
      return name === undefined ? [] : [[sha256, name]];
    }),
  );
}
