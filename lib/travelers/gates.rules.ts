import type { InstructionContent, Operation, Step } from "#lib/instructions/schema";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { dateIn, type Instant, millis } from "#lib/kit/time";
import { holdPointBefore } from "./buyoffs.rules.ts";
import { clocksAllow } from "./clocks.rules.ts";
import type { Facts, PersonFacts } from "./facts.schema.ts";
import type { PlannedStep } from "./plan.rules.ts";
import { plannedStep } from "./plan.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import { refuse, textHash } from "./ruling.rules.ts";
import type { TravelerEvent } from "./schema.ts";
import type { Hold, StepState, TravelerState, Waiver } from "./state.schema.ts";

/** The day it is at the plant: due and expiry dates hold through their whole day there. */
export const todayAt = (facts: Pick<Facts, "site" | "at">): string =>
  dateIn(facts.site.timeZone, facts.at);

export const openHold = (
  state: TravelerState,
  at: { operation: string; step: string | null },
): Hold | null =>
  state.holds.find(({ scope, released }) => {
    if (released) return false;
    if (scope.kind === "traveler") return true;
    if (scope.kind === "operation") return scope.operation === at.operation;
    return scope.step === at.step;
  }) ?? null;

export const held = (hold: Hold): Result<never, Refusal> =>
  refuse("on_hold", { reason: hold.reason, owner: hold.owner, scope: hold.scope.kind });

export const holds = (person: PersonFacts, code: string, today: string): boolean =>
  person.qualifications.some(
    (one) =>
      one.code === code &&
      one.validFrom <= today &&
      (one.validUntil === null || today <= one.validUntil),
  );

const missingOf = (facts: Facts, person: PersonFacts, codes: readonly string[]): string[] => {
  const today = todayAt(facts);
  return codes.filter((code) => !holds(person, code, today));
};

/** Names what is missing, since when, who here holds it, and who could waive it or stand beside. */
function notQualified(
  facts: Facts,
  person: PersonFacts,
  missing: readonly string[],
): Result<never, Refusal> {
  const [first = ""] = missing;
  const today = todayAt(facts);
  const lapsed = person.qualifications
    .flatMap(({ code, validUntil }) => (code === first && validUntil ? [validUntil] : []))
    .filter((until) => until < today)
    .sort()
    .at(-1);
  const names = facts.holders.find(({ qualification }) => qualification === first)?.names ?? [];
  return refuse("not_qualified", {
    qualification: first,
    missing: missing.join(", "),
    since: lapsed ?? "",
    person: person.name,
    holders: names.join(", "),
    waivableBy: facts.qualificationRules.find(({ code }) => code === first)?.waivableBy ?? "nobody",
    trainers: trainersFor(person, missing)
      .map(({ name }) => name)
      .join(", "),
  });
}

/** Under whom an apprentice may do what they are not qualified for yet. */
export const trainersFor = (
  person: PersonFacts,
  missing: readonly string[],
): PersonFacts["trainers"] =>
  person.trainers.filter(
    ({ qualification }) =>
      qualification === null || missing.every((code) => code === qualification),
  );

/** Holds everything themselves: what a signature and a trainer need, which nobody can waive. */
export function qualified(
  facts: Facts,
  person: PersonFacts,
  codes: readonly string[],
): Result<true, Refusal> {
  const missing = missingOf(facts, person, codes);
  return missing.length === 0 ? ok(true) : notQualified(facts, person, missing);
}

export type Backing = {
  code: string;
  result: "met" | "waived" | "supervised";
  until: string | null;
};

/** By what each thing asked for is met at a step: held, waived for this traveler, or a trainer's. */
export function backingsOf(
  state: TravelerState,
  facts: Facts,
  step: string,
  codes: readonly string[],
): (Backing | { code: string; result: null })[] {
  const { person } = facts;
  const today = todayAt(facts);
  const attempt = state.steps[step]?.attempt ?? 1;
  const supervision = state.supervisions.findLast(
    (of) => of.step === step && of.attempt === attempt && of.apprentice === person.id,
  );
  return codes.map((code) => {
    if (holds(person, code, today)) {
      const held = person.qualifications.find((one) => one.code === code);
      return { code, result: "met", until: held?.validUntil ?? null };
    }
    const waiver = waiverInForce(state, person.id, code, facts.at);
    if (waiver) return { code, result: "waived", until: waiver.validUntil };
    return supervision?.qualifications.includes(code)
      ? { code, result: "supervised", until: null }
      : { code, result: null };
  });
}

export const waiverInForce = (
  state: TravelerState,
  person: string,
  qualification: string,
  at: Instant,
): Waiver | null =>
  state.waivers.find(
    (waiver) =>
      waiver.person === person &&
      waiver.qualification === qualification &&
      waiver.grantedAt !== null &&
      waiver.revoked === null &&
      at <= waiver.validUntil,
  ) ?? null;

/** Use of a qualification is evidence of training: it goes back to who masters them. */
export function qualificationUsed(step: string | null, used: readonly Backing[]): TravelerEvent[] {
  if (used.length === 0) return [];
  const qualifications = used.map(({ code, result, until }) => ({
    code,
    validUntil: until,
    result,
  }));
  return [{ type: "qualification.used", body: { step, qualifications } }];
}

export const qualificationsOf = (operation: Operation, step: Step): string[] => [
  ...new Set([...operation.qualifications, ...step.qualifications]),
];

export type AtStep = PlannedStep & { now: StepState };

export function stepOf(
  state: TravelerState,
  content: InstructionContent,
  step: string,
): Result<AtStep, Refusal> {
  const planned = plannedStep(content, step);
  const now = state.steps[step];
  return planned && now ? ok({ ...planned, now }) : refuse("step_unknown");
}

type Of = { state: TravelerState; content: InstructionContent; facts: Facts };

/** Nothing stands in the way of the work here: no hold on it, no hold point open before it. */
export function freeAt(of: Of, step: string): Result<AtStep, Refusal> {
  const found = stepOf(of.state, of.content, step);
  if (!found.ok) return found;
  const { operation, order } = found.value;
  const hold = openHold(of.state, { operation: operation.id, step });
  if (hold) return held(hold);
  const point = holdPointBefore(of.state, of.content, { operation: operation.id, order });
  if (!point) return found;
  return refuse("hold_point_open", {
    operation: point.operation.number,
    step: point.step?.number ?? "",
  });
}

/** And this person may do it: what the operation and the step ask for is held, waived or supervised. */
export function workAt(of: Of, step: string): Result<AtStep, Refusal> {
  const found = freeAt(of, step);
  if (!found.ok) return found;
  const codes = qualificationsOf(found.value.operation, found.value.step);
  const missing = backingsOf(of.state, of.facts, step, codes).flatMap(({ code, result }) =>
    result === null ? [code] : [],
  );
  if (missing.length > 0) return notQualified(of.facts, of.facts.person, missing);
  const clocks = clocksAllow(of.state, of.content, found.value.step, of.facts);
  return clocks.ok ? found : clocks;
}

export function inWork(of: Of, step: string): Result<AtStep, Refusal> {
  const found = workAt(of, step);
  if (!found.ok) return found;
  const { now, step: planned } = found.value;
  if (now.status !== "in_work") return refuse("step_not_in_work", { step: planned.number });
  return now.pausedAt === null ? found : refuse("step_paused", { step: planned.number });
}

function possibleThen(
  { state, content, facts }: Of,
  step: string,
  then: Instant,
): Result<true, Refusal> {
  if (then < state.releasedAt) {
    return refuse("late_before_release", { claimedAt: then, releasedAt: state.releasedAt });
  }
  const planned = plannedStep(content, step);
  const operation = planned?.operation.id ?? "";
  const lay = state.holds
    .filter(({ at, released }) => at <= then && (released === null || then < released.at))
    .map((hold) => ({ ...hold, released: null }));
  const hold = openHold({ ...state, holds: lay }, { operation, step });
  if (hold) return refuse("late_on_hold", { claimedAt: then, reason: hold.reason });
  const codes = planned ? qualificationsOf(planned.operation, planned.step) : [];
  // What is backed otherwise now was so for the work too; nobody backs the past.
  const held = backingsOf(state, facts, step, codes).flatMap(({ code, result }) =>
    result === "met" ? [code] : [],
  );
  return qualified({ ...facts, at: then }, facts.person, held);
}

/**
 * Something said to be done earlier than it is recorded: both times stand in the record (rule 16). At the
 * time that is claimed the unit was released and nothing held it, and the person was as able as now.
 * Within the site's minutes the recording is prompt and nothing needs to be said.
 */
export function lateEntry(
  { state, content, facts }: Of,
  step: string,
  late: { claimedAt: string; reason: string } | undefined,
): Result<{ events: TravelerEvent[]; texts: string[] }, Refusal> {
  if (!late) return ok({ events: [], texts: [] });
  if (late.claimedAt > facts.at) {
    return refuse("late_in_future", { claimedAt: late.claimedAt, at: facts.at });
  }
  const possible = possibleThen({ state, content, facts }, step, late.claimedAt);
  if (!possible.ok) return possible;
  const lateMs = millis(facts.at) - millis(late.claimedAt);
  if (lateMs <= facts.policy.lateAfterMinutes * 60_000) return ok({ events: [], texts: [] });
  const body = { step, claimedAt: late.claimedAt, reason: textHash(late.reason) };
  return ok({ events: [{ type: "entry.late", body }], texts: [late.reason] });
}
