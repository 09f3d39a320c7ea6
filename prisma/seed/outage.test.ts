import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, inject, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { cloneDatabase } from "#lib/db/test-database";
import { sandboxToken, sandboxWebhookSecret, startSandbox } from "#lib/feed/testing/sandbox";
import { replayRecord } from "#lib/record/replay.queries";
import { verifyStream } from "#lib/record/verify.queries";
import { withClient } from "#lib/setup/database";
import { refuseAnotherClock, withToldClock } from "#lib/setup/demo-clock";
import type { Environment } from "#lib/setup/processes";
import type { TravelerState } from "#lib/travelers/state.schema";
import { demoSites } from "./plant.ts";

const anchor = "2026-03-02T12:00:00.000Z";
/** 16:40 at the assembly, and 18:20 four days later. */
const [wentDown, cameBack, over] = ["2026-02-25T22:40", "2026-03-01T22:40", "2026-03-02T00:21"];
const { id: site } = demoSites.ng2;

type Place = { ownerUrl: string; appUrl: string; workerUrl: string };

/** The programs that `npm start` runs, and what the last one says. */
async function history({ ownerUrl, appUrl, workerUrl }: Place, port: number) {
  const sandbox = await startSandbox(undefined, port);
  const environment = {
    ...process.env,
    DATABASE_URL: appUrl,
    DATABASE_WORKER_URL: workerUrl,
    BUYOFF_BLOBS: path.join(tmpdir(), new URL(appUrl).pathname.slice(1)),
    BUYOFF_SEED: "small",
    BUYOFF_DEMO_NOW: anchor,
    BUYOFF_LOG_LEVEL: "warn",
    BUYOFF_SANDBOX_URL: sandbox.url,
    BUYOFF_SANDBOX_TOKEN: sandboxToken,
    BUYOFF_SANDBOX_WEBHOOK_SECRET: sandboxWebhookSecret,
  };
  let said = "";
  await withToldClock(ownerUrl, environment, async (told) => {
    for (const program of ["main.ts", "qms-records.ts", "outage-main.ts"]) {
      const role = program === "qms-records.ts" ? "worker" : "app";
      said = await run(program, { ...told, BUYOFF_DB_ROLE: role });
    }
  });
  const ncrs = await sandbox.ncrs();
  await sandbox.stop();
  return {
    heads: / heads ([0-9a-f]{64})/.exec(said)?.[1],
    ncrs,
    port: Number(new URL(sandbox.url).port),
  };
}

const textOf = (url: string, sql: string): Promise<unknown[]> =>
  withClient(url, async (client) => (await client.query(sql)).rows);

it("story 14: 17 given up in four days, 2 refused and mapped anew, all sent again by one act, nothing unexplained; the same each time", {
  timeout: 300_000,
}, async () => {
  const mine = {
    ownerUrl: process.env.BUYOFF_TEST_OWNER_URL ?? "",
    appUrl: process.env.DATABASE_URL ?? "",
    workerUrl: process.env.DATABASE_WORKER_URL ?? "",
  };
  const first = await history(mine, 0);
  await refuseAnotherClock(mine.ownerUrl);
  const admin = process.env.BUYOFF_TEST_ADMIN_URL ?? "";
  const look = (sql: string) => textOf(admin, sql);

  expect(
    await look(
      `select operation, state::text, attempts, count(*)::int from deliveries where site_id = '${site}' group by 1, 2, 3`,
    ),
  ).toEqual([{ operation: "create", state: "tracking", attempts: 0, count: 19 }]);
  expect(
    await look(
      `select was, effect, count(*)::int from replayed_deliveries group by 1, 2 order by 1`,
    ),
  ).toEqual([
    { was: "dead", effect: "started", count: 17 },
    { was: "parked", effect: "started", count: 2 },
  ]);
  // Each of the seventeen was really asked about until no try was left; the two were answered 400.
  const tried = `select count(*)::int as tries from delivery_attempts a join replayed_deliveries v on v.delivery_id = a.delivery_id
    where a.response like '503%' and v.was = 'dead' group by v.delivery_id having count(*) >= 6`;
  expect(await look(tried)).toHaveLength(17);
  expect(
    await look(
      "select count(*)::int from delivery_attempts where response like '400%' and act = 'create'",
    ),
  ).toEqual([{ count: 2 }]);
  const [times] = (await look(
    `select min(started_at) as first, max(ended_at) as last, count(*)::int as attempts,
       count(*) filter (where ended_at is null or ended_at < started_at)::int as odd,
       count(*) filter (where position('${sandboxToken}' in request || response) > 0)::int as unmasked
       from delivery_attempts where site_id = '${site}'`,
  )) as [{ first: Date; last: Date; attempts: number; odd: number; unmasked: number }];
  expect(times.first.toISOString() > wentDown && times.last.toISOString() < over).toBe(true);
  expect(times).toMatchObject({ odd: 0, unmasked: 0 });

  expect(
    await look(`select p.name, t.text from replays r join people p on p.id = r.by
      join text_blobs t on t.site_id = r.site_id and t.sha256 = r.reason_sha256`),
  ).toMatchObject([
    { name: "Mei Castellano", text: expect.stringContaining("back after four days") },
  ]);
  expect(
    await look(`select l.to_code as code, p.name from crosswalk_lines l left join people p on p.id = l.entered_by
      where l.from_code = 'DIM-03' and l.left_in is null`),
  ).toEqual([{ code: "Q-1013", name: "Mei Castellano" }]);
  expect(
    await look(`select r.state, (select count(*)::int from reconciliation_lines where run_id = r.id) as lines,
      (select sum((of->>'accepted')::int)::int from jsonb_array_elements(r.counts) of) as accepted from reconciliations r`),
  ).toEqual([{ state: "done", lines: 0, accepted: 19 }]);

  const lots = await forSite(site).traveler.findMany({
    where: {
      siteId: site,
      lot: { in: ["B13-0432", "B13-0433", "B13-0434", "B13-0435", "B13-0436"] },
    },
  });
  const defects = lots.flatMap(({ state }) => (state as unknown as TravelerState).defects);
  expect(defects).toHaveLength(19);
  expect(new Set(defects.map(({ qms }) => qms?.number)).size).toBe(19);
  for (const { id } of lots) {
    expect(await verifyStream(actorOfSeed(site), id)).toMatchObject({ broken: null });
  }
  const replay = await replayRecord(site);
  expect(replay).toMatchObject({ turnedAway: 0, older: 0, different: 0 });
  // As people at the register see it: made there when it was back, with the code that it has now.
  const there = first.ncrs.filter(({ fields }) => lots.some(({ lot }) => lot === fields.serial));
  expect(there).toHaveLength(19);
  const made = there.map((ncr) => ncr.created_at);
  expect(made.every((at) => at > cameBack && at < over)).toBe(true);
  expect(there.filter(({ fields }) => fields.defect_code === "Q-1013")).toHaveLength(2);

  const second = await history(await cloneDatabase(inject("testServer")), first.port);
  expect(second.heads).toBe(first.heads);
});

async function run(program: string, environment: Environment): Promise<string> {
  const args = ["--conditions=react-server", path.join(import.meta.dirname, program)];
  const ended = spawn(process.execPath, args, {
    env: environment as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let problem = "";
  ended.stdout.on("data", (said) => {
    out += said;
  });
  ended.stderr.on("data", (said) => {
    problem += said;
  });
  const [code] = await once(ended, "exit");
  expect(code, problem + out).toBe(0);
  return out;
}
