import type { InstructionContent } from "#lib/instructions/schema";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { buyoffsCovering, isDone, signatureAt } from "./buyoffs.rules.ts";
import { runningTimers } from "./clocks.rules.ts";
import { openDefect } from "./defects.rules.ts";
import { dispositionNow } from "./dispositions.rules.ts";
import type { EventBody, TravelerEvent } from "./events.schema.ts";
import { held, openHold, stepOf } from "./gates.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule } from "./ruling.rules.ts";
import type { TravelerState } from "./state.schema.ts";
import { isCurrent } from "./values.rules.ts";

type ReworkStep = EventBody<"rework.started">["steps"][number];

/** Steps of the pinned revision done again, at the named positions; the others are carried. */
export function startRework(of: Case<"startRework">): Ruling {
  const { state, content, facts, body } = of;
  if (state.reworks.some(({ id }) => id === body.rework)) return refuse("id_already_used");
  const defect = openDefect(state, body.defect);
  if (!defect.ok) return defect;
  const running = state.reworks.find(({ status }) => status === "in_work");
  if (running) return refuse("rework_in_work", { label: running.label });
  const disposition = dispositionNow(facts, defect.value);
  if (!disposition.ok) return disposition;
  const isRework = disposition.value.dispositions.some(({ decision }) => decision === "rework");
  if (!isRework) return refuse("disposition_is_not_rework", { code: defect.value.code });
  const steps: ReworkStep[] = [];
  for (const { step, positions } of body.steps) {
    const named = reworkStep(state, content, { step, positions }, steps);
    if (!named.ok) return named;
    steps.push(named.value);
  }
  const names = steps.map(({ step }) => step);
  const buyoffs = buyoffsCovering(state, names).map(({ id }) => id);
  const started: TravelerEvent = {
    type: "rework.started",
    body: {
      rework: body.rework,
      defect: body.defect,
      label: labelFor(state, content, defect.value.step ?? names[0] ?? ""),
      steps,
      voids: { readings: readingsVoided(state, steps), buyoffs, ...timersVoided(state, steps) },
    },
  };
  const voids = buyoffs.map(
    (buyoff): TravelerEvent => ({
      type: "buyoff.voided",
      body: { buyoff, cause: "rework_started", reason: null },
    }),
  );
  return rule([started, ...voids]);
}

function reworkStep(
  state: TravelerState,
  content: InstructionContent,
  named: { step: string; positions: readonly string[] | null },
  before: readonly ReworkStep[],
): Result<ReworkStep, Refusal> {
  const at = stepOf(state, content, named.step);
  if (!at.ok) return at;
  const { operation, step, now } = at.value;
  const hold = openHold(state, { operation: operation.id, step: step.id });
  if (hold) return held(hold);
  const isTwice = before.some((one) => one.step === step.id);
  if (now.status === "not_started" || isTwice) {
    return refuse("rework_step_not_done", { step: step.number });
  }
  const known = step.fields.flatMap(({ positions }) => positions);
  const unknown = named.positions?.find((position) => !known.includes(position));
  if (unknown !== undefined || named.positions?.length === 0) {
    return refuse("position_unknown", { step: step.number, position: unknown ?? "" });
  }
  return ok({
    step: step.id,
    attempt: now.attempt + 1,
    positions: named.positions && [...named.positions],
  });
}

/** As the trade writes it: the first rework for what was found at operation 060 is 060R1. */
function labelFor(state: TravelerState, content: InstructionContent, step: string): string {
  const operation = content.operations.find(({ steps }) => steps.some(({ id }) => id === step));
  const prefix = `${operation?.number ?? ""}R`;
  const earlier = state.reworks.filter(({ label }) => label.startsWith(prefix)).length;
  return `${prefix}${earlier + 1}`;
}

const isNamed =
  (steps: readonly ReworkStep[]) =>
  (at: { step: string; position: string }): boolean =>
    steps.some(
      ({ step, positions }) =>
        step === at.step && (positions === null || positions.includes(at.position)),
    );

const readingsVoided = (state: TravelerState, steps: readonly ReworkStep[]): string[] =>
  state.readings
    .filter(isNamed(steps))
    .filter((reading) => isCurrent(state, reading))
    .map(({ id }) => id);

/** A bath or a dwell that the rework ends: what is done again is timed again (rule 14). */
function timersVoided(state: TravelerState, steps: readonly ReworkStep[]): { timers?: string[] } {
  const timers = runningTimers(state)
    .filter(isNamed(steps))
    .map(({ id }) => id);
  return timers.length > 0 ? { timers } : {};
}

export function completeRework({ state, body }: Case<"completeRework">): Ruling {
  const rework = state.reworks.find(({ id }) => id === body.rework);
  if (!rework || rework.status === "complete") return refuse("rework_unknown");
  const open = rework.steps.filter(({ step }) => !isDone(state, step));
  if (open.length > 0) {
    return refuse("rework_steps_open", { label: rework.label, count: String(open.length) });
  }
  const unsigned = rework.voidedBuyoffs.filter((id) => {
    const buyoff = state.buyoffs.find((one) => one.id === id);
    return buyoff && !signatureAt(state, buyoff);
  });
  if (unsigned.length > 0) {
    return refuse("rework_buyoffs_open", { label: rework.label, count: String(unsigned.length) });
  }
  return rule([{ type: "rework.completed", body: { rework: rework.id, defect: rework.defect } }]);
}
