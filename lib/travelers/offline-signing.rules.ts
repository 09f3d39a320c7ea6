import type { BuyoffRequirement, InstructionContent, Step } from "#lib/instructions/schema";
import { derivedId } from "#lib/kit/ids";
import type { Chain } from "./buyoffs.rules.ts";
import { coveredSteps } from "./buyoffs.rules.ts";
import type { Facts, PlantPolicy } from "./facts.schema.ts";
import { offlineTypes } from "./facts.schema.ts";
import type { RefusalCode } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import type { TravelerEvent } from "./schema.ts";
import type { Buyoff, TravelerState } from "./state.schema.ts";

/** A proof of the server counts before a box: who has one needs no other. */
export const isSealed = ({ proof, secondProof, sealed }: Facts): boolean =>
  sealed !== undefined && proof === null && secondProof === null;

export type WhyNotOffline = Extract<
  RefusalCode,
  | "offline_type"
  | "offline_hold_point"
  | "offline_key_characteristic"
  | "offline_revision"
  | "offline_policy"
>;

/**
 * Why a buyoff can't be given without a network, or null where it can. A pending one stands for nothing, so
 * what nobody may pass is not pending for a moment: hold points, key characteristics, and whatever accepts
 * work. Elsewhere the revision and the plant have both to allow it.
 */
export function whyNotOffline(
  state: TravelerState,
  content: InstructionContent,
  { chain, requirement }: { chain: Chain; requirement: BuyoffRequirement },
  { offlineSigning = [] }: Pick<PlantPolicy, "offlineSigning">,
): WhyNotOffline | null {
  const { type } = requirement;
  if (requirement.holdPoint) return "offline_hold_point";
  if (!offlineTypes.some((one) => one === type)) return "offline_type";
  const covered = coveredSteps(state, content, chain, type);
  if (covered.some((step) => hasKeyCharacteristic(content, step))) {
    return "offline_key_characteristic";
  }
  if (!requirement.offline) return "offline_revision";
  return offlineSigning.some((one) => one === type) ? null : "offline_policy";
}

const hasKeyCharacteristic = ({ characteristics }: InstructionContent, { fields }: Step): boolean =>
  fields
    .flatMap((field) => [
      ...("characteristic" in field ? [field.characteristic] : []),
      ...("characteristics" in field ? (field.characteristics ?? []) : []),
    ])
    .some((id) => characteristics.find((one) => one.id === id)?.key !== undefined);

/**
 * The box was opened. Right: the signature counts from now on, and says when it was given and when it was
 * verified. Wrong: it never counted, so what it completed is open again; what was built on it meanwhile
 * quality has to look at first.
 */
export function verifyBuyoff({
  state,
  facts: { verification },
  command,
  body,
}: Case<"verifyBuyoff">): Ruling {
  const buyoff = state.buyoffs.find(
    ({ id, status }) => id === body.buyoff && status === "pending_verification",
  );
  if (!buyoff) return refuse("buyoff_unknown");
  const isOfThis =
    verification?.buyoff === buyoff.id && verification.sealedSha256 === buyoff.sealedSha256;
  if (!verification || !isOfThis) return refuse("proof_missing");
  const { outcome } = verification;
  if (outcome === "right") return rule([{ type: "buyoff.verified", body: { buyoff: buyoff.id } }]);
  const rejected: TravelerEvent = {
    type: "buyoff.rejected",
    body: { buyoff: buyoff.id, cause: outcome },
  };
  if (buyoff.followedBy !== undefined) return rule([rejected, holdFor(command.id)]);
  const reopened = reopenedBy(state, buyoff);
  return rule([rejected, ...reopened], reopened.length > 0 ? [reopening] : []);
}

/** In the language of the record's own words; it stands where a person would give a reason. */
const reopening = "The signature that completed it was rejected.";

/** Only what the signature itself completed: work that was done before it stays done. */
function reopenedBy(state: TravelerState, { step }: Buyoff): TravelerEvent[] {
  const now = step === null ? undefined : state.steps[step];
  if (now?.status !== "complete") return [];
  const { attempt, positions } = now;
  const body = { step: now.step, attempt, positions: positions && [...positions] };
  return [{ type: "step.reopened", body: { ...body, reason: textHash(reopening) } }];
}

/** The hold that the verification of this command places, if it places one. */
export const holdOf = (command: string): string => derivedId(command, "hold");

const holdFor = (command: string): TravelerEvent => ({
  type: "hold.placed",
  body: {
    hold: holdOf(command),
    scope: { kind: "traveler" },
    reason: "signature_rejected",
    owner: "quality",
    defect: null,
    comment: null,
    byRule: true,
  },
});
