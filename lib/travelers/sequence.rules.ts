import type { InstructionContent, Operation, Step } from "#lib/instructions/schema";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { chainsOf, isDone, outstanding } from "./buyoffs.rules.ts";
import type { AtStep } from "./gates.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import { refuse } from "./ruling.rules.ts";
import type { TravelerState } from "./state.schema.ts";

/** Strict: everything before is done and bought off, within the operation and between operations. */
export function inTurn(
  state: TravelerState,
  content: InstructionContent,
  { operation, step, order }: AtStep,
): Result<true, Refusal> {
  if (state.steps[step.id]?.outOfTurn) return ok(true);
  // A pending signature lets the work go on: it was only allowed where the revision says so.
  const chains = chainsOf(state, content).filter((chain) => outstanding(state, chain).length > 0);
  if (operation.sequence === "strict") {
    const own = operation.steps.slice(
      0,
      operation.steps.findIndex(({ id }) => id === step.id),
    );
    const before = own.find(({ id }) => !isPassed(state, content, id, operation.id));
    if (before) {
      return refuse("step_out_of_order", { step: step.number, before: before.number });
    }
    const chain = chains.find(
      (one) => one.step && one.operation.id === operation.id && one.order < order,
    );
    if (chain) return refuse("step_not_bought_off", { step: chain.step?.number ?? "" });
  }
  return content.sequence === "strict"
    ? afterOperations(state, content, { operation, number: step.number }, chains)
    : ok(true);
}

function afterOperations(
  state: TravelerState,
  content: InstructionContent,
  at: { operation: Operation; number: string },
  unsignedChains: ReturnType<typeof chainsOf>,
): Result<true, Refusal> {
  const index = content.operations.findIndex(({ id }) => id === at.operation.id);
  for (const earlier of content.operations.slice(0, index)) {
    const before = earlier.steps.find(({ id }) => !isPassed(state, content, id, at.operation.id));
    if (before) return refuse("step_out_of_order", { step: at.number, before: before.number });
    if (unsignedChains.some((chain) => chain.operation.id === earlier.id)) {
      return refuse("operation_not_bought_off", { operation: earlier.number });
    }
  }
  return ok(true);
}

/** Done, or deferred to this operation or a later one. */
export function isPassed(
  state: TravelerState,
  content: InstructionContent,
  step: string,
  operation: string,
): boolean {
  if (isDone(state, step)) return true;
  const to = state.steps[step]?.deferredTo ?? null;
  const places = content.operations.map(({ id }) => id);
  return to !== null && places.indexOf(to) >= places.indexOf(operation);
}

/** The steps that a strict sequence puts before this one, and that were not deferred past it. */
export function comesBefore(
  state: TravelerState,
  content: InstructionContent,
  { operation, step, now }: AtStep,
): Step[] {
  if (now.outOfTurn) return [];
  const places = content.operations.map(({ id }) => id);
  const own = operation.steps.slice(
    0,
    operation.steps.findIndex(({ id }) => id === step.id),
  );
  const earlier = content.operations.slice(0, places.indexOf(operation.id));
  return [
    ...(content.sequence === "strict" ? earlier.flatMap(({ steps }) => steps) : []),
    ...(operation.sequence === "strict" ? own : []),
  ].filter(({ id }) => {
    const to = state.steps[id]?.deferredTo ?? null;
    return to === null || places.indexOf(to) < places.indexOf(operation.id);
  });
}
