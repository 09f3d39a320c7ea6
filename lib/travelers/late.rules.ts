import type { InstructionContent } from "#lib/instructions/schema";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import type { Instant } from "#lib/kit/time";
import { millis } from "#lib/kit/time";
import { chainsOf } from "./buyoffs.rules.ts";
import { clocksAllow } from "./clocks.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import type { Facts } from "./facts.schema.ts";
import type { AtStep } from "./gates.rules.ts";
import { backingsOf, openHold, qualificationsOf, qualified, stepOf } from "./gates.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import { refuse, textHash } from "./ruling.rules.ts";
import { comesBefore } from "./sequence.rules.ts";
import type { StepState, TravelerState } from "./state.schema.ts";
import type { LateAct } from "./values.schema.ts";

type Of = {
  state: TravelerState;
  content: InstructionContent;
  facts: Facts;
  command: { id: string };
};
type Claim = {
  act: LateAct;
  step: string;
  late: { claimedAt: string; reason: string } | undefined;
};

/** When something was done by what the record says: the time that was claimed for it, or its own. */
const doneAt = (
  state: TravelerState,
  of: { act: LateAct; step: string; at: Instant; subject?: string },
): Instant =>
  state.departures.find(
    (one) =>
      one.kind === "late" &&
      one.act === of.act &&
      one.step === of.step &&
      one.at === of.at &&
      (of.subject === undefined || one.subject === of.subject),
  )?.claimedAt ?? of.at;

const begunAt = (state: TravelerState, { step, startedAt }: StepState): Instant | null =>
  startedAt && doneAt(state, { act: "startStep", step, at: startedAt });

/** The last thing that had to be over before this step could begin, with the number it is known by. */
function lastBefore(
  state: TravelerState,
  content: InstructionContent,
  at: AtStep,
): { number: string; at: Instant } | null {
  const steps = comesBefore(state, content, at).flatMap((step) => {
    const { completedAt = null } = state.steps[step.id] ?? {};
    if (completedAt === null) return [];
    const claim = { act: "completeStep" as const, step: step.id, at: completedAt };
    return [{ number: step.number, at: doneAt(state, claim) }];
  });
  // No work after a hold point was done before it was bought off, in turn or out of it.
  const chains = chainsOf(state, content).filter(({ order }) => order < at.order);
  const signed = chains.flatMap((chain) =>
    state.buyoffs
      .filter(({ status }) => status === "signed" || status === "pending_verification")
      .filter(
        ({ operation, step }) =>
          operation === chain.operation.id && step === (chain.step?.id ?? null),
      )
      .filter(({ requirement }) => {
        const asked = chain.requirements.find(({ id }) => id === requirement);
        return asked !== undefined && (asked.holdPoint || !at.now.outOfTurn);
      })
      .map((buyoff) => ({ number: chain.step?.number ?? chain.operation.number, at: buyoff.at })),
  );
  return (
    [...steps, ...signed].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).at(-1) ?? null
  );
}

/** Nothing is claimed before what it follows from: the step's own begin, or what had to be over by then. */
function afterItsCauses(
  { state, content }: Of,
  at: AtStep,
  claim: { act: LateAct; claimedAt: Instant },
): Result<true, Refusal> {
  const { act, claimedAt } = claim;
  const { step, now } = at;
  if (act === "startStep") {
    const before = lastBefore(state, content, at);
    return before && claimedAt < before.at
      ? refuse("late_before_earlier_work", { claimedAt, before: before.number, at: before.at })
      : ok(true);
  }
  const begun = begunAt(state, now);
  if (begun && claimedAt < begun) {
    return refuse("late_before_start", { claimedAt, step: step.number, startedAt: begun });
  }
  if (act !== "completeStep") return ok(true);
  const recorded = [...state.readings, ...state.components].filter(
    (one) => one.step === step.id && one.attempt === now.attempt,
  );
  const times = recorded.map((one) => {
    const kind = "value" in one ? ("recordReading" as const) : ("installComponent" as const);
    return doneAt(state, { act: kind, step: step.id, at: one.at, subject: one.id });
  });
  const last = times.sort().at(-1);
  return last !== undefined && claimedAt < last
    ? refuse("late_before_earlier_work", { claimedAt, before: step.number, at: last })
    : ok(true);
}

/** At that time the unit was released, nothing held it, and the person was as able as now. */
function possibleThen(
  of: Of,
  at: AtStep,
  { act, claimedAt: then }: { act: LateAct; claimedAt: Instant },
): Result<true, Refusal> {
  const { state, content, facts } = of;
  const { operation, step } = at;
  if (then < state.releasedAt) {
    return refuse("late_before_release", { claimedAt: then, releasedAt: state.releasedAt });
  }
  const lay = state.holds
    .filter((hold) => hold.at <= then && (hold.released === null || then < hold.released.at))
    .map((hold) => ({ ...hold, released: null }));
  const hold = openHold({ ...state, holds: lay }, { operation: operation.id, step: step.id });
  if (hold) return refuse("late_on_hold", { claimedAt: then, reason: hold.reason });
  const past = { ...facts, at: then };
  const clocks = clocksAllow(state, content, step, past, act === "completeStep");
  return clocks.ok ? ableThen(of, at, then) : clocks;
}

/** By what it was backed then: neither a waiver nor a trainer reaches into the past. */
function ableThen({ state, facts }: Of, at: AtStep, then: Instant): Result<true, Refusal> {
  const codes = qualificationsOf(at.operation, at.step);
  const past = { ...facts, at: then };
  const missing = backingsOf(state, past, at.step.id, codes).flatMap(({ code, result }) =>
    result === null ? [code] : [],
  );
  return qualified(past, facts.person, missing);
}

/**
 * Something said to be done earlier than it is recorded: both times stand in the record (rule 16). Within
 * the site's minutes the recording is prompt and nothing needs to be said.
 */
export function lateEntry(
  of: Of,
  { act, step, late }: Claim,
): Result<{ events: TravelerEvent[]; texts: string[] }, Refusal> {
  if (!late) return ok({ events: [], texts: [] });
  const { state, content, facts } = of;
  const { claimedAt, reason } = late;
  if (claimedAt > facts.at) return refuse("late_in_future", { claimedAt, at: facts.at });
  const at = stepOf(state, content, step);
  if (!at.ok) return at;
  const possible = possibleThen(of, at.value, { act, claimedAt });
  if (!possible.ok) return possible;
  const follows = afterItsCauses(of, at.value, { act, claimedAt });
  if (!follows.ok) return follows;
  const lateMs = millis(facts.at) - millis(claimedAt);
  if (lateMs <= facts.policy.lateAfterMinutes * 60_000) return ok({ events: [], texts: [] });
  const body = { step, claimedAt, reason: textHash(reason), act, subject: of.command.id };
  return ok({ events: [{ type: "entry.late", body }], texts: [reason] });
}
