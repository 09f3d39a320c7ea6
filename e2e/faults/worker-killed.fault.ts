import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import type { Fault } from "./fault.ts";
import { eventually, inTime } from "./healing.ts";
import type { Stage } from "./stage.ts";
import { aReporter } from "./work.ts";

const kills = 8;
const killsBeforeSaving = 3;

/** F3. */
export const workerKilled: Fault = {
  name: "worker-killed",
  title:
    "failure 3: workers are killed while they deliver, also between the QMS's answer and our save: each record is made once, and in order",
  async bring(stage) {
    const reporter = await aReporter(stage, await stage.tablet(), 4);
    stage.workers.start();
    for (let kill = 0; kill < kills; kill += 1) {
      await reporter.log();
      for (let more = 0; more < 4; more += 1) await reporter.tell();
      await stage.way.next();
      await pause(stage.chance.between(0, 25));
      await stage.workers.killOne(stage.chance);
      stage.hit("kill -9 of a worker");
      stage.workers.start();
    }
    for (let kill = 0; kill < killsBeforeSaving; kill += 1)
      await killedBeforeSaving(stage, reporter.log);
    return `${kills} kills at any moment, ${killsBeforeSaving} with the answer read and not saved`;
  },
};

/** The message's row is held until the worker waits to save what it was answered; then it is killed, its save with it. */
async function killedBeforeSaving(stage: Stage, log: () => Promise<void>): Promise<void> {
  const holder = new pg.Client({ connectionString: stage.adminUrl });
  await holder.connect();
  const held = Promise.withResolvers<void>();
  let isHeld = false;
  stage.way.meddle({
    before: async ({ method, path, body }) => {
      if (isHeld || method !== "POST" || path !== "/api/ncrs") return undefined;
      isHeld = true;
      const { external_key: key } = JSON.parse(body) as { external_key: string };
      await holder.query("begin");
      await holder.query("select from deliveries where external_key = $1 for no key update", [key]);
      held.resolve();
      return undefined;
    },
  });
  try {
    await log();
    await inTime("the record is on its way", held.promise);
    const waiting =
      "from pg_stat_activity where wait_event_type = 'Lock' and query like '%save_deliveries%'";
    await eventually("the worker waits to save", async () => {
      return (await stage.look(`select ${waiting}`)).length > 0;
    });
    await stage.workers.killAll();
    // What a server was asked before its client died it would do all the same.
    await stage.look(`select pg_terminate_backend(pid) ${waiting}`);
    stage.hit("kill -9 of a worker between the QMS's answer and our save");
  } finally {
    await holder.end();
    stage.way.meddle({});
  }
  stage.workers.start();
}
