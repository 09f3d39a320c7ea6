import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, inject, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { cloneDatabase } from "#lib/db/test-database";
import { stockAtSite } from "#lib/plant/stock.queries";
import { replayRecord } from "#lib/record/replay.queries";
import { verifyStream } from "#lib/record/verify.queries";
import { withToldClock } from "#lib/setup/demo-clock";
import { ordersAtSite } from "#lib/travelers/orders.queries";
import { seedDemo } from "./demo.ts";
import { headsSha256 } from "./heads.ts";
import { demoSites } from "./plant.ts";

const anchor = "2026-03-02T15:00:00.000Z";

it("the small plant has one unit of each kind, made by commands that hold and decide alike again", {
  timeout: 120_000,
}, async () => {
  expect(await seedDemo(anchor, "small")).toEqual({ units: 5 });
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
  const actor = actorOfSeed(id);
  const of = { show: "all", q: "BRK-", today: "2026-03-02", page: 0 } as const;
  const { lines } = await stockAtSite(actor, of);
  const standing = lines.map(({ isInstalled }) => isInstalled);
  expect(standing.filter(Boolean).length).toBe(2);
  // BRK-0123 and -0124 sit in their units and stand behind those that may be installed.
  expect(standing).toEqual(standing.toSorted());
  const { orders } = await ordersAtSite(actor);
  expect(orders.slice(0, 2).map(({ number }) => number)).toEqual(["WO-700455", "WO-700412"]);
  const machining = demoSites.ng2.id;
  const lots = await forSite(machining).traveler.findMany({ where: { siteId: machining } });
  expect(lots).toMatchObject([{ lot: "B13-0431", quantity: "50", status: "released" }]);
});

it("gives the same heads in another database and at another hour of the day, by the program that npm start runs", {
  timeout: 240_000,
}, async () => {
  const database = await cloneDatabase(inject("testServer"));
  const program = ["--conditions=react-server", path.join(import.meta.dirname, "main.ts")];
  const environment = {
    ...process.env,
    DATABASE_URL: database.appUrl,
    BUYOFF_BLOBS: path.join(tmpdir(), new URL(database.appUrl).pathname.slice(1)),
    BUYOFF_SEED: "small",
    BUYOFF_DEMO_NOW: "2026-03-02T06:30:00.000Z",
  };
  const { status, stdout, stderr } = await withToldClock(
    database.ownerUrl,
    environment,
    async (env) =>
      spawnSync(process.execPath, program, { encoding: "utf8", env: env as NodeJS.ProcessEnv }),
  );
  expect(status, stderr).toBe(0);
  expect(/ heads ([0-9a-f]{64})/.exec(stdout)?.[1]).toBe(await headsSha256());
});
