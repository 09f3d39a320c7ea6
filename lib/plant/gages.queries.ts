import "server-only";
import { forSite } from "#lib/db/client";
import type { Actor } from "#lib/people/schema";

export type GageLine = {
  id: string;
  code: string;
  type: string;
  name: string;
  unit: string;
  calibratedMin: string;
  calibratedMax: string;
  resolution: string;
  uncertainty: string | null;
  /** YYYY-MM-DD, the last day on which the calibration holds in plant time. */
  calibrationDueOn: string;
  status: string;
};

/** What falls due first stands first: that is why somebody opens this list. */
export async function gagesAtSite(actor: Actor): Promise<GageLine[]> {
  const gages = await forSite(actor.site).gage.findMany({
    where: { siteId: actor.site },
    orderBy: [{ calibrationDueOn: "asc" }, { code: "asc" }],
  });
  return gages.map(lineOf);
}

export async function gageAtSite(actor: Actor, id: string): Promise<GageLine | null> {
  const gage = await forSite(actor.site).gage.findFirst({ where: { id, siteId: actor.site } });
  return gage ? lineOf(gage) : null;
}

const lineOf = ({
  siteId: _,
  calibrationDueOn,
  ...gage
}: Omit<GageLine, "calibrationDueOn"> & { siteId: string; calibrationDueOn: Date }): GageLine => ({
  ...gage,
  calibrationDueOn: calibrationDueOn.toISOString().slice(0, 10),
});
