import "server-only";
import { forSite } from "#lib/db/client";
import type { Actor } from "#lib/people/schema";
import { contentOf, knownContent } from "./contents.queries.ts";
import { plannedField } from "./plan.rules.ts";
import type { TravelerState } from "./state.schema.ts";
import { toolsDue } from "./values.rules.ts";

/** Another unit that was worked on where the tool was last seen. */
export type Exposed = { traveler: string; unit: string; status: string; station: string };

const exposedMax = 200;

/**
 * Every other unit that was worked on at the stations where this one was, from the last good count of the kit
 * until now: the missing tool may be in any of them, also in one that has left or was scrapped. Empty where the defect is no tool count.
 */
export async function exposedBy(
  actor: Actor,
  traveler: string,
  defect: string,
): Promise<Exposed[]> {
  const since = await lastGoodCount(actor, traveler, defect);
  if (since === null) return [];
  const site = forSite(actor.site);
  const period = { gte: new Date(since) };
  const own = await site.entry.findMany({
    where: { streamId: traveler, siteId: actor.site, occurredAt: period, deviceId: { not: null } },
    distinct: ["deviceId"],
    select: { deviceId: true },
  });
  const here = await site.device.findMany({
    where: { siteId: actor.site, id: { in: own.flatMap(({ deviceId }) => deviceId ?? []) } },
    select: { stationId: true },
  });
  const ids = [...new Set(here.map(({ stationId }) => stationId))];
  const [devices, named] = await Promise.all([
    site.device.findMany({
      where: { siteId: actor.site, stationId: { in: ids } },
      select: { id: true, stationId: true },
    }),
    site.station.findMany({
      where: { siteId: actor.site, id: { in: ids } },
      select: { id: true, code: true },
    }),
  ]);
  const codeOf = new Map(named.map(({ id, code }) => [id, code]));
  const stations = new Map(devices.map(({ id, stationId }) => [id, codeOf.get(stationId) ?? ""]));
  const worked = await site.entry.findMany({
    where: {
      siteId: actor.site,
      deviceId: { in: [...stations.keys()] },
      occurredAt: period,
      streamId: { not: traveler },
    },
    distinct: ["streamId", "deviceId"],
    select: { streamId: true, deviceId: true },
  });
  const found = await site.traveler.findMany({
    where: {
      siteId: actor.site,
      id: { in: [...new Set(worked.map(({ streamId }) => streamId))] },
    },
    orderBy: [{ serial: "asc" }, { lot: "asc" }, { id: "asc" }],
    take: exposedMax,
    select: { id: true, serial: true, lot: true, status: true },
  });
  return found.map(({ id, serial, lot, status }) => {
    const at = worked.filter(({ streamId }) => streamId === id);
    const codes = new Set(at.map(({ deviceId }) => stations.get(deviceId ?? "") ?? ""));
    return { traveler: id, unit: serial ?? lot ?? "", status, station: [...codes].join(", ") };
  });
}

/** When the kit was last counted and whole; null: the defect is about no count of tools. */
async function lastGoodCount(
  actor: Actor,
  traveler: string,
  defect: string,
): Promise<string | null> {
  const row = await forSite(actor.site).traveler.findFirst({
    where: { id: traveler, siteId: actor.site },
    select: { state: true, contentSha256: true },
  });
  if (!row) return null;
  const state = row.state as unknown as TravelerState;
  const about = state.defects.find(({ id }) => id === defect)?.reading ?? null;
  const reading = state.readings.find(({ id }) => id === about);
  if (!reading) return null;
  const content = knownContent(row.contentSha256) ?? (await contentHere(actor, row.contentSha256));
  const field = plannedField(content, reading.field)?.field;
  if (field?.kind !== "count" || !field.tools) return null;
  return toolsDue(state, content, field.tools.kit)?.from.at ?? null;
}

async function contentHere(actor: Actor, contentSha256: string) {
  const row = await forSite(actor.site).instructionRevision.findUniqueOrThrow({
    where: { contentSha256 },
    select: { content: true },
  });
  return contentOf(contentSha256, row.content);
}
