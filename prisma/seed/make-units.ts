import { createInterface } from "node:readline";
import { z } from "zod";
import type { InstructionContent } from "#lib/instructions/schema";
import { millis } from "#lib/kit/time";
import type { SimulatedClock } from "./identity.ts";
import { idOf } from "./identity.ts";
import { type Album, photographer } from "./pictures.ts";
import type { Act } from "./plan.ts";
import { demoGages, demoSites, serialsOf } from "./plant.ts";
import { atBuyoffOf, atStep, workUntil } from "./play.ts";
import { instructionFiles, seedGages, seedInstruction, seedOrder, seedStock } from "./reference.ts";
import { openUnit } from "./units.ts";

const wanted = z.array(
  z.object({
    unit: z.string(),
    order: z.string().optional(),
    instruction: z.string().default("wi-4471-2210-rev-03"),
    site: z.enum(["NG1", "NG2"]).default("NG1"),
    until: z.string().optional(),
    untilBuyoff: z.string().optional(),
    /** On a revision whose waits take seconds: for a test that plays all of it on a screen. */
    quick: z.boolean().default(false),
    /** On a revision that crowds the screen: long words, several samples, a machine's report. */
    crowded: z.boolean().default(false),
    /** On one that asks for more where the first bore is measured: a machine's report, a tighter limit. */
    asks: z.array(z.enum(["report", "process"])).default([]),
    /** On one whose operators' signatures may all be given without a network. */
    mayWait: z.boolean().default(false),
    /** On a revision that no other unit is on: what becomes of it concerns nobody else. */
    alone: z.boolean().default(false),
    /** Pieces, where the unit is to be a lot. */
    quantity: z.optional(z.string()),
    values: z.record(z.string(), z.string()).optional(),
    /** The age of its sealant when the test begins. */
    mixedMinutesAgo: z.number().default(75),
  }),
);

const instructions = await instructionFiles();
const albums = new Map<string, Album>();

/**
 * Units for a test of its own, each with an order and parts that nobody else uses: a line of JSON in, a line of
 * JSON out, until nobody asks any more. Works on the real clock, so that what a tablet does next comes after.
 */
async function make(line: string) {
  const made: { traveler: string; unit: string; order: string }[] = [];
  for (const of of wanted.parse(JSON.parse(line))) {
    const known = instructions.get(of.instruction);
    if (!known) throw new Error(`no instruction ${of.instruction}`);
    const site = of.site === "NG1" ? demoSites.ng1 : demoSites.ng2;
    const asked = of.asks.length > 0 ? await askingFor(known, of.asks, site) : known;
    const content = of.quick
      ? await quickened(asked, site)
      : of.crowded
        ? await crowded(asked, site, of.unit)
        : of.mayWait
          ? await waiting(asked, site)
          : of.alone
            ? await alone(asked, site, of.unit)
            : asked;
    const at = new Date(Date.now() - 8 * 60 * 60_000).toISOString();
    const order = of.order ?? `WO-${idOf(of.unit).slice(0, 8)}`;
    const { number: part, revision } = content.part;
    await seedOrder(site, at, { number: order, part, revision, quantity: of.quantity ?? "1" });
    await seedStock(site, at, serialsOf(of.unit));
    const album = albums.get(site.id) ?? (await photographer(site.id, 1));
    albums.set(site.id, album);
    const opened = await openUnit({ ...of, site, order, content, album, at });
    const job = { ...opened, before: mixesLate(opened.clock, of) };
    const { until, untilBuyoff } = of;
    const stop = until ? atStep(until) : untilBuyoff ? atBuyoffOf(untilBuyoff) : null;
    const worked = stop ? await workUntil(job, stop) : job;
    made.push({ traveler: worked.state.id, unit: of.unit, order });
  }
  return made;
}

/**
 * A mix is so young that a test still works with it, and so old that its tack-free time is nearly over. The
 * primer is followed by an hour of warming up: it is mixed late where the test begins in its operation.
 */
function mixesLate(
  clock: SimulatedClock,
  { until, untilBuyoff, mixedMinutesAgo }: z.output<typeof wanted>[number],
): (next: Act) => void {
  const isInPrimer = [until, untilBuyoff].some((stop) => stop?.startsWith("030"));
  const minutesAgo: Readonly<Record<string, number>> = {
    "050": mixedMinutesAgo,
    ...(isInPrimer ? { "030": 100 } : {}),
  };
  return ({ type, operation }) => {
    const ago = minutesAgo[operation];
    if (type !== "startBatchClock" || ago === undefined) return;
    const waitMs = Date.now() - ago * 60_000 - millis(clock.now());
    if (waitMs > 0) clock.pass(waitMs / 1000);
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

/** The same instruction, under a number of its own, that keeps on line only what nobody may let wait. */
async function waiting(of: InstructionContent, site: (typeof demoSites)[keyof typeof demoSites]) {
  const content = structuredClone(of);
  content.number = `${of.number}-WAITS`;
  const steps = content.operations.flatMap((operation) => operation.steps);
  for (const asked of [...content.operations, ...steps].flatMap(({ buyoffs }) => buyoffs)) {
    if (asked.type === "operator" || asked.type === "second_operator") asked.offline = true;
  }
  await seedInstruction(site, content, new Date());
  return content;
}

async function alone(
  of: InstructionContent,
  site: (typeof demoSites)[keyof typeof demoSites],
  unit: string,
) {
  const content = { ...of, number: `${of.number}-${unit}` };
  await seedInstruction(site, content, new Date());
  return content;
}

/**
 * The same instruction, under a number of its own, with as much on the screen as an author may put there;
 * and a bore gage that is nobody else's, so that it can be dropped.
 */
async function crowded(
  of: InstructionContent,
  site: (typeof demoSites)[keyof typeof demoSites],
  unit: string,
) {
  const own = demoGages.filter(({ code }) => code === "BG-0149");
  const code = `BG-${unit.slice(-6)}`;
  const now = new Date().toISOString();
  await seedGages(
    site,
    now,
    now,
    own.map((gage) => ({ ...gage, code })),
  );
  const content = structuredClone(of);
  content.number = `${of.number}-CROWDED`;
  const operation = content.operations.find(({ number }) => number === "040");
  const [inside, , , center] = operation?.steps ?? [];
  const reading = center?.fields.find((field) => field.kind === "measurement");
  if (!operation || !inside || !center || !reading) throw new Error("no operation 040 to crowd");
  operation.title = {
    en: "Measure the installed bushings at three depths with the air-conditioned bore gage",
    es: "Medición de los bujes instalados a tres profundidades con el calibrador climatizado",
  };
  inside.title = {
    en: "Measure the installed inside diameter A at entry, middle and exit, five times each",
    es: "Mida el diámetro interior instalado A a la entrada, al centro y a la salida, cinco veces",
  };
  inside.text = {
    en: Array(5).fill(inside.text.en).join(" "),
    es: Array(5).fill(inside.text.es).join(" "),
  };
  const said = {
    en: "Warm the gage in the hand for two minutes and set it to zero on the ring before every row.",
    es: "Temple el calibrador en la mano dos minutos y póngalo a cero en el anillo antes de cada fila.",
  };
  inside.calls = (["note", "caution", "warning"] as const).map((kind) => ({ kind, text: said }));
  for (const field of inside.fields) {
    if (field.kind !== "measurement") continue;
    field.samples = 5;
    field.positions = ["E", "M", "X"];
  }
  center.fields.unshift({
    kind: "measurement_record",
    id: idOf(`${content.number}/report`),
    label: {
      en: "Report of the coordinate measuring machine for program 4471-2210-40",
      es: "Informe de la máquina de medición por coordenadas del programa 4471-2210-40",
    },
    required: true,
    positions: ["1"],
    formats: ["pdf", "qif", "csv"],
    characteristics: [reading.characteristic],
  });
  await seedInstruction(site, content, new Date());
  return content;
}

/** The same instruction, under a number of its own, that asks for more at 020.2. */
async function askingFor(
  of: InstructionContent,
  asks: readonly ("report" | "process")[],
  site: (typeof demoSites)[keyof typeof demoSites],
) {
  const content = structuredClone(of);
  content.number = `${of.number}-${asks.join("-").toUpperCase()}`;
  const { characteristics, operations } = content;
  const steps = operations.flatMap((operation) => operation.steps);
  const step = steps.find(({ number }) => number === "020.2");
  if (asks.includes("report"))
    step?.fields.push({
      kind: "measurement_record",
      id: idOf("report of both bores"),
      label: { en: "Report of the measuring machine", es: "Informe de la máquina de medir" },
      required: true,
      positions: ["1"],
      formats: ["csv", "pdf"],
      characteristics: characteristics
        .filter(({ balloon }) => balloon === "1" || balloon === "2")
        .map(({ id }) => id),
    });
  const bore = step?.fields.find(({ kind }) => kind === "measurement");
  // Tighter than the drawing's 28.575 to 28.596.
  if (asks.includes("process") && bore?.kind === "measurement")
    bore.process = { min: "28.578", max: "28.590", acceptBy: "quality" };
  await seedInstruction(site, content, new Date());
  return content;
}

for await (const line of createInterface(process.stdin)) {
  const answer = await make(line).then(
    (made) => ({ made }),
    (problem: unknown) => ({ problem: String(problem) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
