import type {
  BuyoffRequirement,
  Field,
  InstructionContent,
  Operation,
  Step,
} from "#lib/instructions/schema";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { approved } from "./approval.rules.ts";
import { chainsOf, coveredSteps, isDone, pendingAt, signatureAt } from "./buyoffs.rules.ts";
import { runningTimerIn } from "./clocks.rules.ts";
import { voided } from "./derivation.rules.ts";
import { withStep } from "./evolve-work.rules.ts";
import type { AtStep } from "./gates.rules.ts";
import { freeAt, held, inWork, openHold, stepOf, workAt } from "./gates.rules.ts";
import { plannedSteps } from "./plan.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import { inTurn } from "./sequence.rules.ts";
import type { TravelerState } from "./state.schema.ts";
import { placesOf } from "./values.rules.ts";

/** What makes a step one that nobody leaves out without a deviation permit; null: nothing (rule 2). */
export function protectedBy(
  content: InstructionContent,
  step: Step,
): "key_characteristic" | "hold_point" | "inspection" | "component" | null {
  if (step.buyoffs.some(({ holdPoint }) => holdPoint)) return "hold_point";
  if (step.work === "inspection" || step.buyoffs.some(({ type }) => type !== "operator")) {
    return "inspection";
  }
  if (step.fields.some(({ kind }) => kind === "component")) return "component";
  const keys = content.characteristics.filter(({ key }) => key !== undefined).map(({ id }) => id);
  const isKey = step.fields.some((field) => keys.includes(characteristicIn(field)));
  return isKey ? "key_characteristic" : null;
}

const characteristicIn = (field: Field): string =>
  ("characteristic" in field ? field.characteristic : undefined) ?? "";

/** Every field that this one is judged by or calculated from. */
const sourcesOf = (field: Field): string[] => {
  if (field.kind === "clock_age") return [field.from];
  if (field.kind !== "measurement") return [];
  const limits = field.limits?.kind === "calculated" ? [field.limits.from] : [];
  const parts = Object.values(field.difference ?? {}).flatMap(({ minuend, subtrahend }) => [
    minuend.field,
    subtrahend.field,
  ]);
  return [...limits, ...parts];
};

/** The first step still to be done that can't be without this one's values or clocks. */
function neededBy(state: TravelerState, content: InstructionContent, step: Step): Step | null {
  const own = step.fields.map(({ id }) => id);
  const needing = plannedSteps(content).find(
    (planned) =>
      planned.step.id !== step.id &&
      !isDone(state, planned.step.id) &&
      [
        ...planned.step.fields.flatMap(sourcesOf),
        ...(planned.step.clocks ?? []).map(({ field }) => field),
      ].some((field) => own.includes(field)),
  );
  return needing?.step ?? null;
}

type LeftOut = Case<"skipStep"> | Case<"markStepNotApplicable">;

/** Open, free of holds, with nothing running in it that would be lost. */
function openAt(of: LeftOut | Case<"deferStep">): Result<AtStep, Refusal> {
  const at = freeAt(of, of.body.step);
  if (!at.ok) return at;
  const { step, now } = at.value;
  if (isDone(of.state, step.id)) return refuse("step_already_complete", { step: step.number });
  const running = runningTimerIn(of.state, step.id);
  if (running) return refuse("timer_runs", { position: running.position });
  return now.status === "failed" ? refuse("step_failed", { step: step.number }) : at;
}

function leftOut(of: LeftOut, allowed: Step["skip"], at: AtStep): Result<true, Refusal> {
  const { state, content, body } = of;
  const { step } = at;
  if (!allowed) return refuse("departure_not_allowed", { step: step.number });
  const kind = protectedBy(content, step);
  if (kind && body.permit === null) return refuse("permit_needed", { step: step.number, kind });
  const needing = neededBy(state, content, step);
  if (needing) return refuse("step_is_needed", { step: step.number, by: needing.number });
  return nothingHidden(state, step);
}

/** Leaving a step out is no way round a bad reading, and no part stays in that the plan doesn't show. */
function nothingHidden(state: TravelerState, step: Step): Result<true, Refusal> {
  const bad = placesOf(state, step).find(
    ({ open }) => open === "out_of_limits" || open === "out_of_process_limits",
  );
  const installed = state.components.find((one) => one.step === step.id && !one.removed);
  if (bad) {
    const field = step.fields.find(({ id }) => id === bad.field);
    const value = bad.reading?.value ?? "";
    const at = { step: step.number, position: bad.position, value, field: field?.label.en ?? "" };
    if (bad.open === "out_of_process_limits") return refuse("reading_beyond_process_limit", at);
    return refuse(field?.kind === "attribute" ? "attribute_failed" : "reading_out_of_limits", at);
  }
  if (!installed) return ok(true);
  const item = installed.serial ?? installed.lot ?? "";
  return refuse("component_still_installed", { step: step.number, part: installed.part, item });
}

/** Left out with a reason, where the revision lets its role do so. */
export function skipStep(of: Case<"skipStep">): Ruling {
  const at = openAt(of);
  if (!at.ok) return at;
  const { step } = at.value;
  const fine = leftOut(of, step.skip, at.value);
  if (!fine.ok) return fine;
  const by = approved(of, "skipStep", step.skip?.by ?? "quality");
  if (!by.ok) return by;
  const skipped = { step: step.id, reason: textHash(of.body.reason), permit: of.body.permit };
  return rule(
    [{ type: "step.skipped", body: skipped }, ...voided(of.state, [step.id], "step_skipped")],
    [of.body.reason],
  );
}

/** Not for this unit, with a reason, where the revision lets its role say so. */
export function markStepNotApplicable(of: Case<"markStepNotApplicable">): Ruling {
  const at = openAt(of);
  if (!at.ok) return at;
  const { step } = at.value;
  const fine = leftOut(of, step.notApplicable, at.value);
  if (!fine.ok) return fine;
  const by = approved(of, "markStepNotApplicable", step.notApplicable?.by ?? "quality");
  if (!by.ok) return by;
  const marked = { step: step.id, reason: textHash(of.body.reason), permit: of.body.permit };
  return rule(
    [
      { type: "step.marked_not_applicable", body: marked },
      ...voided(of.state, [step.id], "step_not_applicable"),
    ],
    [of.body.reason],
  );
}

/**
 * Traveled work: done at a later operation, with quality's approval. Until then it is an open item, and that
 * operation is not bought off and nothing behind it begins.
 */
export function deferStep(of: Case<"deferStep">): Ruling {
  const { state, content, body } = of;
  const at = openAt(of);
  if (!at.ok) return at;
  const { step, operation, now } = at.value;
  const kind = protectedBy(content, step);
  if (kind === "hold_point" || kind === "inspection") {
    return refuse("step_not_deferrable", { step: step.number, kind });
  }
  const places = content.operations.map(({ id }) => id);
  const to = content.operations.find(({ id }) => id === body.to);
  if (!to || places.indexOf(to.id) <= places.indexOf(operation.id)) {
    return refuse("operation_not_later", { step: step.number, operation: operation.number });
  }
  if (now.deferredTo === to.id) return refuse("value_unchanged");
  const standing = inTheWay(state, content, step, to) ?? gateAccepts(state, content, at.value, to);
  if (standing) return standing;
  const by = approved(of, "deferStep", "quality");
  if (!by.ok) return by;
  const deferred = { step: step.id, to: to.id, reason: textHash(body.reason) };
  return rule(
    [{ type: "step.deferred", body: deferred }, ...voided(state, [step.id], "step_deferred")],
    [body.reason],
  );
}

/** Work before the gate that needs the step, or that would bury it. */
function inTheWay(
  state: TravelerState,
  content: InstructionContent,
  step: Step,
  to: Operation,
): Result<never, Refusal> | null {
  const gate = content.operations.findIndex(({ id }) => id === to.id);
  const before = content.operations.slice(0, gate + 1).flatMap(({ steps }) => steps);
  const own = step.fields.map(({ id }) => id);
  const needing = before.find(
    (one) =>
      one.id !== step.id &&
      !isDone(state, one.id) &&
      [...one.fields.flatMap(sourcesOf), ...(one.clocks ?? []).map(({ field }) => field)].some(
        (field) => own.includes(field),
      ),
  );
  if (needing) return refuse("step_is_needed", { step: step.number, by: needing.number });
  const burying = before.find((one) => one.buries.includes(step.id));
  return burying ? refuse("step_would_be_buried", { step: step.number, by: burying.number }) : null;
}

/**
 * What would have accepted the step where it is planned accepts it at the gate: nothing is deferred past a
 * hold point, out of an inspection, or to where the signatures were given already.
 */
function gateAccepts(
  state: TravelerState,
  content: InstructionContent,
  { step }: AtStep,
  to: Operation,
): Result<never, Refusal> | null {
  const chains = chainsOf(state, content);
  const accepting = (of: TravelerState) =>
    chains.flatMap((chain) =>
      chain.requirements
        .filter(({ type }) =>
          coveredSteps(of, content, chain, type).some(({ id }) => id === step.id),
        )
        .map((requirement) => ({ chain, requirement })),
    );
  const later = withStep(state, step.id, () => ({ deferredTo: to.id }));
  const here = accepting(withStep(state, step.id, () => ({ deferredTo: null })));
  const there = accepting(later);
  const isThere = (asked: BuyoffRequirement) =>
    there.some(({ requirement }) => requirement.type === asked.type);
  // The operator's own signature states work and accepts none: who does it later signs for it there.
  const lost = here.find(
    ({ requirement }) => requirement.type !== "operator" && !isThere(requirement),
  )?.requirement;
  const point = here.find(
    ({ chain, requirement }) =>
      requirement.holdPoint && !there.some(({ chain: at }) => at.order === chain.order),
  );
  if (point) return refuse("step_not_deferrable", { step: step.number, kind: "hold_point" });
  if (lost) {
    const params = { step: step.number, operation: to.number, type: lost.type };
    return refuse("gate_accepts_less", params);
  }
  const isSigned = there.some(({ chain, requirement }) => {
    const place = { operation: chain.operation.id, step: chain.step?.id ?? null };
    const at = { ...place, requirement: requirement.id };
    return signatureAt(state, at) !== null || pendingAt(state, at) !== null;
  });
  return isSigned
    ? refuse("gate_already_signed", { step: step.number, operation: to.number })
    : null;
}

/** One named step may begin out of turn. Hold points and buried work stop it all the same. */
export function departSequence(of: Case<"departSequence">): Ruling {
  const at = freeAt(of, of.body.step);
  if (!at.ok) return at;
  const { step, operation, now } = at.value;
  if (now.status !== "not_started") return refuse("step_already_complete", { step: step.number });
  if (!operation.departure) return refuse("departure_not_allowed", { step: step.number });
  // A departure that isn't one would be a signal about nothing.
  if (inTurn(of.state, of.content, at.value).ok) {
    return refuse("in_turn_already", { step: step.number });
  }
  const by = approved(of, "departSequence", operation.departure.by);
  if (!by.ok) return by;
  const departed = { step: step.id, reason: textHash(of.body.reason) };
  return rule([{ type: "sequence.departed", body: departed }], [of.body.reason]);
}

export const pauseReasons = [
  "break",
  "shift_end",
  "material",
  "tool",
  "question",
  "priority",
] as const;

export function pauseStep(of: Case<"pauseStep">): Ruling {
  const { state, content, body } = of;
  const at = stepOf(state, content, body.step);
  if (!at.ok) return at;
  const { step, now } = at.value;
  if (now.status !== "in_work") return refuse("step_not_in_work", { step: step.number });
  if (now.pausedAt !== null) return refuse("step_paused", { step: step.number });
  if (!pauseReasons.some((reason) => reason === body.reason)) {
    return refuse("pause_reason_unknown", { reason: body.reason });
  }
  return rule([{ type: "step.paused", body }]);
}

export function resumeStep(of: Case<"resumeStep">): Ruling {
  const at = workAt(of, of.body.step);
  if (!at.ok) return at;
  const { step, now } = at.value;
  if (now.pausedAt === null) return refuse("step_not_paused", { step: step.number });
  return rule([{ type: "step.resumed", body: { step: step.id } }]);
}

/** It can't be completed as it is. A defect says what is wrong; its disposition says how it goes on. */
export function failStep(of: Case<"failStep">): Ruling {
  const at = inWork(of, of.body.step);
  if (!at.ok) return at;
  const { step } = at.value;
  const hasDefect = of.state.defects.some(
    (defect) => defect.step === step.id && defect.status === "open",
  );
  if (!hasDefect) return refuse("defect_needed", { step: step.number });
  const failed = { step: step.id, reason: textHash(of.body.reason) };
  return rule([{ type: "step.failed", body: failed }], [of.body.reason]);
}

/** What was left out is done after all: whoever could leave it out takes that back. */
export function takenBack(of: Case<"reopenStep">, { operation, step }: AtStep): Ruling {
  const hold = openHold(of.state, { operation: operation.id, step: step.id });
  if (hold) return held(hold);
  const left = of.state.departures.findLast(
    (one) => one.step === step.id && (one.kind === "skipped" || one.kind === "not_applicable"),
  );
  const allowed = left?.kind === "skipped" ? step.skip : step.notApplicable;
  const role = allowed?.by ?? "quality";
  const by = approved(of, "reopenStep", role);
  if (!by.ok) return by;
  const attempt = of.state.steps[step.id]?.attempt ?? 1;
  const reopened = { step: step.id, attempt, positions: null, reason: textHash(of.body.reason) };
  return rule(
    [{ type: "step.reopened", body: reopened }, ...voided(of.state, [step.id], "step_reopened")],
    [of.body.reason],
  );
}
