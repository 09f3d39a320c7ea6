import { text } from "node:stream/consumers";
import { z } from "zod";
import { idOf } from "./identity.ts";
import { storePictures } from "./pictures.ts";
import { demoSites, serialsOf } from "./plant.ts";
import { atBuyoffOf, atStep, workUntil } from "./play.ts";
import { instructionFiles, seedOrder, seedStock } from "./reference.ts";
import { openUnit } from "./units.ts";

const wanted = z.array(
  z.object({
    unit: z.string(),
    instruction: z.string().default("wi-4471-2210-rev-03"),
    site: z.enum(["NG1", "NG2"]).default("NG1"),
    until: z.string().optional(),
    untilBuyoff: z.string().optional(),
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
  const content = instructions.get(of.instruction);
  if (!content) throw new Error(`no instruction ${of.instruction}`);
  const site = of.site === "NG1" ? demoSites.ng1 : demoSites.ng2;
  const at = new Date(Date.now() - 8 * 60 * 60_000).toISOString();
  const order = `WO-${idOf(of.unit).slice(0, 8)}`;
  const { number: part, revision } = content.part;
  await seedOrder(site, at, { number: order, part, revision, quantity: "1" });
  await seedStock(site, at, serialsOf(of.unit));
  const known = pictures.get(site.id) ?? (await storePictures(site.id));
  pictures.set(site.id, known);
  const job = await openUnit({ ...of, site, order, content, pictures: known, at });
  const { until, untilBuyoff } = of;
  const stop = until ? atStep(until) : untilBuyoff ? atBuyoffOf(untilBuyoff) : null;
  const worked = stop ? await workUntil(job, stop) : job;
  made.push({ traveler: worked.state.id, unit: of.unit, order });
}
process.stdout.write(JSON.stringify(made));
process.exit(0);
