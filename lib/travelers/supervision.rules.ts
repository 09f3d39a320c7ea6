import type { InstructionContent } from "#lib/instructions/schema";
import type { Canonical } from "#lib/kit/canonical";
import { canonicalSha256 } from "#lib/kit/canonical";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { signedStep } from "./buyoffs.rules.ts";
import type { Facts, PersonFacts } from "./facts.schema.ts";
import {
  backingsOf,
  freeAt,
  qualificationsOf,
  qualified,
  supervisionInForce,
  trainersFor,
} from "./gates.rules.ts";
import { plannedStep } from "./plan.rules.ts";
import { mayAccept, proven } from "./proof.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule } from "./ruling.rules.ts";
import type { Supervision, TravelerState } from "./state.schema.ts";

/** What a trainer confirms by badge and PIN before an apprentice begins. */
export const supervisionContent = (
  state: TravelerState,
  of: { step: string; apprentice: string; trainer: string },
): Canonical => ({
  traveler: state.id,
  ...of,
  attempt: state.steps[of.step]?.attempt ?? 1,
  act: "supervise",
});

/** What a trainer co-signs: everything that was recorded in the step, exactly as it stands. */
export function cosignContent(
  state: TravelerState,
  content: InstructionContent,
  step: string,
): Canonical {
  const planned = plannedStep(content, step);
  if (!planned) throw new TypeError(`no step ${step} in ${content.number}`);
  return { traveler: state.id, act: "cosign", recorded: signedStep(state, planned.step) };
}

/** Who stands, or stood last, beside an apprentice in this attempt at a step. */
export const supervisionAt = (state: TravelerState, step: string): Supervision | null =>
  state.supervisions.findLast(
    (of) => of.step === step && of.attempt === (state.steps[step]?.attempt ?? 1),
  ) ?? null;

/** Holds today what the apprentice lacks, and needs no trainer for anything. */
function fitToTrain(
  facts: Facts,
  trainer: PersonFacts,
  codes: readonly string[],
): Result<true, Refusal> {
  const able = qualified(facts, trainer, codes);
  return able.ok ? mayAccept(trainer) : able;
}

/** A named, qualified trainer, present at the tablet with badge and PIN (rule 3). */
export function superviseStep(of: Case<"superviseStep">): Ruling {
  const { state, facts, command, body } = of;
  const at = freeAt(of, body.step);
  if (!at.ok) return at;
  const { operation, step, now } = at.value;
  if (now.status !== "not_started" && now.status !== "in_work") {
    return refuse("step_already_complete", { step: step.number });
  }
  const { person, second } = facts;
  if (facts.device === null) return refuse("trainer_not_here", { person: person.name });
  const codes = qualificationsOf(operation, step);
  const missing = backingsOf(state, facts, step.id, codes).flatMap(({ code, result }) =>
    result === null || result === "supervised" ? [code] : [],
  );
  const present = supervisionInForce(state, person, step.id, facts.at);
  const isThere = second !== null && present?.trainer === second.id;
  // Another trainer takes over what one has begun, such as at the end of a shift.
  const isCovered = missing.every((code) => present?.qualifications.includes(code) ?? false);
  if (missing.length === 0 || (isThere && isCovered)) {
    return refuse("trainer_not_needed", { person: person.name });
  }
  const listed = trainersFor(person, missing);
  const names = listed.map(({ name }) => name).join(", ");
  if (!second?.active || !listed.some(({ id }) => id === second.id)) {
    return refuse("trainer_not_listed", { person: person.name, trainers: names });
  }
  const fit = fitToTrain(facts, second, missing);
  if (!fit.ok) return fit;
  const shown = supervisionContent(state, {
    step: step.id,
    apprentice: person.id,
    trainer: second.id,
  });
  const contentSha256 = canonicalSha256(shown);
  if (contentSha256 !== body.contentSha256) return refuse("content_changed");
  const proof = proven(facts, {
    signer: second,
    proof: facts.secondProof,
    command: command.id,
    contentSha256,
  });
  if (!proof.ok) return proof;
  const { attempt } = now;
  const supervised = { step: step.id, attempt, trainer: second.id, contentSha256 };
  return rule([{ type: "step.supervised", body: { ...supervised, qualifications: missing } }]);
}

export function cosignStep(of: Case<"cosignStep">): Ruling {
  const { state, content, facts, command, body } = of;
  const at = freeAt(of, body.step);
  if (!at.ok) return at;
  const { step, now } = at.value;
  if (facts.device === null) return refuse("trainer_not_here", { person: facts.person.name });
  if (now.status !== "in_work") return refuse("step_not_in_work", { step: step.number });
  const supervision = supervisionAt(state, step.id);
  // Beside the apprentice, or signed in where the apprentice was.
  const trainer = facts.second ?? facts.person;
  if (!supervision) return refuse("trainer_not_needed", { person: facts.person.name });
  if (!trainer.active || trainer.id !== supervision.trainer) {
    const names = trainersFor(facts.person, supervision.qualifications).map(({ name }) => name);
    return refuse("trainer_not_listed", { person: facts.person.name, trainers: names.join(", ") });
  }
  const fit = fitToTrain(facts, trainer, supervision.qualifications);
  if (!fit.ok) return fit;
  const contentSha256 = canonicalSha256(cosignContent(state, content, step.id));
  if (contentSha256 !== body.contentSha256) return refuse("content_changed");
  const proof = proven(facts, {
    signer: trainer,
    proof: facts.second ? facts.secondProof : facts.proof,
    command: command.id,
    contentSha256,
  });
  if (!proof.ok) return proof;
  const cosigned = { step: step.id, attempt: now.attempt, trainer: trainer.id, contentSha256 };
  return rule([{ type: "step.cosigned", body: cosigned }]);
}

/** An apprentice's step is complete once the trainer has signed it exactly as it stands. */
export function cosignedAsIs(
  state: TravelerState,
  content: InstructionContent,
  step: string,
): Result<true, Refusal> {
  const supervision = supervisionAt(state, step);
  const planned = plannedStep(content, step)?.step;
  // Where nothing is recorded there is nothing to look at; a signature is its signer's own.
  if (!supervision || !planned || planned.fields.length === 0) return ok(true);
  const now = canonicalSha256(cosignContent(state, content, step));
  return supervision.cosigned?.contentSha256 === now
    ? ok(true)
    : refuse("trainer_has_not_signed", { step: planned.number });
}
