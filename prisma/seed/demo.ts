import { actorOfSeed } from "#lib/boundary/actor";
import { saveConnector } from "#lib/feed/connector.commands";
import { type Instant, instant, millis, minuteOfDayIn, plusMinutes } from "#lib/kit/time";
import { seedLots } from "./lots.ts";
import { demoPeople } from "./people.ts";
import { storePictures } from "./pictures.ts";
import { type Act, nextAct } from "./plan.ts";
import { demoSites } from "./plant.ts";
import { atBuyoffOf, atStep, type Job, perform, workUntil } from "./play.ts";
import { qmsSandboxConfig } from "./qms-sandbox-connector.ts";
import {
  instructionFiles,
  seedInstructions,
  seedOrders,
  seedPlace,
  seedSites,
} from "./reference.ts";
import { sandbox } from "./sandbox.ts";
import { seedPeople } from "./staff.ts";
import { type Opening, openUnit } from "./units.ts";

const home = demoSites.ng1;
const bracket = "wi-4471-2210-rev-03";
const harness = "wi-harness-test-rev-01";

/** 06:00 at the plant on the day of the given instant, when the first shift begins. */
export function shiftStart(at: Instant): Instant {
  const minutes = minuteOfDayIn(home.timeZone, at);
  const midnight = millis(at) - minutes * 60_000 - (millis(at) % 60_000);
  return plusMinutes(instant(midnight), 6 * 60);
}

/** Everything the demo shows, in the order in which it happened. */
export async function seedDemo(
  now: Instant,
  size: "full" | "small" = "full",
): Promise<{ units: number }> {
  const anchor = shiftStart(now);
  await seedSites(anchor);
  await seedPeople(anchor);
  for (const site of Object.values(demoSites)) await seedPlace(site, anchor);
  await seedInstructions(home, anchor);
  await seedOrders(home, anchor);
  await connectSandbox();
  const units = await seedUnits(anchor, now, size);
  const lots = await seedLots(anchor, now, size);
  return { units: units + lots };
}

async function connectSandbox(): Promise<void> {
  if (!sandbox) return;
  for (const site of Object.values(demoSites)) {
    await saveConnector(actorOfSeed(site.id), {
      code: "qms-sandbox",
      name: "QMS sandbox",
      config: qmsSandboxConfig(sandbox.url),
      secret: sandbox.token,
      webhookSecret: sandbox.webhookSecret,
    });
  }
}

type Story = {
  unit: string;
  order: string;
  instruction: string;
  /** Days before the anchor's day on which it was released. */
  daysAgo: number;
  values?: Readonly<Record<string, string>>;
  tell?: (job: Job) => Promise<Job>;
};

const until = (stop: (next: Act) => boolean) => (job: Job) => workUntil(job, stop);

/** Each unit stands where a story begins: over torque, a transfer too slow, a customer to sign. */
const stories: readonly Story[] = [
  { unit: "FSB-0091", order: "WO-700301", instruction: bracket, daysAgo: 9, tell: acceptedUnit },
  {
    unit: "FSB-0118",
    order: "WO-700396",
    instruction: bracket,
    daysAgo: 1,
    values: {
      "060.1/1": "2.6",
      "060.1/2": "3.1",
      "060.1/3": "3.4",
      "060.1/4": "2.9",
      "060.3/1": "22.7",
    },
    tell: until((next) => next.step === "060.3" && hasPosition(next, "3")),
  },
  {
    unit: "FSB-0119",
    order: "WO-700396",
    instruction: bracket,
    daysAgo: 1,
    tell: until(atStep("030.4")),
  },
  {
    unit: "FSB-0120",
    order: "WO-700396",
    instruction: bracket,
    daysAgo: 2,
    tell: until(atBuyoffOf("100")),
  },
  {
    unit: "FSB-0121",
    order: "WO-700412",
    instruction: bracket,
    daysAgo: 1,
    tell: until(atStep("050.1")),
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
  { unit: "FSB-0126", order: "WO-700412", instruction: bracket, daysAgo: 0 },
  { unit: "HFS-0007", order: "WO-700455", instruction: harness, daysAgo: 0 },
  { unit: "HFS-0008", order: "WO-700455", instruction: harness, daysAgo: 0 },
];

/** Of each kind one: untouched, begun, with a defect; the other instruction. All else of the plant is whole. */
const small: ReadonlySet<string> = new Set(["FSB-0123", "FSB-0124", "FSB-0125", "HFS-0007"]);

const hasPosition = (next: Act, position: string): boolean =>
  next.type === "recordReading" && next.body.position === position;

async function seedUnits(anchor: Instant, now: Instant, size: "full" | "small"): Promise<number> {
  const told = stories.filter(({ unit }) => size === "full" || small.has(unit));
  const instructions = await instructionFiles();
  const pictures = await storePictures(home.id);
  const open = async (story: Story): Promise<void> => {
    const content = instructions.get(story.instruction);
    if (!content) throw new Error(`no instruction ${story.instruction}`);
    const opening: Opening = {
      site: home,
      order: story.order,
      unit: story.unit,
      content,
      pictures,
      at: releasedAt(anchor, now, story.daysAgo, stories.indexOf(story)),
      values: story.values,
    };
    const job = await openUnit(opening);
    await story.tell?.(job);
  };
  // Side by side: a unit's chain knows nothing of another unit's.
  const lane = async (own: readonly Story[]) => {
    for (const story of own) await open(story);
  };
  await Promise.all([lane(told.slice(0, 1)), lane(told.slice(1, 3)), lane(told.slice(3))]);
  return told.length;
}

// Never in the future, however early in the day the demo is started.
function releasedAt(anchor: Instant, now: Instant, daysAgo: number, index: number): Instant {
  const planned = plusMinutes(anchor, -daysAgo * 24 * 60 + index * 4);
  return planned < now ? planned : plusMinutes(now, index - 60);
}

async function acceptedUnit(job: Job): Promise<Job> {
  const worked = await workUntil(job, () => false);
  const quality = personNamed("Ingrid Maurer");
  const act = { seconds: 90, workCenter: "QA", body: {} } as const;
  const completed = await perform(worked, { ...act, type: "completeTraveler" }, quality);
  return perform(completed, { ...act, type: "acceptTraveler" }, quality);
}

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
  const found = await perform(ready, measured, personNamed("Priya Raman"));
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
  return perform(found, act, personNamed("Priya Raman"));
}

function personNamed(name: string) {
  const person = demoPeople.find((one) => one.name === name);
  if (!person) throw new Error(`nobody of the demo is called ${name}`);
  return person;
}
