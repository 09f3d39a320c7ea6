import { connectorId } from "#lib/feed/connector.commands";
import { canonicalSha256 } from "#lib/kit/canonical";
import { isDone, signatureAt } from "#lib/travelers/buyoffs.rules";
import type { Facts } from "#lib/travelers/facts.schema";
import type { CommandBody } from "#lib/travelers/schema";
import type { Defect, Disposition } from "#lib/travelers/state.schema";
import type { Job, Verdict } from "./job.ts";
import { perform, personNamed } from "./play.ts";
import { sandbox } from "./sandbox.ts";
import type { Subject } from "./scenes.ts";
import { minutesToFirstShift } from "./schedule.ts";
import { type Doer, doer } from "./tablet.ts";

/** Where the demo's QMS is found unless its port is taken; it stands in the record with every NCR. */
export const qmsUrl = sandbox?.url ?? "http://127.0.0.1:4310";
export const qmsCode = "qms-sandbox";

const quality = () => doer(personNamed("Ingrid Maurer"));
const connector = ({ site }: Job): Doer => ({
  id: connectorId(site.id, qmsCode),
  name: qmsCode,
  roles: ["integrator"],
});

const atDesk = (seconds: number) => ({ seconds, workCenter: null });

/** The numbers of a step and its id, as people and as the record call it. */
export function stepNamed({ content }: Job, number: string): string {
  const steps = content.operations.flatMap((operation) => operation.steps);
  const step = steps.find((of) => of.number === number);
  if (!step) throw new Error(`no step ${number} in ${content.number} rev ${content.revision}`);
  return step.id;
}

export type Found = {
  code: string;
  severity: "minor" | "major" | "critical";
  /** The step it was seen at; with a position, the reading that shows it. */
  step: string;
  position?: string;
  location?: string;
  comment: string;
  photo?: Subject;
};

/** Logged by whoever saw it, with a photo; the plant's rule may hold the unit. */
export async function log(
  job: Job,
  found: Found,
  by: Doer,
  workCenter: string,
): Promise<{ job: Job; defect: string }> {
  const step = stepNamed(job, found.step);
  const reading = job.state.readings.findLast(
    (one) => one.step === step && one.position === (found.position ?? ""),
  );
  const defect = job.clock.newId();
  const body: CommandBody<"logDefect"> = {
    defect,
    code: found.code,
    severity: found.severity,
    quantity: "1",
    step,
    field: reading?.field ?? null,
    position: reading?.position ?? null,
    reading: reading?.id ?? null,
    location: found.location ?? null,
    comment: found.comment,
  };
  const logged = await perform(job, { type: "logDefect", body, seconds: 70, workCenter }, by);
  if (!found.photo) return { job: logged, defect };
  return { job: await photographed(logged, defect, found.photo, by, workCenter), defect };
}

export function photographed(
  job: Job,
  defect: string,
  subject: Subject,
  by: Doer,
  workCenter: string,
): Promise<Job> {
  const { step } = defectOf(job, defect);
  const shot = job.album.of(subject, job.kit.unit, defect);
  const body = { ...shot, photo: job.clock.newId(), step, field: null, position: null, defect };
  return perform(job, { type: "attachPhoto", body, seconds: 25, workCenter }, by);
}

function defectOf({ state }: Job, id: string): Defect {
  const defect = state.defects.find((one) => one.id === id);
  if (!defect) throw new Error(`no defect ${id}`);
  return defect;
}

type Status = NonNullable<Facts["qms"]>["record"]["status"];

/** What the QMS says of a defect at this moment of the past. */
function said(
  job: Job,
  defect: string,
  verdict: Verdict,
  status: Status,
): NonNullable<Facts["qms"]> {
  const { number, decision, designAuthority = null, concession = null } = verdict;
  const version = { open: "1", dispositioned: "2", closed: "3" }[status as string] ?? "1";
  const shares = verdict.shares ?? [{ decision, quantity: "1" }];
  const dispositions = shares.map((share) => ({ ...share, designAuthority, concession }));
  return {
    defect,
    record: {
      process: "NCR",
      connector: qmsCode,
      externalId: number,
      number,
      status,
      url: `${qmsUrl}/ncrs/${number}`,
      version,
      at: job.clock.now(),
    },
    dispositions: status === "open" ? [] : dispositions,
  };
}

/** Number and status come back as the connector brings them, by the commands that it sends. */
async function told(job: Job, defect: string, verdict: Verdict, status: Status): Promise<Job> {
  const qms = said(job, defect, verdict, status);
  const { at: _, ...record } = qms.record;
  const by = connector(job);
  const linked = await perform(
    job,
    { type: "linkQmsRecord", body: { defect, ...record }, ...atDesk(2) },
    by,
    { qms },
  );
  const known = defectOf(linked, defect).dispositions;
  if (canonicalSha256(known) === canonicalSha256(qms.dispositions)) return linked;
  const body = {
    defect,
    from: "qms",
    ncr: verdict.number,
    dispositions: [...qms.dispositions],
    evidence: null,
    reason: null,
  } as const;
  return perform(linked, { type: "receiveDisposition", body, ...atDesk(1) }, by, { qms });
}

/** From the defect to the work going on: NCR, disposition, release, and where it says so the rework's begin. */
export async function dispositioned(job: Job, defect: string, verdict: Verdict): Promise<Job> {
  job.clock.pass(180);
  const numbered = await told(job, defect, verdict, "open");
  // The board meets in the first shift.
  job.clock.pass(45 * 60);
  job.clock.pass(minutesToFirstShift(job.clock.now()) * 60);
  const decided = await told(numbered, defect, verdict, "dispositioned");
  const released = await releasedFrom(decided, defect, verdict);
  if (verdict.decision === "rework") return reworked(released, defect, verdict);
  return closed(released, defect, verdict);
}

async function releasedFrom(job: Job, defect: string, verdict: Verdict): Promise<Job> {
  const held = job.state.holds.filter((hold) => hold.defect === defect && !hold.released);
  let current = job;
  for (const hold of held) {
    const comment = `${verdict.number}: ${decisionWords[verdict.decision]}`;
    const body = { hold: hold.id, comment, byHand: null };
    const qms = said(current, defect, verdict, "dispositioned");
    current = await perform(current, { type: "releaseHold", body, ...atDesk(400) }, quality(), {
      qms,
    });
  }
  return current;
}

const decisionWords: Readonly<Record<Disposition["decision"], string>> = {
  rework: "rework as decided",
  repair: "repair as decided",
  use_as_is: "use as is, by the design authority",
  scrap: "scrap",
  return_to_supplier: "return to supplier",
  regrade: "regrade",
};

async function reworked(job: Job, defect: string, verdict: Verdict): Promise<Job> {
  const qms = said(job, defect, verdict, "dispositioned");
  let current = job;
  const operator = doer(personNamed("Marisol Reyes"));
  for (const { part, position } of verdict.removed ?? []) {
    const there = current.state.components.find(
      (one) => one.part === part && one.position === position && one.removed === null,
    );
    if (!there) throw new Error(`no ${part} at ${position} to remove`);
    const body = {
      installation: there.id,
      reason: `Replaced under ${verdict.number}`,
      condition: "scrap",
      to: "Scrap bin, tagged",
    } as const;
    const act = { type: "removeComponent", body, seconds: 40, workCenter: "ASM" } as const;
    current = await perform(current, act, operator);
  }
  const steps = (verdict.again ?? []).map(({ step, positions }) => ({
    step: stepNamed(job, step),
    positions: positions && [...positions],
  }));
  const body = { rework: current.clock.newId(), defect, steps };
  const started = await perform(current, { type: "startRework", body, ...atDesk(240) }, quality(), {
    qms,
  });
  const values = { ...started.kit.values, ...verdict.values };
  return {
    ...started,
    kit: { ...started.kit, values },
    verdicts: new Map([...started.verdicts, [defect, verdict]]),
  };
}

/** A rework whose steps are done and bought off again. */
export const reworkToComplete = ({ state }: Job) =>
  state.reworks.find(
    ({ status, steps, voidedBuyoffs }) =>
      status === "in_work" &&
      steps.every(({ step }) => isDone(state, step)) &&
      voidedBuyoffs.every((id) => {
        const buyoff = state.buyoffs.find((one) => one.id === id);
        return buyoff === undefined || signatureAt(state, buyoff) !== null;
      }),
  );

export async function reworkCompleted(job: Job): Promise<Job> {
  const rework = reworkToComplete(job);
  const verdict = rework && job.verdicts.get(rework.defect);
  if (!rework || !verdict) throw new Error("no rework to complete");
  const body = { rework: rework.id };
  const completed = await perform(job, { type: "completeRework", body, ...atDesk(120) }, quality());
  return closed(completed, rework.defect, verdict);
}

/** Carried out, verified by quality, and closed here and there. */
async function closed(job: Job, defect: string, verdict: Verdict): Promise<Job> {
  const body = { defect, verification: verdict.verification };
  const done = await perform(job, { type: "closeDefect", body, ...atDesk(150) }, quality());
  return told(done, defect, verdict, "closed");
}

/** Not a nonconformance after all: withdrawn by quality before anybody sent it. */
export async function withdrawn(job: Job, defect: string, reason: string): Promise<Job> {
  job.clock.pass(15 * 60);
  const body = { defect, reason };
  let current = await perform(job, { type: "withdrawDefect", body, ...atDesk(300) }, quality());
  for (const hold of current.state.holds.filter((one) => one.defect === defect && !one.released)) {
    const release = { hold: hold.id, comment: reason, byHand: null };
    current = await perform(
      current,
      { type: "releaseHold", body: release, ...atDesk(30) },
      quality(),
    );
  }
  return current;
}
