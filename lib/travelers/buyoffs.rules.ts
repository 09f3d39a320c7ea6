import type { BuyoffRequirement, InstructionContent } from "#lib/instructions/schema";
import type { Canonical } from "#lib/kit/canonical";
import type { TravelerState } from "./state.schema.ts";

/** Where a signature belongs; `step` is null for the operation's own chain. */
export type BuyoffPlace = { operation: string; step: string | null; requirement: string };

export type BuyoffDue = {
  operation: string;
  step: string | null;
  requirement: BuyoffRequirement;
  covers: readonly { step: string; attempt: number }[];
};

/**
 * Exactly what a signer is shown and signs (21 CFR 11.70): canonicalSha256 of it is the
 * `contentSha256` of signBuyoff. Throws for a place that the revision doesn't have.
 */
export function buyoffContent(
  state: TravelerState,
  content: InstructionContent,
  of: BuyoffPlace,
): Canonical {
  return { traveler: state.id, number: content.number, ...of };
}

/** The signatures that could be given now: the next of each chain whose work is done. */
export function buyoffsDue(state: TravelerState, content: InstructionContent): BuyoffDue[] {
  return state.status === "in_work" ? content.operations.flatMap(() => []) : [];
}
