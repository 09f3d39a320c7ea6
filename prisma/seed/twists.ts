import { canonicalSha256 } from "#lib/kit/canonical";
import { plusMinutes } from "#lib/kit/time";
import { amendmentContent } from "#lib/travelers/amendments.rules";
import { textHash } from "#lib/travelers/ruling.rules";
import { waiverContent } from "#lib/travelers/waivers.rules";
import type { Job, Verdict } from "./job.ts";
import { type Act, nextAct } from "./plan.ts";
import { type Done, firstShift, perform, performRefused, personNamed, workUntil } from "./play.ts";
import {
  dispositioned,
  type Found,
  log,
  photographed,
  reworkCompleted,
  reworkToComplete,
  stepNamed,
  withdrawn,
} from "./qms.ts";
import type { Subject } from "./scenes.ts";
import { doer } from "./tablet.ts";

/** Something that happens to a unit besides what its instruction says, told once. */
export type Twist = {
  when: (next: Act, job: Job) => boolean;
  tell: (job: Job) => Promise<Job>;
};

/** Works a unit to its end, and tells what happens to it on the way. */
export async function workWith(
  job: Job,
  twists: readonly Twist[],
  stop?: (next: Act) => boolean,
): Promise<Job> {
  const left = [...twists];
  let current = job;
  for (;;) {
    current = await workUntil(
      current,
      (next, at) =>
        stop?.(next) ||
        reworkToComplete(at) !== undefined ||
        left.some((twist) => twist.when(next, at)),
    );
    if (reworkToComplete(current)) {
      current = await reworkCompleted(current);
      continue;
    }
    const next = nextAct(current.state, current.content, current.kit);
    const due = next && !stop?.(next) ? left.find((of) => of.when(next, current)) : undefined;
    if (!due) break;
    left.splice(left.indexOf(due), 1);
    current = await due.tell(current);
  }
  if (left.length > 0) {
    throw new Error(`${job.kit.unit}: ${left.length} of its stories were never told`);
  }
  return current;
}

const named = (name: string) => doer(personNamed(name));
const workCenterOf = ({ content }: Job, step: string): string =>
  content.operations.find(({ steps }) => steps.some(({ number }) => number === step))?.workCenter ??
  "ASM";

/** The last value at a place is beyond its limits, or failed. */
const isBad = (job: Job, step: string, position: string): boolean => {
  const id = stepNamed(job, step);
  const last = job.state.readings.findLast((one) => one.step === id && one.position === position);
  return last !== undefined && last.verdict !== "in_limits" && last.verdict !== "no_limits";
};

/** Who recorded last at the step: they see it first. */
function whoIsThere(job: Job, step: string) {
  const by = job.state.steps[stepNamed(job, step)]?.performedBy.at(-1);
  const known = by === undefined ? undefined : job.tablet.known.people[by];
  return known ? named(known.name) : named("Dwayne Okafor");
}

/** A value that its limits refuse becomes a defect and an NCR, and goes as the board decides. */
export function badValue(found: Found & { position: string }, verdict: Verdict): Twist {
  return {
    when: (_, job) => isBad(job, found.step, found.position),
    async tell(job) {
      const center = workCenterOf(job, found.step);
      const { job: logged, defect } = await log(job, found, whoIsThere(job, found.step), center);
      return dispositioned(logged, defect, verdict);
    },
  };
}

/** A maximum that was exceeded has logged its defect by itself. */
export function overTime(
  place: { step: string; position: string; photo: Subject },
  verdict: Verdict,
  before?: (job: Job, defect: string) => Promise<Job>,
): Twist {
  return {
    when: (_, job) => isBad(job, place.step, place.position),
    async tell(job) {
      const id = stepNamed(job, place.step);
      const defect = job.state.defects.find(({ step }) => step === id)?.id ?? "";
      const center = workCenterOf(job, place.step);
      const by = whoIsThere(job, place.step);
      const seen = await photographed(job, defect, place.photo, by, center);
      const tried = before ? await before(seen, defect) : seen;
      return dispositioned(tried, defect, verdict);
    },
  };
}

/** Something that is seen, and no value shows. */
export function seen(found: Found, verdict: Verdict): Twist {
  return {
    when: atEndOf(found.step),
    async tell(job) {
      const center = workCenterOf(job, found.step);
      const { job: logged, defect } = await log(job, found, whoIsThere(job, found.step), center);
      return dispositioned(logged, defect, verdict);
    },
  };
}

/** Something that was none, once somebody has looked again. */
export function nothingAfterAll(found: Found, reason: string): Twist {
  return {
    when: atEndOf(found.step),
    async tell(job) {
      const center = workCenterOf(job, found.step);
      const { job: logged, defect } = await log(job, found, whoIsThere(job, found.step), center);
      return withdrawn(logged, defect, reason);
    },
  };
}

const atEndOf = (step: string) => (next: Act, job: Job) =>
  next.type === "completeStep" && next.body.step === stepNamed(job, step);
const isAt = (step: string, type: Act["type"]) => (next: Act) =>
  next.step === step && next.type === type;

/** Time that somebody took. */
export const waits = (step: string, type: Act["type"], minutes: number): Twist => ({
  when: isAt(step, type),
  async tell(job) {
    job.clock.pass(minutes * 60);
    return job;
  },
});

function ready(job: Job): Act {
  const next = nextAct(job.state, job.content, job.kit);
  if (!next) throw new Error(`${job.kit.unit} has nothing left to do`);
  return next;
}

/** Story 4: the lot that is scanned has expired; another one is offered, and used. */
export const expiredLot: Twist = {
  when: isAt("050.1", "installComponent"),
  async tell(job) {
    const next = ready(job);
    if (next.type !== "installComponent") return job;
    const expired: Done = { ...next, body: { ...next.body, lot: "PSB-2207" } };
    return performRefused(job, expired, whoIsThere(job, "050.1"), "component_expired");
  },
};

/** Story 5: sealing has lapsed, and nobody may waive it; the refresher is waived for this unit. */
export const lapsedSealing: Twist = {
  when: isAt("050.3", "startStep"),
  async tell(job) {
    const tomas = named("Tomás Herrera");
    const shown = await shownTo(job, ready(job));
    return performRefused(shown, ready(shown), tomas, "not_qualified");
  },
};

async function shownTo(job: Job, next: Act): Promise<Job> {
  if (next.type !== "startStep") return job;
  const body = { step: next.body.step, language: "es" } as const;
  return perform(job, { ...next, type: "presentStep", body, seconds: 5 }, named("Tomás Herrera"));
}

export const waivedRefresher: Twist = {
  when: isAt("010.4", "startStep"),
  async tell(job) {
    const tomas = named("Tomás Herrera");
    const shown = await shownTo(job, ready(job));
    const refused = await performRefused(shown, ready(shown), tomas, "not_qualified");
    const { clock } = refused;
    const reason = "The course is booked for next week; he has counted this kit for years.";
    const asked = {
      waiver: clock.newId(),
      person: tomas.id,
      qualification: "Q-ASM-R",
      validUntil: plusMinutes(clock.now(), 6 * 60),
    };
    const content = waiverContent(refused.state, { ...asked, reason: textHash(reason) });
    const contentSha256 = canonicalSha256(content);
    const at = { seconds: 40, workCenter: "KIT" };
    const requested = await perform(
      refused,
      { type: "requestWaiver", body: { ...asked, reason, contentSha256 }, ...at },
      tomas,
      { second: named("Hector Salinas"), signs: contentSha256 },
    );
    const granted = await perform(
      requested,
      { type: "grantWaiver", body: { waiver: asked.waiver, contentSha256 }, ...at },
      tomas,
      { second: named("Ingrid Maurer"), signs: contentSha256 },
    );
    const step = stepNamed(granted, "010.4");
    let current = granted;
    for (;;) {
      const next = ready(current);
      if (next.step !== "010.4") return current;
      current = await perform(current, next, tomas);
      if (next.type === "completeStep" && next.body.step === step) return current;
    }
  },
};

/** Story 6: who torqued signs as inspector, with one badge and with the other; neither counts. */
export const ownWork: readonly Twist[] = [
  {
    when: isAt("060.1", "presentStep"),
    async tell(job) {
      const stellan = named("Stellan Berg");
      let current = job;
      for (;;) {
        const next = ready(current);
        if (next.operation !== "060" || next.type === "signBuyoff") return current;
        current = await perform(current, next, stellan);
      }
    },
  },
  {
    when: (next) => next.step === "060.5" && next.by.signs === "inspection",
    async tell(job) {
      const stellan = named("Stellan Berg");
      const once = await performRefused(job, ready(job), stellan, "signer_performed_work");
      return performRefused(once, ready(once), stellan, "signer_performed_work");
    },
  },
];

/** An inspector does the torque work of a unit: whoever looks at the demo can try to let him accept it. */
export const inspectorTorques: Twist = {
  when: isAt("060.1", "presentStep"),
  tell: async (job) => ({ ...job, crew: () => ["Stellan Berg", ...firstShift] }),
};

/** Story 7: the wrench's calibration has lapsed; the refusal names the one that is good. */
export const lapsedGage: Twist = {
  when: isAt("060.3", "selectGage"),
  async tell(job) {
    const next = ready(job);
    if (next.type !== "selectGage") return job;
    const lapsed: Done = { ...next, body: { ...next.body, gage: "TW-0198" } };
    return performRefused(job, lapsed, whoIsThere(job, "060.2"), "gage_calibration_lapsed");
  },
};

/** Story 3: nobody on the floor decides "use as is"; the concession comes from the QMS. */
export async function decidedOnTheFloor(job: Job, defect: string): Promise<Job> {
  const body = {
    defect,
    from: "hand",
    ncr: "none yet",
    dispositions: [
      { decision: "use_as_is", quantity: "1", designAuthority: null, concession: null },
    ],
    evidence: null,
    reason: "Seated well, seven seconds are nothing.",
  } as const;
  const act: Done = { type: "receiveDisposition", body, seconds: 90, workCenter: "CRYO" };
  return performRefused(job, act, named("Hector Salinas"), "not_permitted");
}

/** Story 11: 19.38 for 19.058: asked, recorded anyway, measured again, corrected with a second person. */
export const keyedWrong: Twist = {
  when: isAt("040.1", "recordReading"),
  async tell(job) {
    const next = ready(job);
    if (next.type !== "recordReading") return job;
    const anneke = named("Anneke Vos");
    const keyed: Done = {
      ...next,
      body: { ...next.body, value: "19.38", confirmed: ["fewer_decimals", "out_of_limits"] },
    };
    const wrong = await perform(job, keyed, anneke);
    const first = wrong.state.readings.at(-1)?.id ?? "";
    const measured: Done = { ...next, body: { ...next.body, value: "19.058", confirmed: [] } };
    const again = await perform(wrong, { ...measured, seconds: 110 }, anneke);
    const second = again.state.readings.at(-1)?.id ?? "";
    const body = {
      reading: first,
      value: "19.058",
      reason: "Keyed 19.38 for 19.058; measured again.",
      evidence: { photo: null, reading: second },
    };
    const signs = canonicalSha256(amendmentContent(again.state, body));
    const act: Done = { type: "amendReading", body, seconds: 75, workCenter: "MET" };
    return perform(again, act, anneke, { second: named("Ingrid Maurer"), signs });
  },
};
