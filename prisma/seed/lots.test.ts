import { expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { plusMinutes } from "#lib/kit/time";
import { replayRecord } from "#lib/record/replay.queries";
import { verifyStream } from "#lib/record/verify.queries";
import { balanceOf } from "#lib/travelers/lot-balance.rules";
import type { TravelerState } from "#lib/travelers/state.schema";
import { seedLots } from "./lots.ts";
import { demoSites } from "./plant.ts";
import { seedInstructions, seedPlace, seedSites } from "./reference.ts";
import { shiftStart } from "./schedule.ts";
import { seedPeople } from "./staff.ts";

it("of 50 bushings 47 are accepted, one after a rework, and two are scrapped; the record of both lots holds", {
  timeout: 120_000,
}, async () => {
  const now = new Date().toISOString();
  const anchor = shiftStart(now);
  const opened = plusMinutes(anchor, -91 * 24 * 60);
  await seedSites(opened);
  await seedPeople(anchor);
  for (const site of Object.values(demoSites)) await seedPlace(site, anchor, opened);
  await seedInstructions(demoSites.ng1, opened);
  expect(await seedLots(anchor, opened, "full")).toBe(3);
  const { id } = demoSites.ng2;
  const rows = await forSite(id).traveler.findMany({
    where: { siteId: id },
    orderBy: { lot: "asc" },
  });
  expect(rows.map(({ lot, status }) => `${lot} ${status}`)).toEqual([
    "B13-0418 accepted",
    "B13-0418-1 accepted",
    "B13-0431 released",
  ]);
  const [parent, child] = rows.map(({ state }) => state as unknown as TravelerState);
  expect(parent && balanceOf(parent)).toMatchObject({ accepted: "47", transferredOut: "3" });
  expect(child && balanceOf(child)).toMatchObject({ started: "3", accepted: "1", scrapped: "2" });
  expect(child).toMatchObject({
    defects: [{ code: "DIM-01", status: "closed", qms: { status: "closed" } }],
    reworks: [{ status: "complete" }],
  });
  for (const row of rows) {
    expect(await verifyStream(actorOfSeed(id), row.id)).toMatchObject({ broken: null });
  }
  expect(await replayRecord(id)).toMatchObject({ turnedAway: 0, older: 0, different: 0 });
});
