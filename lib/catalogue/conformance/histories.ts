import fc from "fast-check";
import { aBench, type Bench, type Deed } from "../../travelers/bench/bench.ts";
import { type Dice, hostileDeed, nearlyRight } from "../../travelers/bench/hostile.ts";
import { bracketPlan } from "../../travelers/bench/plan.ts";
import { materialsPlan } from "../../travelers/bench/plan-materials.ts";
import { wholePlan } from "../../travelers/bench/whole-plan.ts";
import { stepOn, tryDeed } from "../../travelers/bench/worker.ts";
import { departureBodies } from "../../travelers/bench/worker-departures.ts";
import { type CommandBody, type CommandType, parseBody } from "../../travelers/schema.ts";

/** `BUYOFF_HISTORIES=1000 npx vitest run lib/catalogue` for the long run. */
const environment = import.meta.env as unknown as Readonly<Record<string, string | undefined>>;
export const histories = Number(environment.BUYOFF_HISTORIES ?? 15);
/** A second each, and a machine that has other things to do. */
export const patienceMs = Math.max(600_000, histories * 10_000);

/** Always among those that are played: between them they have what the tests want to have seen. */
export const someHistories: [{ plan: number; seed: number; turns: number }][] = [
  ...[0, 1, 2].map((plan) => ({ plan, seed: 3, turns: 140 })),
  // A value beyond its process limit is accepted and corrected afterwards.
  { plan: 0, seed: 629764931, turns: 77 },
].map((of) => [of]);

/** Deterministic dice from one number, so that a failing history is found again. */
function diceFrom(seed: number) {
  let value = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  return (sides: number): number => {
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0;
    return sides === 0 ? 0 : (value >>> 8) % sides;
  };
}

const plans = [bracketPlan(), materialsPlan(), wholePlan()];
export const history = fc.record({
  plan: fc.nat({ max: plans.length - 1 }),
  seed: fc.noBias(fc.nat()),
  turns: fc.integer({ min: 10, max: 140 }),
});

/** Quality lets a step be left out, done later or out of turn, where the plan says that this may be. */
function departure(bench: Bench, dice: Dice): Deed {
  const steps = bench.content.operations.flatMap((operation) =>
    operation.steps.flatMap((step) => [
      ...(step.skip ? [{ operation, step, type: "skipStep" as const }] : []),
      ...(step.notApplicable ? [{ operation, step, type: "markStepNotApplicable" as const }] : []),
      ...(operation.departure ? [{ operation, step, type: "departSequence" as const }] : []),
      { operation, step, type: "deferStep" as const },
    ]),
  );
  const open = steps.filter(({ step }) => bench.state.steps[step.id]?.status === "not_started");
  const at = open[dice(Math.min(open.length, 8))];
  if (!at) return hostileDeed(bench, dice);
  const place = { step: at.step.id, field: "", position: "1" };
  const body = departureBodies(bench, place, at.operation.id, dice)[at.type]?.() ?? {};
  return { type: at.type, body, given: { by: "quinn" } };
}

/** Mostly a good worker, now and then something bad, somebody else, or nonsense. */
export function played(of: { plan: number; seed: number; turns: number }): Bench {
  const dice = diceFrom(of.seed);
  const content = plans[of.plan] ?? bracketPlan();
  const bench = aBench({ content, worker: of.plan === 1 ? "max" : "ana" });
  const bad = ["27.2", "7.0", "9.5", "28.700", "fail"];
  for (let turn = 0; turn < of.turns; turn += 1) {
    if (dice(4) > 0) {
      stepOn(bench, () => (dice(12) === 0 ? bad[dice(bad.length)] : undefined));
      continue;
    }
    const tries = [nearlyRight, hostileDeed, departure];
    const deed = (tries[dice(tries.length)] ?? hostileDeed)(bench, dice);
    const parsed = parseBody(deed.type, deed.body);
    if (parsed) tryDeed(bench, { ...deed, body: parsed.body as CommandBody<CommandType> });
  }
  return bench;
}
