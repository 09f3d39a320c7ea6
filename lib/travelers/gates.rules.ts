import type { InstructionContent, Operation, Step } from "#lib/instructions/schema";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { dateIn, type Instant, plusMinutes } from "#lib/kit/time";
import { holdPointBefore } from "./buyoffs.rules.ts";
import { clocksAllow } from "./clocks.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import type { Facts, PersonFacts } from "./facts.schema.ts";
import type { PlannedStep } from "./plan.rules.ts";
import { plannedStep } from "./plan.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import { refuse } from "./ruling.rules.ts";
import type { Hold, StepState, Supervision, TravelerState, Waiver } from "./state.schema.ts";

/** The day it is at the plant: due and expiry dates hold through their whole day there. */
export const todayAt = (facts: Pick<Facts, "site" | "at">): string =>
  dateIn(facts.site.timeZone, facts.at);

/** Every hold that lies on this place, in the order in which they were placed. */
export const openHolds = (
  state: TravelerState,
  at: { operation: string; step: string | null },
): Hold[] =>
  state.holds.filter(({ scope, released }) => {
    if (released) return false;
    if (scope.kind === "traveler") return true;
    if (scope.kind === "operation") return scope.operation === at.operation;
    return scope.step === at.step;
  });

export const openHold = (
  state: TravelerState,
  at: { operation: string; step: string | null },
): Hold | null => openHolds(state, at)[0] ?? null;

export const held = (hold: Hold): Result<never, Refusal> =>
  refuse("on_hold", { reason: hold.reason, owner: hold.owner, scope: hold.scope.kind });

const inForce = (person: PersonFacts, code: string, today: string) =>
  person.qualifications.find(
    (one) =>
      one.code === code &&
      one.validFrom <= today &&
      (one.validUntil === null || today <= one.validUntil),
  );

export const holds = (person: PersonFacts, code: string, today: string): boolean =>
  inForce(person, code, today) !== undefined;

const missingOf = (facts: Facts, person: PersonFacts, codes: readonly string[]): string[] => {
  const today = todayAt(facts);
  return codes.filter((code) => !holds(person, code, today));
};

const waivableRank = { quality: 0, supervisor_and_quality: 1, nobody: 2 } as const;

/** By whom all that is missing could be waived: the strictest of what each of it asks for. */
function waivableBy(facts: Facts, missing: readonly string[]): keyof typeof waivableRank {
  const each = missing.map(
    (code) => facts.qualificationRules.find((rule) => rule.code === code)?.waivableBy ?? "nobody",
  );
  const strictest = each.toSorted((a, b) => waivableRank[b] - waivableRank[a])[0];
  return strictest ?? "nobody";
}

/** Names what is missing, since when, who here holds all of it, and who could waive it or stand beside. */
function notQualified(
  facts: Facts,
  person: PersonFacts,
  missing: readonly string[],
  helps: { waivableBy: string; trainers: readonly { name: string }[] },
): Result<never, Refusal> {
  const [first = "", ...others] = missing;
  const today = todayAt(facts);
  const lapsed = person.qualifications
    .flatMap(({ code, validUntil }) => (code === first && validUntil ? [validUntil] : []))
    .filter((until) => until < today)
    .sort()
    .at(-1);
  const holdersOf = (code: string) =>
    facts.holders.find(({ qualification }) => qualification === code)?.names ?? [];
  const names = holdersOf(first).filter((name) =>
    others.every((code) => holdersOf(code).includes(name)),
  );
  return refuse("not_qualified", {
    qualification: first,
    missing: missing.join(", "),
    since: lapsed ?? "",
    person: person.name,
    holders: names.join(", "),
    waivableBy: helps.waivableBy,
    trainers: helps.trainers.map(({ name }) => name).join(", "),
  });
}

/** Under whom an apprentice may do what they are not qualified for yet: each is named for all of it. */
export function trainersFor(
  person: PersonFacts,
  missing: readonly string[],
): { id: string; name: string }[] {
  const named = new Map(person.trainers.map(({ id, name }) => [id, { id, name }]));
  return [...named.values()].filter(({ id }) =>
    missing.every((code) =>
      person.trainers.some(
        ({ id: trainer, qualification }) =>
          trainer === id && (qualification === null || qualification === code),
      ),
    ),
  );
}

/** Holds everything themselves: what a signature and a trainer need, which nobody can waive. */
export function qualified(
  facts: Facts,
  person: PersonFacts,
  codes: readonly string[],
): Result<true, Refusal> {
  const missing = missingOf(facts, person, codes);
  const nothing = { waivableBy: "nobody", trainers: [] };
  return missing.length === 0 ? ok(true) : notQualified(facts, person, missing, nothing);
}

export type Backing = {
  code: string;
  result: "met" | "waived" | "supervised";
  until: string | null;
  waiver?: string;
  trainer?: string;
  source?: { system: string; asOf: Instant };
};

/** A shift: whoever stands beside an apprentice says so again the next day. */
export const supervisionHoursMax = 12;

/** The trainer who stands beside this apprentice at a step now, and is still named for it. */
export function supervisionInForce(
  state: TravelerState,
  person: PersonFacts,
  step: string,
  at: Instant,
): Supervision | null {
  const attempt = state.steps[step]?.attempt ?? 1;
  const latest = state.supervisions.findLast(
    (of) => of.step === step && of.attempt === attempt && of.apprentice === person.id,
  );
  const isInForce =
    latest !== undefined &&
    latest.at <= at &&
    at <= plusMinutes(latest.at, supervisionHoursMax * 60) &&
    trainersFor(person, latest.qualifications).some(({ id }) => id === latest.trainer);
  return isInForce ? latest : null;
}

/** By what each thing asked for is met at a step: held, waived for this traveler, or a trainer's. */
export function backingsOf(
  state: TravelerState,
  facts: Facts,
  step: string,
  codes: readonly string[],
): (Backing | { code: string; result: null })[] {
  const { person, at } = facts;
  const today = todayAt(facts);
  const supervision = supervisionInForce(state, person, step, at);
  return codes.map((code) => {
    const own = inForce(person, code, today);
    if (own) {
      const { validUntil, source } = own;
      return { code, result: "met", until: validUntil, ...(source && { source }) };
    }
    const waiver = waiverInForce(state, person.id, code, at);
    if (waiver) {
      return { code, result: "waived", until: waiver.validUntil, waiver: waiver.id };
    }
    return supervision?.qualifications.includes(code)
      ? { code, result: "supervised", until: null, trainer: supervision.trainer }
      : { code, result: null };
  });
}

/** What a step asks for is held, waived or supervised, each at that moment. */
function backed(
  state: TravelerState,
  facts: Facts,
  step: string,
  codes: readonly string[],
): Result<true, Refusal> {
  const missing = backingsOf(state, facts, step, codes).flatMap(({ code, result }) =>
    result === null ? [code] : [],
  );
  if (missing.length === 0) return ok(true);
  const { person } = facts;
  return notQualified(facts, person, missing, {
    waivableBy: waivableBy(facts, missing),
    trainers: trainersFor(person, missing),
  });
}

/** Those of this traveler alone: a lot that was split off begins without any. */
export const waiversOf = ({ waivers, origin }: TravelerState): readonly Waiver[] =>
  waivers.slice(origin?.inherited.waivers ?? 0);

/** Granted by then, not over and not revoked. */
export const waiverInForce = (
  state: TravelerState,
  person: string,
  qualification: string,
  at: Instant,
): Waiver | null =>
  waiversOf(state).find(
    (waiver) =>
      waiver.person === person &&
      waiver.qualification === qualification &&
      waiver.grantedAt !== null &&
      waiver.grantedAt <= at &&
      waiverStanding(waiver, at) === "inForce",
  ) ?? null;

/** How a waiver stands at an instant. */
export function waiverStanding(
  waiver: Pick<Waiver, "grantedAt" | "revoked" | "validUntil">,
  at: Instant,
): "waiting" | "inForce" | "over" | "revoked" {
  if (waiver.revoked !== null) return "revoked";
  if (waiver.validUntil < at) return "over";
  return waiver.grantedAt === null ? "waiting" : "inForce";
}

/** Use of a qualification is evidence of training: it goes back to who masters them. */
export function qualificationUsed(step: string | null, used: readonly Backing[]): TravelerEvent[] {
  if (used.length === 0) return [];
  const qualifications = used.map(({ until, ...of }) => ({ ...of, validUntil: until }));
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

/**
 * And this person may do it: what the operation and the step ask for is held, waived or supervised.
 * `isEnding`: nothing more is done with a mix, so its age stops nobody.
 */
export function workAt(of: Of, step: string, isEnding = false): Result<AtStep, Refusal> {
  const found = freeAt(of, step);
  if (!found.ok) return found;
  const codes = qualificationsOf(found.value.operation, found.value.step);
  const able = backed(of.state, of.facts, step, codes);
  if (!able.ok) return able;
  const clocks = clocksAllow(of.state, of.content, found.value.step, of.facts, isEnding);
  return clocks.ok ? found : clocks;
}

export function inWork(of: Of, step: string, isEnding = false): Result<AtStep, Refusal> {
  const found = workAt(of, step, isEnding);
  if (!found.ok) return found;
  const { now, step: planned } = found.value;
  if (now.status !== "in_work") return refuse("step_not_in_work", { step: planned.number });
  return now.pausedAt === null ? found : refuse("step_paused", { step: planned.number });
}
