import type { InstructionContent, Step } from "#lib/instructions/schema";
import { chainsOf, coveredSteps, isDone, unsigned } from "./buyoffs.rules.ts";
import { plannedStep, plannedSteps } from "./plan.rules.ts";
import type { TravelerState } from "./state.schema.ts";
import { isCurrent } from "./values.rules.ts";

export type Buried = {
  /** Steps underneath that are not done, by number. */
  open: readonly string[];
  /** Signatures underneath that are missing or pending, as "060.5 inspection". */
  unsigned: readonly string[];
  /** Readings underneath that were amended: seen before they are covered. */
  amended: readonly { reading: string; step: string; from: string; to: string }[];
};

/** What lies under the work that a step covers, before nobody sees it any more (rule 10). */
export function buriedUnder(state: TravelerState, content: InstructionContent, step: Step): Buried {
  const order = plannedStep(content, step.id)?.order ?? 0;
  const under = plannedSteps(content).filter((planned) => step.buries.includes(planned.step.id));
  const ids = under.map((planned) => planned.step.id);
  const missing = chainsOf(state, content)
    .filter((chain) => chain.order < order)
    .flatMap((chain) =>
      unsigned(state, chain)
        .filter(({ type }) =>
          coveredSteps(state, content, chain, type).some(({ id }) => ids.includes(id)),
        )
        .map(({ type }) => `${chain.step?.number ?? chain.operation.number} ${type}`),
    );
  const amended = state.readings
    .filter((reading) => ids.includes(reading.step) && isCurrent(state, reading))
    .flatMap((reading) => {
      const [first] = reading.amendments;
      const number = under.find((planned) => planned.step.id === reading.step)?.step.number ?? "";
      return first
        ? [{ reading: reading.id, step: number, from: first.from, to: reading.value }]
        : [];
    });
  return {
    open: under
      .filter((planned) => !isDone(state, planned.step.id))
      .map(({ step: of }) => of.number),
    unsigned: missing,
    amended,
  };
}
