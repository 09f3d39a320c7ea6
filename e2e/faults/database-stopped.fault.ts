import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { aShift } from "./work.ts";

const crashes = 4;

/** F4. */
export const databaseStopped: Fault = {
  name: "database-stopped",
  title:
    "failure 42: PostgreSQL is stopped without warning under load: what was told is stored, and web and worker go on by themselves",
  async bring(stage) {
    const shift = await aShift(stage, 240);
    const recoveries: number[] = [];
    for (let crash = 0; crash < crashes; crash += 1) {
      await pause(stage.chance.between(500, 2_000));
      await shift.nextPost();
      await pause(stage.chance.between(0, 20));
      recoveries.push(await stage.cluster.crash());
      stage.hit("immediate stop of PostgreSQL");
    }
    await shift.end();
    if (!stage.web.isRunning() || stage.workers.running() === 0)
      throw new Error("web or worker ended with the database");
    return `answers again after ${(Math.max(...recoveries) / 1000).toFixed(1)} s at most`;
  },
};
