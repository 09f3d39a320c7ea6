import { actorOfSeed } from "#lib/boundary/actor";
import type { InstructionContent } from "#lib/instructions/schema";
import { sha256Hex } from "#lib/kit/canonical";
import { type Instant, plusMinutes } from "#lib/kit/time";
import { recordEvents } from "#lib/record/commands";
import { chanceOf, idOf } from "./identity.ts";
import type { Job } from "./job.ts";
import type { Album } from "./pictures.ts";
import type { Act } from "./plan.ts";
import { demoOrders, demoSites, serialsOf } from "./plant.ts";
import { perform, personNamed } from "./play.ts";
import {
  followingRevision,
  gageNoted,
  instructionFiles,
  lotHeld,
  seedInstruction,
  seedOrder,
  seedStock,
  supersede,
  supersededRevision,
} from "./reference.ts";
import {
  at,
  crewOf,
  firstOf03,
  highLot,
  lastPast,
  orderedAt,
  orderNumbers,
  type PastUnit,
  pastUnits,
  secondsUntil,
  serial,
  standIn,
} from "./schedule.ts";
import { type Tale, tales } from "./stories.ts";
import { doer, send } from "./tablet.ts";
import { workWith } from "./twists.ts";
import { openUnit } from "./units.ts";

const home = demoSites.ng1;

/** Told how far it is: so many units of so many. */
export type Progress = (done: number, of: number) => void;

export type Past = { anchor: Instant; opened: Instant; album: Album; progress: Progress };
type Work = Past & {
  instructions: ReadonlyMap<string, InstructionContent>;
  told: ReadonlyMap<string, Tale>;
  count: { done: number; of: number };
};

/** Units that are worked on side by side: a unit's chain knows nothing of another unit's. */
const lanes = 4;

/** The twelve weeks before the anchor, between changes of the plant that concern every unit after them. */
export async function seedPast(past: Past): Promise<number> {
  const { anchor, opened, album } = past;
  const instructions = await instructionFiles();
  const brackets = pastUnits(anchor);
  const small = smallWork(anchor);
  await pastOrders(brackets, small, opened);
  const known = new Set<string>(demoOrders.flatMap(({ units }) => units));
  const units = [...brackets, ...small].map(({ unit }) => unit).filter((unit) => !known.has(unit));
  await seedStock(home, anchor, units.flatMap(serialsOf));
  for (const { unit } of [...brackets, ...small]) await album.takeFor(unit);
  const superseded = instructions.get(supersededRevision);
  const following = instructions.get(followingRevision);
  if (!superseded || !following) throw new Error("a revision of the bracket is missing");
  await seedInstruction(home, superseded, new Date(plusMinutes(opened, -110 * 24 * 60)));
  const of = brackets.length + small.length;
  const told = tales(Number(anchor.slice(0, 4)));
  const work: Work = { ...past, instructions, told, count: { done: 0, of } };
  const from = (first: number, last: number) =>
    brackets.filter(({ unit }) => unit >= serial(first) && unit <= serial(last));

  await sideBySide(work, [...from(0, firstOf03 - 1), ...small]);
  const effective = releasedBefore(brackets, serial(firstOf03));
  await supersede(superseded);
  await seedInstruction(home, following, new Date(effective));
  await sideBySide(work, from(firstOf03, 99));
  const out = {
    code: "BG-0149",
    changes: { status: { before: "in_service", after: "withdrawn" } },
  };
  await sentOut(out, releasedBefore(brackets, standIn[0] ?? ""));
  await sideBySide(work, from(100, 102));
  await cameBack(anchor, releasedBefore(brackets, serial(103)));
  await sideBySide(work, from(103, lastPast));
  await outOfTolerance(anchor);
  const reason = "Installed diameters 0.014 mm high; three of five over the limit.";
  await lotHeld(home, { part: "4471-2213-3", lot: highLot, reason }, at(anchor, -4, 9, 20));
  return of;
}

const releasedBefore = (units: readonly PastUnit[], unit: string): Instant => {
  const found = units.find((of) => of.unit === unit);
  if (!found) throw new Error(`no unit ${unit}`);
  return plusMinutes(found.releasedAt, -90);
};

async function sideBySide(work: Work, units: readonly PastUnit[]): Promise<void> {
  const waiting = [...units];
  const lane = async () => {
    for (let unit = waiting.shift(); unit; unit = waiting.shift()) {
      await built(work, unit);
      work.count.done += 1;
      work.progress(work.count.done, work.count.of);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Released, worked to its end with what happened to it, completed and, but for the last ones, accepted. */
async function built({ instructions, album, told }: Work, of: PastUnit): Promise<void> {
  const content = instructions.get(of.instruction);
  if (!content) throw new Error(`no instruction ${of.instruction}`);
  const tale = told.get(of.unit);
  const job = await openUnit({
    site: home,
    order: of.order,
    unit: of.unit,
    content,
    album,
    at: of.releasedAt,
    crew: crewOf(of.unit),
    values: tale?.values,
    measured: (place) => of.measured[place] ?? null,
    lots: of.lots,
    gages: of.gages,
  });
  // No two units do anything in the same instant.
  job.clock.pass((Number(of.unit.slice(-4)) * 7) / 1000);
  const worked = await workWith({ ...job, before: pauses(job, of) }, tale?.twists ?? []);
  const isNew = of.week === 12;
  const looked = isNew ? worked : await reviewed(worked);
  await ended(looked, stillToAccept.has(of.unit));
}

/** Quality has looked at what departed from the plan, but for the last week's. */
function reviewed(job: Job): Promise<Job> | Job {
  const signals = job.state.signals.map(({ seq }) => seq);
  if (signals.length === 0) return job;
  const body = { signals, note: "Looked at with the record of the unit; nothing further." };
  const act = { type: "reviewSignals", body, seconds: 300, workCenter: null } as const;
  return perform(job, act, doer(personNamed("Ingrid Maurer")));
}

const stillToAccept: ReadonlySet<string> = new Set([serial(lastPast), serial(lastPast - 3)]);

/** Between two operations a unit waits for its shift, or for a bench. */
function pauses({ clock }: Job, { unit, earliest }: PastUnit): (next: Act) => void {
  let last = "010";
  return ({ operation, seconds }) => {
    if (operation !== last) {
      clock.pass(secondsUntil(clock.now(), earliest[operation] ?? clock.now()));
      const most = operation === "060" ? 240 : 1500;
      clock.pass(60 + Math.floor(chanceOf(`${unit}/pause/${operation}`) * most));
      last = operation;
    }
    // Nobody is as quick each time.
    clock.pass(Math.floor(chanceOf(`${unit}/${operation}/${clock.now()}`) * Math.min(seconds, 9)));
  };
}

async function ended(job: Job, isOpen: boolean): Promise<void> {
  const quality = doer(personNamed("Ingrid Maurer"));
  const act = { body: {}, workCenter: null } as const;
  job.clock.pass(900);
  const completed = await perform(job, { ...act, type: "completeTraveler", seconds: 40 }, quality);
  const accepted = isOpen
    ? completed
    : await perform(completed, { ...act, type: "acceptTraveler", seconds: 600 }, quality);
  await send(accepted);
}

async function pastOrders(
  brackets: readonly PastUnit[],
  small: readonly PastUnit[],
  opened: Instant,
): Promise<void> {
  const known = new Set<string>(demoOrders.map(({ number }) => number));
  const bracket = { part: "4471-2210-1", revision: "C", quantity: "6" };
  for (const number of orderNumbers) {
    if (known.has(number)) continue;
    await seedOrder(home, orderedAt(brackets, number, opened), { number, ...bracket });
  }
  const since = small[0] ? plusMinutes(small[0].releasedAt, -26 * 60) : opened;
  const harness = { part: "5520-1100-1", revision: "A", quantity: "6" };
  await seedOrder(home, since, { number: "WO-700388", ...harness });
  const skin = { part: "6630-2040-1", revision: "B", quantity: "4" };
  await seedOrder(home, since, { number: "WO-700470", ...skin });
}

/** The two other instructions: six harnesses tested and three skins laid. */
function smallWork(anchor: Instant): PastUnit[] {
  const common = { week: 1, shift: 1, earliest: {}, measured: {}, lots: {}, gages: {} } as const;
  const harnesses = [1, 2, 3, 4, 5, 6].map((number) => ({
    ...common,
    unit: `HFS-${String(number).padStart(4, "0")}`,
    order: "WO-700388",
    instruction: "wi-harness-test-rev-01",
    releasedAt: at(anchor, -40 + number * 4, 9, number * 6),
  }));
  const skins = [1, 2, 3].map((number) => ({
    ...common,
    unit: `SKN-${String(number).padStart(4, "0")}`,
    order: "WO-700470",
    instruction: "wi-6630-2040-rev-01",
    releasedAt: at(anchor, -30 + number * 7, 7, number * 5),
  }));
  return [...harnesses, ...skins];
}

type Change = { code: string; changes: { status: { before: string; after: string } } };

const sentOut = ({ code, changes }: Change, on: Instant): Promise<void> => {
  const reason = "At the laboratory for calibration; BG-0151 stands in.";
  const body = { changes, reason: sha256Hex(reason) };
  return gageNoted(home, code, { type: "gage.changed", body, texts: [reason] }, "withdrawn", on);
};

const boreGage = {
  type: "bore_gage_18_22",
  name: "Bore gage 18–22",
  unit: "mm",
  resolution: "0.001",
  calibratedMin: "18.000",
  calibratedMax: "22.000",
  uncertainty: "0.002",
  laboratory: "Tri-County Metrology",
} as const;

function cameBack(anchor: Instant, on: Instant): Promise<void> {
  const body = {
    ...boreGage,
    code: "BG-0149",
    calibrationDueOn: at(anchor, 41, 12).slice(0, 10),
    calibratedOn: on.slice(0, 10),
    certificate: "TC-88214",
    asFound: "in_tolerance",
    asLeft: "in_service",
    before: { calibrationDueOn: at(anchor, 41, 12).slice(0, 10), status: "withdrawn" },
    comment: null,
  };
  return gageNoted(home, "BG-0149", { type: "gage.calibrated", body }, "in_service", on);
}

/** Story 13: what stood in is found to read high. */
async function outOfTolerance(anchor: Instant): Promise<void> {
  const on = at(anchor, -2, 10, 40);
  const comment = "Reads 0.006 mm high at 19 mm. Adjusted, in tolerance as left.";
  const found = { asFound: "out_of_tolerance", comment: sha256Hex(comment) };
  const due = at(anchor, 19, 12).slice(0, 10);
  const body = {
    ...boreGage,
    code: "BG-0151",
    calibrationDueOn: due,
    calibratedOn: on.slice(0, 10),
    certificate: "TC-88390",
    asLeft: "in_service",
    before: { calibrationDueOn: due, status: "in_service" },
    ...found,
  };
  const texts = [comment];
  await gageNoted(home, "BG-0151", { type: "gage.calibrated", body, texts }, "in_service", on);
  await recordEvents(actorOfSeed(home.id), {
    kind: "gage",
    stream: idOf(`${home.code}/gage/BG-0151`),
    type: "gage.out_of_tolerance",
    body: { code: "BG-0151", foundOn: on.slice(0, 10), ...found },
    at: on,
    recordedAt: on,
    texts,
  });
}
