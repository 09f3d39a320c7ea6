import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, inject, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { cloneDatabase } from "#lib/db/test-database";
import { replayRecord } from "#lib/record/replay.queries";
import { verifyStream } from "#lib/record/verify.queries";
import { conflictsFound } from "#lib/travelers/conflicts.queries";
import type { TravelerState } from "#lib/travelers/state.schema";
import { seedDemo } from "./demo.ts";
import { headsSha256 } from "./heads.ts";
import { demoSites } from "./plant.ts";

const anchor = "2026-03-02T12:00:00.000Z";

it("story 10: 41 minutes without a network leave 23 events, two signatures pending and one conflict, the same each time", {
  timeout: 240_000,
}, async () => {
  const database = await cloneDatabase(inject("testServer"));
  const open = ["FSB-0126", "HFS-0008"];
  await seedDemo(anchor, "small", undefined, new Set(open));
  const { id } = demoSites.ng1;
  const travelers = await forSite(id).traveler.findMany({
    where: { siteId: id },
    orderBy: { serial: "asc" },
  });
  expect(travelers.map(({ serial, status }) => `${serial} ${status}`)).toEqual([
    "FSB-0126 in_work",
    "HFS-0008 on_hold",
  ]);
  const states = travelers.map(({ state }) => state as unknown as TravelerState);
  expect(states.flatMap(({ buyoffs }) => buyoffs.map(({ status }) => status))).toEqual([
    "pending_verification",
    "pending_verification",
  ]);
  const { conflicts } = await conflictsFound(actorOfSeed(id));
  expect(conflicts).toMatchObject([{ kind: "conflict", traveler: states[1]?.id }]);
  const entries = await forSite(id).entry.findMany({
    where: { streamId: { in: states.map((state) => state.id) } },
  });
  const late = entries.filter(({ occurredAt, recordedAt }) => occurredAt < recordedAt);
  expect(new Set(late.map(({ commandId }) => commandId)).size).toBe(23);
  expect(new Set(late.map(({ deviceId }) => deviceId)).size).toBe(1);
  const [back] = new Set(late.map(({ recordedAt }) => recordedAt.getTime()));
  const began = Math.min(...late.map(({ occurredAt }) => occurredAt.getTime()));
  expect(((back ?? 0) - began) / 60_000).toBeGreaterThan(40);
  for (const { id: traveler } of states)
    expect(await verifyStream(actorOfSeed(id), traveler)).toMatchObject({ broken: null });
  expect(await replayRecord(id)).toMatchObject({ turnedAway: 0, different: 0 });

  const again = `const { seedDemo } = await import("./prisma/seed/demo.ts");
    await seedDemo("${anchor}", "small", undefined, new Set(${JSON.stringify(open)}));
    console.log("heads", await import("./prisma/seed/heads.ts").then((of) => of.headsSha256()));
    process.exit(0);`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=react-server", "--input-type=module", "-e", again],
    {
      encoding: "utf8",
      env: {
        ...process.env,
        DATABASE_URL: database.appUrl,
        BUYOFF_BLOBS: path.join(tmpdir(), new URL(database.appUrl).pathname.slice(1)),
      },
    },
  );
  expect(status, stderr).toBe(0);
  expect(/heads ([0-9a-f]{64})/.exec(stdout)?.[1]).toBe(await headsSha256());
});
