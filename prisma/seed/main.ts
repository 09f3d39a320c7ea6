import { env } from "#lib/kit/env";
import { openedAt, seedDemo } from "./demo.ts";
import { headsSha256 } from "./heads.ts";
import { tellTime } from "./told-time.ts";

/** The demo plant into an empty database; `npm start` runs it once. */
const anchor = env.BUYOFF_DEMO_NOW ?? new Date().toISOString();
const startedAt = performance.now();
const say = (done: number, of: number) => {
  if (done % 6 === 0) process.stdout.write(`demo plant: ${done} of ${of} units of its history\n`);
};
// What keeps no time of its own, such as the systems that it is connected to, is as old as the plant.
await tellTime(openedAt(anchor));
const { units } = await seedDemo(anchor, env.BUYOFF_SEED, say);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
const heads = await headsSha256();
process.stdout.write(`The demo plant is there: ${units} units, ${seconds} s, heads ${heads}.\n`);
process.exit(0);
