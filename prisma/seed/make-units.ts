import { text } from "node:stream/consumers";
import { z } from "zod";
import type { InstructionContent } from "#lib/instructions/schema";
import { millis } from "#lib/kit/time";
import type { SimulatedClock } from "./identity.ts";
import { idOf } from "./identity.ts";
import { storePictures } from "./pictures.ts";
import type { Act } from "./plan.ts";
import { demoSites, serialsOf } from "./plant.ts";
import { atBuyoffOf, atStep, workUntil } from "./play.ts";
import { instructionFiles, seedInstruction, seedOrder, seedStock } from "./reference.ts";
import { openUnit } from "./units.ts";

const wanted = z.array(
  z.object({
    unit: z.string(),
    instruction: z.string().default("wi-4471-2210-rev-03"),
    site: z.enum(["NG1", "NG2"]).default("NG1"),
    until: z.string().optional(),
    untilBuyoff: z.string().optional(),
    /** On a revision whose waits take seconds: for a test that plays all of it on a screen. */
    quick: z.boolean().default(false),
    values: z.record(z.string(), z.string()).optional(),
  }),
);

/**
 * Units for a test of its own, each with an order and parts that nobody else uses: JSON in, JSON out.
 * Works on the real clock, so that what a tablet does next comes after.
 */
const instructions = await instructionFiles();
const made: { traveler: string; unit: string; order: string }[] = [];
const pictures = new Map<string, Awaited<ReturnType<typeof storePictures>>>();
for (const of of wanted.parse(JSON.parse(await text(process.stdin)))) {
  const known = instructions.get(of.instruction);
  if (!known) throw new Error(`no instruction ${of.instruction}`);
  const site = of.site === "NG1" ? demoSites.ng1 : demoSites.ng2;
  const content = of.quick ? await quickened(known, site) : known;
  const at = new Date(Date.now() - 8 * 60 * 60_000).toISOString();
  const order = `WO-${idOf(of.unit).slice(0, 8)}`;
  const { number: part, revision } = content.part;
  await seedOrder(site, at, { number: order, part, revision, quantity: "1" });
  await seedStock(site, at, serialsOf(of.unit));
  const stored = pictures.get(site.id) ?? (await storePictures(site.id));
  pictures.set(site.id, stored);
  const opened = await openUnit({ ...of, site, order, content, pictures: stored, at });
  const job = { ...opened, before: mixesLate(opened.clock) };
  const { until, untilBuyoff } = of;
  const stop = until ? atStep(until) : untilBuyoff ? atBuyoffOf(untilBuyoff) : null;
  const worked = stop ? await workUntil(job, stop) : job;
  made.push({ traveler: worked.state.id, unit: of.unit, order });
}

/** A mix is so young that a test still works with it, and so old that its tack-free time is nearly over. */
function mixesLate(clock: SimulatedClock): (next: Act) => void {
  return ({ type, operation }) => {
    const earliest = Date.now() - 75 * 60_000;
    const waitMs = earliest - millis(clock.now());
    // The primer is followed by an hour of warming up.
    if (type === "startBatchClock" && operation === "050" && waitMs > 0) clock.pass(waitMs / 1000);
  };
}

/** The same instruction, under a number of its own, with waits of seconds. */
async function quickened(of: InstructionContent, site: (typeof demoSites)[keyof typeof demoSites]) {
  const content = structuredClone(of);
  content.number = `${of.number}-QUICK`;
  const steps = content.operations.flatMap((operation) => operation.steps);
  for (const asked of [...content.operations, ...steps].flatMap(({ buyoffs }) => buyoffs)) {
    if (asked.witnessNoticeMinutes !== undefined) asked.witnessNoticeMinutes = 1;
  }
  for (const step of steps) {
    for (const wait of step.clocks ?? []) delete wait.afterMinutes;
    delete step.plausibleMinSeconds;
    for (const field of step.fields) {
      if (field.kind === "timer" && field.minSeconds !== undefined) field.minSeconds = 2;
      if (field.kind === "clock_age") delete field.minMinutes;
    }
  }
  await seedInstruction(site, content, new Date());
  return content;
}

process.stdout.write(JSON.stringify(made));
process.exit(0);
