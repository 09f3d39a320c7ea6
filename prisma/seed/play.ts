import { actorOfSeed } from "#lib/boundary/actor";
import { inTransaction } from "#lib/db/client";
import type { InstructionContent } from "#lib/instructions/schema";
import { plusMinutes } from "#lib/kit/time";
import { applyCommand } from "#lib/travelers/commands";
import { evolve } from "#lib/travelers/evolve.rules";
import type { Command } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import { chanceOf, type SimulatedClock } from "./identity.ts";
import { type DemoPerson, demoPeople } from "./people.ts";
import { type Act, type Kit, nextAct } from "./plan.ts";
import { demoLots, type demoSites, demoStations, serialsOf } from "./plant.ts";
import { deviceId, stationId } from "./reference.ts";
import { personId } from "./staff.ts";

type Site = (typeof demoSites)[keyof typeof demoSites];

/** A unit in work, the clock that runs while it is worked on, and what the seed knows of its state. */
export type Job = {
  site: Site;
  content: InstructionContent;
  state: TravelerState;
  clock: SimulatedClock;
  kit: Kit;
  /** Working people in the order in which they are asked. */
  crew: readonly string[];
  /** Hears of each act before it is done, and may let time pass. */
  before?: (next: Act) => void;
};

export const firstShift = [
  "Marisol Reyes",
  "Dwayne Okafor",
  "Priya Raman",
  "Ingrid Maurer",
  "Laurent Dubois",
];

/** Everything that lies ready for a unit: its own serials, good lots, gages in calibration. */
export function kitOf(
  of: { order: string; unit: string; values?: Kit["values"] },
  clock: SimulatedClock,
): Omit<Kit, "picture"> {
  const own = serialsOf(of.unit);
  return {
    order: of.order,
    unit: of.unit,
    component: (part) => {
      const serial = own.find((stock) => stock.part === part)?.serial ?? null;
      const lot = demoLots.find((stock) => stock.part === part && isUsable(stock))?.lot ?? null;
      return serial === null ? { serial, lot } : { serial, lot: null };
    },
    gage: (type) => gages[type] ?? type,
    chance: (label) => chanceOf(`${of.unit}/${label}`),
    now: clock.now,
    newId: clock.newId,
    ...(of.values ? { values: of.values } : {}),
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

/** Works on until the next act is the one that is waited for, or nothing is left to do. */
export async function workUntil(job: Job, until: (next: Act) => boolean): Promise<Job> {
  let current = job;
  for (;;) {
    const coming = nextAct(current.state, current.content, current.kit);
    if (!coming || until(coming)) return current;
    job.before?.(coming);
    // What it says of the time, it says of the time at which it is done.
    const next = nextAct(current.state, current.content, current.kit) ?? coming;
    const person = whoMay(current, next);
    if (next.type === "startStep" && !isShown(current, next.body.step, person)) {
      const shown = { step: next.body.step, language: person.locale };
      current = await perform(current, { ...next, type: "presentStep", body: shown }, person);
    } else {
      current = await perform(current, next, person);
    }
  }
}

const isShown = ({ state }: Job, step: string, person: DemoPerson): boolean =>
  state.steps[step]?.presentedTo.includes(personId(person)) ?? false;

export const atStep = (step: string) => (next: Act) => next.step === step;
export const atBuyoffOf = (operation: string) => (next: Act) =>
  next.type === "signBuyoff" && next.operation === operation;

/** The first of the crew who holds what the act asks for. */
function whoMay(job: Job, { by }: Act): DemoPerson {
  const performers = new Set(
    job.content.operations
      .flatMap(({ steps }) => steps)
      .filter(({ work }) => work === "production")
      .flatMap(({ id }) => job.state.steps[id]?.performedBy ?? []),
  );
  const crew = job.crew.map((name) => demoPeople.find((person) => person.name === name));
  const found = crew.find(
    (person) =>
      person !== undefined &&
      (by.role === null ? person.roles.some(isFloor) : person.roles.includes(by.role)) &&
      by.qualifications.every((code) => (person.qualifications[code] ?? -1) >= 0) &&
      !(by.notPerformer && performers.has(personId(person))),
  );
  if (!found) throw new Error(`nobody may do this: ${JSON.stringify(by)}`);
  return found;
}
const isFloor = (role: string): boolean => ["operator", "inspector", "quality"].includes(role);

/** One act by one person at the station of its work center, through the same command as at a tablet. */
export async function perform(
  job: Job,
  act: Pick<Act, "type" | "body" | "seconds" | "workCenter">,
  person: DemoPerson,
): Promise<Job> {
  const { site, clock } = job;
  clock.pass(act.seconds);
  const stations = demoStations[site.code] ?? [];
  const station = stations.find((of) => of.workCenter === act.workCenter) ?? stations[0];
  const code = station?.code ?? "";
  const id = clock.newId();
  const device = { id: deviceId(site, code), station: code, workCenter: act.workCenter };
  const actor = actorOfSeed(site.id, {
    id: personId(person),
    name: person.name,
    roles: person.roles,
    device,
  });
  const at = clock.now();
  const isSigned = act.type === "signBuyoff" || act.type === "declineBuyoff";
  const proof =
    isSigned && "contentSha256" in act.body
      ? await proofFor(job, actor, id, act.body.contentSha256)
      : null;
  const command = { id, type: act.type, body: act.body } as Command;
  const verdict = await applyCommand(actor, {
    traveler: job.state.id,
    command,
    at,
    recordedAt: at,
    ...(proof ? { proof } : {}),
  });
  if (verdict.verdict !== "applied") {
    throw new Error(`${person.name} ${act.type}: ${JSON.stringify(verdict)}`);
  }
  const state = verdict.events.reduce<TravelerState | null>(evolve, job.state);
  return { ...job, state: state ?? job.state };
}

// What POST /api/sign leaves behind once badge and PIN were right: the seed has no keypad to type them on.
async function proofFor(
  job: Job,
  actor: ReturnType<typeof actorOfSeed>,
  command: string,
  contentSha256: string,
): Promise<string> {
  const id = job.clock.newId();
  const at = job.clock.now();
  await inTransaction(
    (tx) =>
      tx.signProof.create({
        data: {
          id,
          siteId: job.site.id,
          personId: actor.id,
          deviceId: actor.device?.id ?? stationId(job.site, "ASM-1"),
          commandId: command,
          contentSha256,
          method: "badge_pin",
          createdAt: new Date(at),
          expiresAt: new Date(plusMinutes(at, 5)),
        },
      }),
    job.site.id,
  );
  return id;
}
