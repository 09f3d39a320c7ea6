import { actorOfSeed } from "#lib/boundary/actor";
import { saveConnector } from "#lib/feed/connector.commands";
import { qmsSandboxConfig } from "#lib/feed/connectors/qms-sandbox/rules";
import { installDefaultRules } from "#lib/feed/default-rules.commands";
import { ok } from "#lib/kit/result";
import { type Instant, plusMinutes } from "#lib/kit/time";
import { recorded } from "#lib/record/recorded.commands";
import { seedCrosswalks } from "./crosswalks.ts";
import type { Job } from "./job.ts";
import { seedLots } from "./lots.ts";
import { offlineShift } from "./offline.ts";
import { type Progress, seedPast } from "./past.ts";
import { type Album, photographer } from "./pictures.ts";
import { type Act, nextAct } from "./plan.ts";
import { demoOrders, demoSites } from "./plant.ts";
import { atBuyoffOf, atStep, perform, personNamed, workUntil } from "./play.ts";
import { qmsCode } from "./qms.ts";
import {
  followingRevision,
  instructionFiles,
  seedInstructions,
  seedOrder,
  seedPlace,
  seedSites,
} from "./reference.ts";
import { sandbox } from "./sandbox.ts";
import { crewOf, orderedAt, pastUnits, shiftStart } from "./schedule.ts";
import { seedPeople } from "./staff.ts";
import { doer, send } from "./tablet.ts";
import { inspectorTorques, lapsedGage, workWith } from "./twists.ts";
import { type Opening, openUnit } from "./units.ts";

const home = demoSites.ng1;
const bracket = "wi-4471-2210-rev-03";
const harness = "wi-harness-test-rev-01";

/** Days before the anchor on which the plant was opened. */
const openedDaysAgo = 91;
/** Of each thing that is photographed, so many photos that differ. */
const takes = { full: 6, small: 1 } as const;

/** The day on which the plant was opened. */
export const openedAt = (now: Instant): Instant =>
  plusMinutes(shiftStart(now), -openedDaysAgo * 24 * 60);

/** Everything the demo shows, in the order in which it happened. What it makes depends on the anchor alone. */
export async function seedDemo(
  now: Instant,
  size: "full" | "small" = "full",
  progress: Progress = () => undefined,
  /** Of the open units, those that a small plant has. */
  open: ReadonlySet<string> = small,
): Promise<{ units: number }> {
  const anchor = shiftStart(now);
  const opened = openedAt(now);
  await seedSites(opened);
  await seedPeople(anchor);
  for (const site of Object.values(demoSites)) await seedPlace(site, anchor, opened);
  await seedInstructions(home, opened, size === "full" ? [followingRevision] : []);
  const brackets = pastUnits(anchor);
  for (const { units: _, ...order } of demoOrders) {
    await seedOrder(home, orderedAt(brackets, order.number, anchor), order);
  }
  await connectSandbox();
  for (const site of Object.values(demoSites)) await seedRules(site.id, opened);
  const album = await photographer(home.id, takes[size]);
  const told = stories.filter(({ unit }) => size === "full" || open.has(unit));
  const lots = await seedLots(anchor, opened, size);
  const past = size === "full" ? await seedPast({ anchor, opened, album, progress }) : 0;
  await seedOpen(anchor, told, album);
  return { units: past + told.length + lots };
}

async function connectSandbox(): Promise<void> {
  if (!sandbox) return;
  for (const site of Object.values(demoSites)) {
    await saveConnector(actorOfSeed(site.id), {
      code: qmsCode,
      name: "QMS sandbox",
      config: qmsSandboxConfig(sandbox.url),
      secret: sandbox.token,
      webhookSecret: sandbox.webhookSecret,
    });
  }
  await seedCrosswalks();
}

/** The product's rules; those that have a system to go to are in force, as nobody could sign in the past. */
async function seedRules(site: string, at: Instant): Promise<void> {
  await recorded(actorOfSeed(site), async (tx) => {
    const events = await installDefaultRules(tx, site, { inForce: true, at });
    return ok({ value: null, events });
  });
}

type Story = {
  unit: string;
  order: string;
  instruction: string;
  /** Days before the anchor's day on which it was released. */
  daysAgo: number;
  tell?: (job: Job) => Promise<Job>;
};

const until = (stop: (next: Act) => boolean) => (job: Job) => workUntil(job, stop);

/** What is open when the demo begins: each unit stands somewhere else. */
const stories: readonly Story[] = [
  {
    unit: "FSB-0121",
    order: "WO-700412",
    instruction: bracket,
    daysAgo: 1,
    tell: (job) =>
      workWith(
        job,
        [inspectorTorques, lapsedGage],
        (next) => next.step === "060.5" && isAccepted(next),
      ),
  },
  {
    unit: "FSB-0122",
    order: "WO-700412",
    instruction: bracket,
    daysAgo: 1,
    tell: until(atBuyoffOf("020")),
  },
  { unit: "FSB-0123", order: "WO-700412", instruction: bracket, daysAgo: 1, tell: boreTooLarge },
  {
    unit: "FSB-0124",
    order: "WO-700412",
    instruction: bracket,
    daysAgo: 1,
    tell: until(atStep("010.4")),
  },
  { unit: "FSB-0125", order: "WO-700412", instruction: bracket, daysAgo: 0 },
  {
    unit: "FSB-0126",
    order: "WO-700412",
    instruction: bracket,
    daysAgo: 0,
    tell: until(atStep("010.5")),
  },
  { unit: "HFS-0007", order: "WO-700455", instruction: harness, daysAgo: 0 },
  { unit: "HFS-0008", order: "WO-700455", instruction: harness, daysAgo: 0 },
];

/** Story 10: worked on by one tablet without a network, in this order. */
const offline: readonly string[] = ["HFS-0008", "FSB-0126"];

const isAccepted = (next: Act): boolean => next.by.signs === "inspection";

/** Of each kind one: untouched, begun, with a defect; the other instruction. All else of the plant is whole. */
const small: ReadonlySet<string> = new Set(["FSB-0123", "FSB-0124", "FSB-0125", "HFS-0007"]);

async function seedOpen(anchor: Instant, told: readonly Story[], album: Album): Promise<void> {
  const instructions = await instructionFiles();
  const away: Job[] = [];
  for (const story of told) {
    const content = instructions.get(story.instruction);
    if (!content) throw new Error(`no instruction ${story.instruction}`);
    const opening: Opening = {
      site: home,
      order: story.order,
      unit: story.unit,
      content,
      album,
      at: releasedAt(anchor, story),
      crew: crewOf(story.unit),
    };
    await album.takeFor(story.unit);
    const job = await openUnit(opening);
    const told = (await story.tell?.(job)) ?? job;
    if (offline.includes(story.unit)) away.push(told);
  }
  const [first, second] = offline.map((unit) => away.find(({ kit }) => kit.unit === unit));
  if (first && second) await offlineShift(first, second);
}

/** On the day before the anchor's, or late on its evening: never in the future, whenever the demo is started. */
const releasedAt = (anchor: Instant, { daysAgo, unit }: Story): Instant =>
  plusMinutes(anchor, -(daysAgo * 14 + 10) * 60 + Number(unit.slice(-2)) * 2);

/** An inspector finds a bore over its limit: a defect, a hold by the plant's rule, an NCR to come. */
async function boreTooLarge(job: Job): Promise<Job> {
  const ready = await workUntil(
    job,
    (next) => next.step === "020.2" && next.type === "recordReading",
  );
  const measured = nextAct(ready.state, ready.content, {
    ...ready.kit,
    values: { "020.2/A": "28.601" },
  });
  if (!measured) throw new Error("the bore is measured already");
  const found = await perform(ready, measured, doer(personNamed("Priya Raman")));
  const reading = found.state.readings.at(-1);
  if (!reading) throw new Error("the bore was not recorded");
  const body = {
    defect: found.clock.newId(),
    code: "DIM-01",
    severity: "major",
    quantity: "1",
    step: reading.step,
    field: reading.field,
    position: reading.position,
    reading: reading.id,
    location: "Bore A",
    comment: "Largest reading at mid depth, taken twice.",
  } as const;
  const act = { type: "logDefect", body, seconds: 60, workCenter: "MET" } as const;
  const logged = await perform(found, act, doer(personNamed("Priya Raman")));
  await send(logged);
  return logged;
}
