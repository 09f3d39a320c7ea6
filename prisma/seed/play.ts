import type { Refusal } from "#lib/travelers/refusal.schema";
import type { Command } from "#lib/travelers/schema";
import { chanceOf, type SimulatedClock } from "./identity.ts";
import type { Job } from "./job.ts";
import { type DemoPerson, demoPeople } from "./people.ts";
import { type Act, type Kit, nextAct } from "./plan.ts";
import { demoLots, serialsOf } from "./plant.ts";
import { personId } from "./staff.ts";
import { type Deed, type Doer, deedAt, deedThere, doer, isFull, send } from "./tablet.ts";

export const firstShift = [
  "Marisol Reyes",
  "Dwayne Okafor",
  "Priya Raman",
  "Ingrid Maurer",
  "Laurent Dubois",
];
export const secondShift = ["Anneke Vos", "Tomás Herrera", "Stellan Berg"];

/** Everything that lies ready for a unit: its own serials, good lots, gages in calibration. */
export function kitOf(
  of: {
    order: string;
    unit: string;
    values?: Kit["values"];
    measured?: Kit["measured"];
    lots?: Readonly<Record<string, string>> | undefined;
    gages?: Readonly<Record<string, string>> | undefined;
  },
  clock: SimulatedClock,
): Omit<Kit, "picture"> {
  const own = serialsOf(of.unit);
  return {
    order: of.order,
    unit: of.unit,
    component: (part) => {
      const serial = own.find((stock) => stock.part === part)?.serial ?? null;
      if (serial !== null) return { serial, lot: null };
      const usable = demoLots.find((stock) => stock.part === part && isUsable(stock));
      return { serial: null, lot: of.lots?.[part] ?? usable?.lot ?? null };
    },
    gage: (type) => of.gages?.[type] ?? gages[type] ?? type,
    chance: (label) => chanceOf(`${of.unit}/${label}`),
    now: clock.now,
    newId: clock.newId,
    ...(of.values ? { values: of.values } : {}),
    ...(of.measured ? { measured: of.measured } : {}),
  };
}

const isUsable = ({ expiresInDays = 1, onHold = false }: (typeof demoLots)[number]): boolean =>
  expiresInDays > 0 && !onHold;

/** The gage of each type that is at hand and in calibration. */
const gages: Readonly<Record<string, string>> = {
  thermometer: "TH-0055",
  hygrometer: "TH-0055-H",
  bore_gage_25_35: "BG-0142",
  bore_gage_18_22: "BG-0149",
  indicating_micrometer_25_50: "MIC-0087",
  feeler_gage: "FG-0031",
  fillet_gage: "FIL-0007",
  cmm: "CMM-02",
  dial_wrench_1_12: "DW-0066",
  torque_wrench_10_50: "TW-0209",
  milliohm_meter: "MO-0012",
  scale: "SC-0019",
  insulation_tester: "IT-0003",
};

/** Works on until the next act is the one that is waited for, or nothing is left to do; then all of it is sent. */
export async function workUntil(job: Job, until: (next: Act, job: Job) => boolean): Promise<Job> {
  let current = job;
  for (;;) {
    const coming = nextAct(current.state, current.content, current.kit);
    if (!coming || until(coming, current)) {
      await send(current);
      return current;
    }
    job.before?.(coming);
    // What it says of the time, it says of the time at which it is done.
    const next = nextAct(current.state, current.content, current.kit) ?? coming;
    const person = whoMay(current, next);
    if (next.type === "startStep" && !isShown(current, next.body.step, person)) {
      const shown = { step: next.body.step, language: person.locale };
      current = await perform(current, { ...next, type: "presentStep", body: shown }, doer(person));
    } else {
      current = await perform(current, next, doer(person));
    }
  }
}

const isShown = ({ state }: Job, step: string, person: DemoPerson): boolean =>
  state.steps[step]?.presentedTo.includes(personId(person)) ?? false;

export const atStep = (step: string) => (next: Act) => next.step === step;
export const atBuyoffOf = (operation: string) => (next: Act) =>
  next.type === "signBuyoff" && next.operation === operation;

/** The first of those at work who holds what the act asks for; else somebody of the other shift stays. */
function whoMay(job: Job, { by }: Act): DemoPerson {
  const performers = new Set(
    job.content.operations
      .flatMap(({ steps }) => steps)
      .filter(({ work }) => work === "production")
      .flatMap(({ id }) => job.state.steps[id]?.performedBy ?? []),
  );
  const day = job.clock.now();
  const names = [...new Set([...job.crew(day), ...firstShift, ...secondShift])];
  const found = names
    .map(personNamed)
    .find(
      (person) =>
        (by.role === null ? person.roles.some(isFloor) : person.roles.includes(by.role)) &&
        by.qualifications.every((code) => holds(job, person, code)) &&
        !(by.notPerformer && performers.has(personId(person))),
    );
  if (!found) throw new Error(`nobody may do this: ${JSON.stringify(by)}`);
  return found;
}
const isFloor = (role: string): boolean => ["operator", "inspector", "quality"].includes(role);

/** On that day, as the plant's own list says. */
function holds({ tablet, clock }: Job, person: DemoPerson, code: string): boolean {
  const day = clock.now().slice(0, 10);
  const held = tablet.known.people[personId(person)]?.qualifications ?? [];
  return held.some(
    (one) =>
      one.code === code &&
      one.validFrom <= day &&
      (one.validUntil === null || day < one.validUntil),
  );
}

export function personNamed(name: string): DemoPerson {
  const person = demoPeople.find((one) => one.name === name);
  if (!person) throw new Error(`nobody of the demo is called ${name}`);
  return person;
}

export type Done = Pick<Act, "type" | "body"> & { seconds: number; workCenter: string | null };
type With = Pick<Deed, "second" | "signs" | "qms" | "away" | "place" | "sealed">;

/** One act by one person at the station of its work center, or at the desk. */
export async function perform(job: Job, act: Done, person: Doer, beside: With = {}): Promise<Job> {
  const done = tried(job, act, person, beside);
  if ("refusal" in done) {
    const why = JSON.stringify(done.refusal);
    throw new Error(`${job.kit.unit} ${person.name} ${act.type}: ${why}`);
  }
  if (isFull(job.tablet)) await send(done.job);
  return done.job;
}

/** One act that the server decides alone. */
export function performThere(job: Job, act: Done, person: Doer): Promise<Job> {
  job.clock.pass(act.seconds);
  const command = { id: job.clock.newId(), type: act.type, body: act.body } as Command;
  return deedThere(job, { command, person, workCenter: act.workCenter });
}

/** What the rules refuse at the tablet is kept as the attempt that it was. */
export async function performRefused(
  job: Job,
  act: Done,
  person: Doer,
  code: Refusal["code"],
  beside: With = {},
): Promise<Job> {
  const done = tried(job, act, person, beside);
  if (!("refusal" in done) || done.refusal.code !== code) {
    throw new Error(
      `${job.kit.unit} ${person.name} ${act.type}: not ${code}, ${JSON.stringify(done)}`,
    );
  }
  const { params } = done.refusal;
  const body = { command: act.type, refusal: code, params: { ...params } };
  return perform(job, { ...act, type: "recordRefusedAttempt", body, seconds: 1 }, person);
}

function tried(job: Job, act: Done, person: Doer, beside: With): ReturnType<typeof deedAt> {
  job.clock.pass(act.seconds);
  const command = { id: job.clock.newId(), type: act.type, body: act.body } as Command;
  const isSigned = command.type === "signBuyoff";
  const signs = beside.signs ?? (isSigned ? command.body.contentSha256 : undefined);
  return deedAt(job, { command, person, workCenter: act.workCenter, ...beside, signs });
}
