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
import type { Hold, StepState, TravelerState } from "./state.schema.ts";

/** The day it is at the plant: due and expiry dates hold through their whole day there. */
export const todayAt = (facts: Facts): string => dateIn(facts.site.timeZone, facts.at);

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

/** Names what is missing, since when, and who here holds it. */
export function qualified(
  facts: Facts,
  person: PersonFacts,
  codes: readonly string[],
): Result<true, Refusal> {
  const today = todayAt(facts);
  const missing = codes.filter((code) => !holds(person, code, today));
  const [first] = missing;
  if (first === undefined) return ok(true);
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
  });
}

/** Use of a qualification is evidence of training: it goes back to who masters them. */
export function qualificationUsed(
  facts: Facts,
  step: string | null,
  codes: readonly string[],
  person = facts.person,
): TravelerEvent[] {
  if (codes.length === 0) return [];
  const qualifications = codes.map((code) => ({
    code,
    validUntil: person.qualifications.find((one) => one.code === code)?.validUntil ?? null,
    result: "met",
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

/** And this person may do it: they hold everything that the operation and the step ask for. */
export function workAt(of: Of, step: string): Result<AtStep, Refusal> {
  const found = freeAt(of, step);
  if (!found.ok) return found;
  const codes = qualificationsOf(found.value.operation, found.value.step);
  const able = qualified(of.facts, of.facts.person, codes);
  if (!able.ok) return able;
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
  return qualified({ ...facts, at: then }, facts.person, codes);
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
