import { setTimeout as pause } from "node:timers/promises";
import { aConnection, expecting } from "../bench/connection.ts";
import { percentile } from "../bench/measure.ts";
import { allApplied, batchOf } from "../bench/plant.ts";
import { run } from "../support/run.ts";
import type { Fault } from "./fault.ts";
import { leftOf, settled } from "./healing.ts";
import type { Stage } from "./stage.ts";
import { aReporter, directly } from "./work.ts";

const lanes = 4;
const windowMs = 9_000;
const everyMs = 200;
/** Wide: it says that buyoffs don't wait for the QMS, and not how fast this machine is. */
const ratioMax = 4;

type Window = { name: string; p95: number };

/** B2 in small: buyoffs and defects at the same pace, beside a QMS that answers at once, late, or never. */
export const slowQms: Fault = {
  name: "slow-qms",
  title:
    "failure 67: the QMS answers after two seconds, or hangs, while buyoffs go on: they are as quick as beside one that answers at once",
  async bring(stage) {
    await stage.configure({ timeoutMs: 8_000 });
    await stage.workers.stopAll();
    stage.workers.start(30_000);
    const reporter = await aReporter(stage, await stage.tablet(), 4);
    const slow = async () => {
      await pause(2_000);
      return undefined;
    };
    const hang = async () => "hang" as const;
    const windows: Window[] = [];
    for (const [name, meddling] of [
      ["at once", {}],
      ["after 2 s", { before: slow }],
      ["at once again", {}],
      ["never", { before: hang }],
    ] as const) {
      stage.way.meddle(meddling);
      windows.push({ name, p95: await buyoffsBeside(stage, reporter.log) });
    }
    stage.hit("windows beside a QMS that answers late or never", 2);
    const backlog = (await leftOf(stage)).moving;
    stage.way.meddle({});
    await settled(stage);
    const [idle = 0, late = 0, idleAgain = 0, never = 0] = windows.map(({ p95 }) => p95);
    const ratio = Math.max(late, never) / Math.max(idle, idleAgain);
    const said = windows.map(({ name, p95 }) => `${name} ${p95.toFixed(0)} ms`).join(", ");
    if (ratio > ratioMax) throw new Error(`buyoffs wait for the QMS: ${said}`);
    return `p95 of a buyoff, QMS answering ${said}: ratio ${ratio.toFixed(2)}; backlog ${backlog}, drained`;
  },
};

/** p95 of a buyoff's answer, in milliseconds. */
async function buyoffsBeside(stage: Stage, log: () => Promise<void>): Promise<number> {
  const each = Math.floor(windowMs / everyMs);
  const signing = await Promise.all(Array.from({ length: lanes }, () => directly(stage, each)));
  const tookMs: number[] = [];
  let isOver = false;
  const reporting = (async () => {
    while (!isOver) {
      await log();
      await pause(everyMs);
    }
  })();
  await Promise.all(
    signing.map(async ({ headers, envelopes }) => {
      const connection = aConnection(run.origin);
      for (const envelope of envelopes) {
        const startedAt = performance.now();
        const said = connection.say("POST", "/api/commands", headers, batchOf([envelope]));
        allApplied(JSON.parse(await expecting(200, "a buyoff", said)).verdicts);
        const ms = performance.now() - startedAt;
        tookMs.push(ms);
        await pause(Math.max(0, everyMs - ms));
      }
      connection.close();
    }),
  );
  isOver = true;
  await reporting;
  return percentile(tookMs, 95);
}
