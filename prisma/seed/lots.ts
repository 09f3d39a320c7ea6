import { type Instant, plusMinutes } from "#lib/kit/time";
import { balanceOf } from "#lib/travelers/lot-balance.rules";
import type { Job } from "./job.ts";
import { photographer } from "./pictures.ts";
import { demoLotOrders, demoSites } from "./plant.ts";
import { atStep, perform, performThere, personNamed, workUntil } from "./play.ts";
import { instructionFiles, seedOrder } from "./reference.ts";
import { doer, send } from "./tablet.ts";
import { openUnit } from "./units.ts";

const site = demoSites.ng2;
const crew = ["Anneke Vos", "Priya Raman", "Ingrid Maurer"];

/**
 * The machining plant: a lot of bushings of which three wait for the QMS's decision while the others went to
 * the assembly long ago, and in every demo one that nobody has touched.
 */
export async function seedLots(
  anchor: Instant,
  opened: Instant,
  size: "full" | "small",
): Promise<number> {
  for (const { lot: _, ...order } of demoLotOrders) await seedOrder(site, opened, order);
  const content = (await instructionFiles()).get("wi-4471-2213-rev-01");
  if (!content) throw new Error("no instruction for the bushings");
  const album = await photographer(site.id, 1);
  const open = ({ number, lot, quantity }: (typeof demoLotOrders)[number], at: Instant) =>
    openUnit({ site, order: number, unit: lot, quantity, content, album, at, crew: () => crew });
  const [told, untouched] = demoLotOrders;
  await open(untouched, plusMinutes(anchor, -9 * 60));
  if (size === "small") return 1;
  // Before the first unit that has these bushings in it.
  await bushings(await open(told, plusMinutes(opened, 24 * 60)));
  return 2;
}

/** Three read over their limit: they leave with their defect and its hold, and the other 47 go on. */
async function bushings(job: Job): Promise<void> {
  const inspector = doer(personNamed("Priya Raman"));
  const quality = doer(personNamed("Ingrid Maurer"));
  const ready = await workUntil(job, atStep("030.2"));
  const step = ready.content.operations.flatMap(({ steps }) => steps);
  const defect = ready.clock.newId();
  const found = {
    defect,
    code: "DIM-01",
    severity: "major",
    quantity: "3",
    step: step.find(({ number }) => number === "030.2")?.id ?? null,
    field: null,
    position: null,
    reading: null,
    location: "Outside diameter at the flange end",
    comment: "Last row of the tray: 28.621, 28.622 and 28.624.",
  } as const;
  const act = { seconds: 240, workCenter: "MET" } as const;
  const logged = await perform(ready, { ...act, type: "logDefect", body: found }, inspector);
  const parted = await performThere(
    logged,
    {
      ...act,
      type: "splitTraveler",
      body: {
        child: logged.clock.newId(),
        quantity: "3",
        reason: "Three over their limit, to be judged by the MRB",
        defects: [defect],
      },
    },
    quality,
  );
  const worked = await workUntil(parted, () => false);
  const { remaining, scrapped, transferredOut } = balanceOf(worked.state);
  const counts = { accepted: remaining, scrapped, transferredOut };
  const packed = { seconds: 90, workCenter: "QA" } as const;
  const counted = await perform(
    worked,
    { ...packed, type: "accountQuantity", body: counts },
    quality,
  );
  const complete = await perform(
    counted,
    { ...packed, type: "completeTraveler", body: {} },
    quality,
  );
  const accepting = { ...packed, type: "acceptTraveler", body: {} } as const;
  await send(await perform(complete, accepting, quality));
}
