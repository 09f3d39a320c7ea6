import { requirementHash } from "#lib/instructions/hash.rules";
import type { InstructionContent, Step } from "#lib/instructions/schema";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { millis } from "#lib/kit/time";
import { buriedUnder } from "./buried.rules.ts";
import { buyoffsCovering, chainAt, outstanding } from "./buyoffs.rules.ts";
import { runningTimerIn } from "./clocks.rules.ts";
import { takenBack } from "./departures.rules.ts";
import { voided } from "./derivation.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import type { Facts } from "./facts.schema.ts";
import type { AtStep } from "./gates.rules.ts";
import {
  backingsOf,
  held,
  inWork,
  openHold,
  qualificationsOf,
  qualificationUsed,
  stepOf,
  workAt,
} from "./gates.rules.ts";
import { lateEntry } from "./late.rules.ts";
import { mixesJudged } from "./mix-age.rules.ts";
import { fieldState } from "./progress.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import { inTurn } from "./sequence.rules.ts";
import type { TravelerState } from "./state.schema.ts";
import { cosignedAsIs } from "./supervision.rules.ts";

/** Evidence that the pinned revision's requirement was in front of this person. */
export function presentStep({ state, content, body }: Case<"presentStep">): Ruling {
  const at = stepOf(state, content, body.step);
  if (!at.ok) return at;
  const shown = requirementHash(at.value.step);
  return rule([
    {
      type: "step.presented",
      body: { step: body.step, requirementHash: shown, language: body.language },
    },
  ]);
}

export function startStep(of: Case<"startStep">): Ruling {
  const at = workAt(of, of.body.step);
  if (!at.ok) return at;
  const { step, now } = at.value;
  if (now.status === "in_work") return refuse("step_already_in_work", { step: step.number });
  if (now.status !== "not_started") return refuse("step_already_complete", { step: step.number });
  if (!now.presentedTo.includes(of.facts.person.id)) {
    return refuse("step_not_presented", { step: step.number });
  }
  const turn = inTurn(of.state, of.content, at.value);
  if (!turn.ok) return turn;
  const covered = coveredWork(of, step);
  if (!covered.ok) return covered;
  const late = lateEntry(of, { act: "startStep", step: step.id, late: of.body.late });
  if (!late.ok) return late;
  const seen = covered.value.length > 0 ? { buried: covered.value } : {};
  return rule(
    [{ type: "step.started", body: { step: step.id, ...seen } }, ...late.value.events],
    late.value.texts,
  );
}

/** Before work is covered, what is open underneath is closed and what was amended there is seen. */
function coveredWork(
  { state, content, body }: Case<"startStep">,
  step: Step,
): Result<string[], Refusal> {
  if (step.buries.length === 0) return ok([]);
  const { open, unsigned: missing, amended } = buriedUnder(state, content, step);
  if (open.length + missing.length > 0) {
    const listed = [...open, ...missing].join(", ");
    return refuse("buried_work_open", { step: step.number, open: listed });
  }
  if (amended.length > 0 && body.buried !== "seen") {
    const listed = amended.map((of) => `${of.step}: ${of.from} → ${of.to}`).join(", ");
    return refuse("buried_work_amended", { step: step.number, amended: listed });
  }
  return ok(amended.map(({ reading }) => reading));
}

export function completeStep(of: Case<"completeStep">): Ruling {
  const { state, content, facts, body } = of;
  const at = inWork(of, body.step, true);
  if (!at.ok) return at;
  const { operation, step, now } = at.value;
  const running = runningTimerIn(state, step.id);
  if (running) return refuse("timer_runs", { position: running.position });
  const complete = allRecorded(state, content, at.value);
  if (!complete.ok) return complete;
  const chain = chainAt(state, content, { operation: operation.id, step: step.id });
  if (chain && outstanding(state, chain).length > 0) {
    return refuse("step_not_bought_off", { step: step.number });
  }
  const late = lateEntry(of, { act: "completeStep", step: step.id, late: body.late });
  if (!late.ok) return late;
  const cosigned = cosignedAsIs(state, content, step.id);
  if (!cosigned.ok) return cosigned;
  const mixes = mixesJudged(of, at.value);
  if (!mixes.ok) return mixes;
  const used = backingsOf(state, facts, step.id, qualificationsOf(operation, step)).filter(
    (backing) => backing.result !== null,
  );
  return rule(
    [
      { type: "step.completed", body: { step: step.id, attempt: now.attempt } },
      ...qualificationUsed(step.id, used),
      ...implausiblyFast(at.value, facts),
      ...mixes.value,
      ...late.value.events,
    ],
    late.value.texts,
  );
}

/** A step done faster than it can be says something about the step, not about whoever did it (rule 16). */
function implausiblyFast({ step, now }: AtStep, facts: Facts): TravelerEvent[] {
  const { plausibleMinSeconds } = step;
  if (plausibleMinSeconds === undefined || now.startedAt === null) return [];
  const seconds = Math.floor(Math.max(0, millis(facts.at) - millis(now.startedAt)) / 1000);
  if (seconds >= plausibleMinSeconds) return [];
  const body = { step: step.id, attempt: now.attempt, seconds, plausibleMinSeconds };
  return [{ type: "step.implausibly_fast", body }];
}

/** Everything required is there, and nothing outside its limits stands without its disposition. */
function allRecorded(
  state: TravelerState,
  content: InstructionContent,
  { step }: AtStep,
): Result<true, Refusal> {
  const { places, gagesMissing } = fieldState(state, content, step.id);
  const [type] = gagesMissing;
  if (type !== undefined) return refuse("gage_needed", { type, suitable: "" });
  const place = places.find(({ open }) => open !== null);
  if (!place) return ok(true);
  const field = step.fields.find(({ id }) => id === place.field);
  const params = {
    step: step.number,
    field: field?.label.en ?? "",
    position: place.position,
    value: place.reading?.value ?? "",
  };
  if (place.open === "missing") return refuse("field_missing", params);
  if (place.open === "out_of_process_limits") return refuse("reading_beyond_process_limit", params);
  return refuse(field?.kind === "attribute" ? "attribute_failed" : "reading_out_of_limits", params);
}

/** Once a signature accepts the step, only a lead may open it again, and the signature is void. */
export function reopenStep(of: Case<"reopenStep">): Ruling {
  const { state, content, facts, body } = of;
  const at = stepOf(state, content, body.step);
  if (!at.ok) return at;
  const { operation, step, now } = at.value;
  if (now.status === "not_applicable") return takenBack(of, at.value);
  const hold = openHold(state, { operation: operation.id, step: step.id });
  if (hold) return held(hold);
  if (now.status !== "complete" && now.status !== "failed")
    return refuse("step_not_complete", { step: step.number });
  const isSigned = buyoffsCovering(state, [step.id]).length > 0;
  const isLead = facts.person.roles.some((role) => role === "supervisor" || role === "quality");
  if (isSigned && !isLead) return refuse("not_permitted", { role: "supervisor" });
  const reopened = {
    step: step.id,
    attempt: now.attempt,
    positions: now.positions && [...now.positions],
    reason: textHash(body.reason),
  };
  return rule(
    [{ type: "step.reopened", body: reopened }, ...voided(state, [step.id], "step_reopened")],
    [body.reason],
  );
}
