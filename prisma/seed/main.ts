import { env } from "#lib/kit/env";
import { seedDemo } from "./demo.ts";

/** The demo plant into an empty database; `npm start` runs it once. */
const anchor = env.BUYOFF_DEMO_NOW ?? new Date().toISOString();
const startedAt = performance.now();
const { units } = await seedDemo(anchor, env.BUYOFF_SEED);
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
process.stdout.write(`The demo plant is there: ${units} units, ${seconds} s.\n`);
process.exit(0);
