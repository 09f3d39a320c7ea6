import { type Instant, plusMinutes } from "#lib/kit/time";
import { balanceOf } from "#lib/travelers/lot-balance.rules";
import type { Job, Verdict } from "./job.ts";
import { photographer } from "./pictures.ts";
import { demoLotOrders, demoSites } from "./plant.ts";
import { atStep, perform, performThere, personNamed, workUntil } from "./play.ts";
import { dispositioned, reworkCompleted } from "./qms.ts";
import { instructionFiles, seedOrder } from "./reference.ts";
import { ncrOfBushings } from "./stories.ts";
import { doer, send } from "./tablet.ts";
import { jobOn, openUnit } from "./units.ts";

const site = demoSites.ng2;
const crew = ["Anneke Vos", "Priya Raman", "Ingrid Maurer"];

/**
 * The machining plant: a lot of bushings that went to the assembly long ago, without the three that the QMS had to
 * decide on, and in every demo one that nobody has touched.
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
  const opening = ({ number, lot, quantity }: (typeof demoLotOrders)[number], at: Instant) =>
    ({ site, order: number, unit: lot, quantity, content, album, at, crew: () => crew }) as const;
  const [told, untouched] = demoLotOrders;
  await openUnit(opening(untouched, plusMinutes(anchor, -9 * 60)));
  if (size === "small") return 1;
  // Before the first unit that has these bushings in it.
  const bushings = opening(told, plusMinutes(opened, 24 * 60));
  const parted = await threeFound(
    await openUnit({ ...bushings, values: { "010.3/1": "50", "040.1/1": "47" } }),
  );
  await finished(await workUntil(parted, () => false));
  const child = parted.state.splits[0]?.child ?? "";
  const unit = `${told.lot}-1`;
  const values = { "040.1/1": "1" };
  const at = parted.clock.now();
  await judged(await jobOn(child, { ...bushings, unit, values, at }), {
    ...verdict,
    number: ncrOfBushings(Number(anchor.slice(0, 4))),
  });
  return 3;
}

const quality = doer(personNamed("Ingrid Maurer"));

/** Three read over their limit and leave with their defect and its hold. */
async function threeFound(job: Job): Promise<Job> {
  const inspector = doer(personNamed("Priya Raman"));
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
  return performThere(
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
}

const verdict: Omit<Verdict, "number"> = {
  decision: "rework",
  shares: [
    { decision: "rework", quantity: "1" },
    { decision: "scrap", quantity: "2" },
  ],
  again: [{ step: "030.1", positions: null }],
  verification: "28.613 at both ends, QI-07; two tagged and kept apart.",
};

/** One of the three is reworked, and two are scrapped. */
async function judged(job: Job, as: Verdict): Promise<void> {
  const [defect] = job.state.defects;
  if (!defect) throw new Error("the defect did not leave with its pieces");
  const begun = await dispositioned(job, defect.id, as);
  const scrap = {
    type: "scrapTraveler",
    body: {
      defect: defect.id,
      identification: "Red tags 0117 and 0118",
      segregation: "MRB cage 2, locked",
    },
    seconds: 180,
    workCenter: null,
  } as const;
  const apart = await perform(begun, scrap, quality);
  const again = await workUntil(apart, ({ operation }) => operation === "040");
  await finished(await workUntil(await reworkCompleted(again), () => false));
}

/** Counted, complete and accepted. */
async function finished(job: Job): Promise<void> {
  const packed = { seconds: 90, workCenter: "QA" } as const;
  const { remaining, scrapped, transferredOut } = balanceOf(job.state);
  const counts = { accepted: remaining, scrapped, transferredOut };
  let current = await perform(job, { ...packed, type: "accountQuantity", body: counts }, quality);
  current = await perform(current, { ...packed, type: "completeTraveler", body: {} }, quality);
  await send(await perform(current, { ...packed, type: "acceptTraveler", body: {} }, quality));
}
