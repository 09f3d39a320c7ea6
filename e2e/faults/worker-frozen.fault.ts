import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { eventually, inTime } from "./healing.ts";
import type { Stage } from "./stage.ts";
import { aReporter } from "./work.ts";

/** A worker whose machine stands still is not gone: it comes back with what it knew before. */
export const workerFrozen: Fault = {
  name: "worker-frozen",
  title:
    "failure 4: a worker stands still from its question until another has made the record: it makes no second one",
  async bring(stage) {
    // Longer than it stands still: when it comes back it hears the answer.
    await stage.configure({ timeoutMs: 20_000 });
    await stage.workers.killAll();
    const second = stage.workers.start().process;
    await eventually("the second worker is there", async () => (await connections(stage)) > 0);
    await standsStill(stage, second);
    const first = stage.workers.start().process;
    const reporter = await aReporter(stage, await stage.tablet(), 1);
    const asked = Promise.withResolvers<void>();
    const isStill = Promise.withResolvers<void>();
    stage.way.meddle({
      after: async ({ method, path }) => {
        if (method !== "GET" || !path.includes("external_key=")) return undefined;
        stage.way.meddle({});
        asked.resolve();
        await isStill.promise;
        return undefined;
      },
    });
    const before = await records(stage);
    await reporter.log();
    await inTime("a worker asks for the record", asked.promise);
    first.kill("SIGSTOP");
    // "Nothing is there under your key": true when it was said.
    isStill.resolve();
    second.kill("SIGCONT");
    await eventually("another worker makes it", async () => (await records(stage)) > before);
    first.kill("SIGCONT");
    stage.hit("worker that stood still beyond its lease");
    await pause(2_000);
    return "its lease was over and another's by then";
  },
};

async function records(stage: Stage): Promise<number> {
  const [row] = await stage.look<{ count: number }>(
    "select count(*)::int as count from deliveries where site_id = $1 and operation = 'create' and state = 'tracking'",
    [stage.plant.site],
  );
  return row?.count ?? 0;
}

/** Connections of workers; of those, the ones that have held a transaction open for a while. */
async function connections(stage: Stage, holding = false): Promise<number> {
  const [row] = await stage.look<{ all: number; holding: number }>(
    `select count(*)::int as all, count(*) filter (where state like 'idle in transaction%'
        and state_change < clock_timestamp() - interval '400 milliseconds')::int as holding
       from pg_stat_activity where usename = 'buyoff_worker'`,
  );
  return (holding ? row?.holding : row?.all) ?? 0;
}

/** At rest: with a transaction open it would hold up the other one, which is not what is tried here. */
async function standsStill(stage: Stage, worker: ChildProcess): Promise<void> {
  for (;;) {
    worker.kill("SIGSTOP");
    await pause(500);
    if ((await connections(stage, true)) === 0) return;
    worker.kill("SIGCONT");
    await pause(50);
  }
}
