import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { db } from "#lib/db/client";
import { newParts } from "#lib/setup/parts";
import { chanceFrom } from "./chance.ts";
import { databaseStopped } from "./database-stopped.fault.ts";
import type { Fault } from "./fault.ts";
import { heal, settled } from "./healing.ts";
import { counted } from "./invariants.ts";
import { manyTablets } from "./many-tablets.fault.ts";
import { outage } from "./outage.fault.ts";
import { replyLost } from "./reply-lost.fault.ts";
import { sameStep } from "./same-step.fault.ts";
import { slowQms } from "./slow-qms.fault.ts";
import { aStage, type Stage } from "./stage.ts";
import { webKilled } from "./web-killed.fault.ts";
import { workerFrozen } from "./worker-frozen.fault.ts";
import { workerKilled } from "./worker-killed.fault.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string" }, backlog: { type: "string", default: "1000" } },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

const all: readonly Fault[] = [
  webKilled,
  workerKilled,
  workerFrozen,
  databaseStopped,
  replyLost,
  slowQms,
  manyTablets,
  sameStep,
  outage,
];
const unknown = positionals.filter((name) => !all.some((fault) => fault.name === name));
if (unknown.length > 0)
  throw new Error(`no such fault: ${unknown.join(", ")} of ${all.map(({ name }) => name)}`);
const wanted = all.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

const seed = values.seed === undefined ? randomInt(1, 2 ** 31) : Number(values.seed);
say(`seed ${seed}; again with: npm run test:faults -- --seed ${seed}`);

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Brings it about, heals, and waits until everything has come to rest. Gives what was measured, or what went wrong. */
async function broughtAbout(
  stage: Stage,
  { bring }: Fault,
): Promise<{ isGood: boolean; said: string }> {
  try {
    const measured = await bring(stage);
    await heal(stage);
    await settled(stage);
    return { isGood: true, said: measured };
  } catch (error) {
    await heal(stage).catch(() => undefined);
    return { isGood: false, said: wordsOf(error) };
  }
}

/** Whatever came of it, everything is counted. */
async function tried(stage: Stage, fault: Fault): Promise<boolean> {
  const startedAt = performance.now();
  const { isGood, said } = await broughtAbout(stage, fault);
  const { counts, work } = await counted(stage);
  const wrong = Object.entries(counts).filter(([, count]) => count !== 0);
  const holds = isGood && wrong.length === 0;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  say(`${holds ? "✓" : "✗"} ${fault.title} (${seconds} s)`);
  say(`    ${said}`);
  say(
    `    so far ${work.made} commands, sent ${work.sent} times, ${work.applied} applied, ${work.notApplied} not`,
  );
  for (const [name, count] of wrong) say(`    ${name}: ${count}`);
  return holds;
}

const parts = newParts();
let passed = 0;
let failed = 0;
try {
  const stage = await aStage(parts, chanceFrom(seed), Number(values.backlog));
  await heal(stage);
  for (const fault of wanted) {
    if (await tried(stage, fault)) passed += 1;
    else failed += 1;
  }
  const hits = [...stage.tally].map(([kind, times]) => `${times} × ${kind}`);
  say(`brought about: ${hits.join(", ")}`);
  for (const tablet of stage.tablets) tablet.stop();
} catch (error) {
  failed += 1;
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  await db.$disconnect().catch(() => undefined);
  await parts.stop();
}
say(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
