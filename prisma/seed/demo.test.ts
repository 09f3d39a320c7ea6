import { expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { replayRecord } from "#lib/record/replay.queries";
import { verifyStream } from "#lib/record/verify.queries";
import { seedDemo } from "./demo.ts";
import { demoSites } from "./plant.ts";

it("the small plant has one unit of each kind, made by commands that hold and decide alike again", {
  timeout: 120_000,
}, async () => {
  expect(await seedDemo(new Date().toISOString(), "small")).toEqual({ units: 5 });
  const { id } = demoSites.ng1;
  const travelers = await forSite(id).traveler.findMany({ orderBy: { serial: "asc" } });
  expect(travelers.map(({ serial, status }) => `${serial} ${status}`)).toEqual([
    "FSB-0123 on_hold",
    "FSB-0124 in_work",
    "FSB-0125 released",
    "HFS-0007 released",
  ]);
  const { defectsOpen, holdsOpen } = travelers[0] ?? {};
  expect([defectsOpen, holdsOpen]).toEqual([1, 1]);
  for (const traveler of travelers) {
    expect(await verifyStream(actorOfSeed(id), traveler.id)).toMatchObject({ broken: null });
  }
  const replay = await replayRecord(id);
  expect(replay).toMatchObject({ turnedAway: 0, older: 0, different: 0 });
  expect(replay.same).toBeGreaterThan(30);
  const machining = demoSites.ng2.id;
  const lots = await forSite(machining).traveler.findMany({ where: { siteId: machining } });
  expect(lots).toMatchObject([{ lot: "B13-0431", quantity: "50", status: "released" }]);
});
