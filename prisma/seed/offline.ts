import { sha256Hex } from "#lib/kit/canonical";
import { type Instant, millis, plusMinutes } from "#lib/kit/time";
import { hashOf } from "#lib/travelers/acts.rules";
import { applyActs } from "#lib/travelers/apply.commands";
import type { Job } from "./job.ts";
import { type Act, nextAct } from "./plan.ts";
import { perform, personNamed } from "./play.ts";
import { type Away, doer, send } from "./tablet.ts";

/** Story 10, to the minute. */
const awayMinutes = 41;
const eventsAway = 23;
const heldAfterMinutes = 20;

const operator = () => doer(personNamed("Dwayne Okafor"));
const quality = () => doer(personNamed("Ingrid Maurer"));

/**
 * A tablet without a network for forty-one minutes, at two units: both operations are signed by badge and PIN, sealed,
 * and quality has stopped one of the units meanwhile. When the network is back the acts come in, twenty-two of them
 * count, one doesn't; the boxes are still on the tablet, so both signatures are pending.
 */
export async function offlineShift(first: Job, second: Job): Promise<void> {
  const since = first.clock.now();
  const away: Away = { since, back: plusMinutes(since, awayMinutes) };
  let acts = 0;
  let prev: string | null = null;
  const does = async (job: Job, act: Pick<Act, "type" | "body" | "seconds">): Promise<Job> => {
    acts += 1;
    const isSigned = act.type === "signBuyoff";
    const sealed = isSigned ? boxOf(job) : undefined;
    const { type, body } = act;
    const hash = hashOf({ seq: acts, prev, type, body });
    const place = { seq: acts, prev, hash };
    prev = hash;
    return perform(job, { ...act, workCenter: "KIT" }, operator(), { away, place, sealed });
  };
  const signed = await untilSigned(first, does);
  const begun = await started(signed, does);
  until(first, plusMinutes(since, heldAfterMinutes));
  await held(first);
  const measured = nextAct(begun.state, begun.content, begun.kit);
  if (!measured) throw new Error("nothing is left to do");
  await does(begun, { ...measured, seconds: 60 });

  until(second, first.clock.now());
  let other = await untilSigned(second, does);
  for (const text of notes.slice(0, eventsAway - acts))
    other = await does(other, { type: "addNote", body: { step: null, text }, seconds: 50 });
  if (acts !== eventsAway) throw new Error(`${acts} acts without a network`);
  if (other.clock.now() >= away.back) throw new Error("the shift without a network is longer");
  const last = begun.tablet.kept.length - 1;
  await handedOver(begun, (index) => (index === last ? "on_hold" : "applied"));
  await handedOver(other, () => "applied");
}

type Does = (job: Job, act: Pick<Act, "type" | "body" | "seconds">) => Promise<Job>;

/** Works on to the end of the operation and signs it. */
async function untilSigned(job: Job, does: Does): Promise<Job> {
  for (let current = job; ; ) {
    const next = nextAct(current.state, current.content, current.kit);
    if (!next) throw new Error("no buyoff to sign");
    current = await does(current, next);
    if (next.type === "signBuyoff") return current;
  }
}

/** The next step is shown and begun. */
async function started(job: Job, does: Does): Promise<Job> {
  let current = job;
  for (const expected of ["presentStep", "startStep"]) {
    const next = nextAct(current.state, current.content, current.kit);
    if (next?.type !== expected) throw new Error(`${next?.type} instead of ${expected}`);
    current = await does(current, next);
  }
  return current;
}

const notes = [
  "No network since the start of the count; work goes on by the tablet.",
  "Bag 2 of the kit was opened before; contents complete.",
  "Shadow board checked, nothing missing.",
  "Label of bin 14 is loose.",
  "Network is still away; told the supervisor.",
  "Crate stands at the left of the bench.",
  "Kit list printed by hand for the next unit.",
  "Photo of the kit taken with the tablet.",
];

const until = ({ clock }: Job, at: Instant): void =>
  clock.pass(Math.max(0, (millis(at) - millis(clock.now())) / 1000));

/**
 * A box has keys of its own, drawn anew each time, and is sealed to a key that only one installation has; the record
 * names it by its hash alone. These two boxes never arrive, so that a hash is all that there is of them.
 */
const boxOf = ({ kit }: Job) => ({
  sha256: sha256Hex(`the box on the tablet of story 10, ${kit.unit}`),
  key: "1-demo",
});

/** By somebody at the desk, who sees what the server knows. */
async function held(job: Job): Promise<void> {
  const atDesk = { ...job, tablet: { ...job.tablet, kept: [] } };
  const hold = {
    hold: job.clock.newId(),
    scope: { kind: "traveler" },
    reason: "engineering",
    comment: "Connector shells of this batch are being looked at.",
  } as const;
  const act = { type: "placeHold", body: hold, seconds: 0, workCenter: null } as const;
  await send(await perform(atDesk, act, quality()));
}

/** What was kept goes in, in its order. The server knows more by then than the tablet did. */
async function handedOver(
  { site, state, tablet, kit }: Job,
  expected: (index: number) => string,
): Promise<void> {
  const acts = tablet.kept.splice(0).map(({ act }) => act);
  const { verdicts } = await applyActs(site.id, state.id, acts);
  for (const [index, verdict] of verdicts.entries()) {
    const said =
      verdict.verdict === "recorded_not_applied" ? verdict.refusal.code : verdict.verdict;
    if (said !== expected(index))
      throw new Error(`${kit.unit} ${acts[index]?.command.type}: ${JSON.stringify(verdict)}`);
  }
}
