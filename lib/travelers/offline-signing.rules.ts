import type { BuyoffRequirement, InstructionContent, Step } from "#lib/instructions/schema";
import { derivedId } from "#lib/kit/ids";
import { type BuyoffPlace, type Chain, coveredSteps, isAt, signatureAt } from "./buyoffs.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import type { Facts, PlantPolicy } from "./facts.schema.ts";
import { offlineTypes } from "./facts.schema.ts";
import type { RefusalCode } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
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
 * The box was opened. Right: the signature counts from now on, or once those that it was given over do, and says
 * when it was given and when it was verified. Wrong: it never counted, and neither did what was signed over it, so
 * what they completed is open again; what was built on them meanwhile quality has to look at first.
 */
export function verifyBuyoff({
  state,
  facts: { verification },
  command,
  body,
}: Case<"verifyBuyoff">): Ruling {
  const buyoff = state.buyoffs.find(
    ({ id, status, checkedAt }) =>
      id === body.buyoff && status === "pending_verification" && checkedAt === undefined,
  );
  if (!buyoff) return refuse("buyoff_unknown");
  const isOfThis =
    verification?.buyoff === buyoff.id && verification.sealedSha256 === buyoff.sealedSha256;
  if (!verification || !isOfThis) return refuse("proof_missing");
  const { outcome, answer } = verification;
  const kept = answer === undefined ? [] : [answer];
  if (outcome === "right") {
    const isFirst = (buyoff.over ?? []).every((id) => countsUnder(state.buyoffs, id));
    const verified: TravelerEvent = isFirst
      ? { type: "buyoff.verified", body: { buyoff: buyoff.id } }
      : { type: "buyoff.verified", body: { buyoff: buyoff.id, waits: true } };
    return rule([verified, ...(isFirst ? countingWith(state, buyoff) : [])], kept);
  }
  const onIt = signedOver(state, buyoff);
  const rejected = [
    rejection(buyoff, outcome),
    ...onIt.map((of) => rejection(of, "signed_over_rejected")),
  ];
  const isBuiltOn = [buyoff, ...onIt].some(({ followedBy }) => followedBy !== undefined);
  if (isBuiltOn) return rule([...rejected, holdFor(command.id)], kept);
  const reopened = reopenedBy(state, buyoff);
  return rule([...rejected, ...reopened], [...kept, ...(reopened.length > 0 ? [reopening] : [])]);
}

/** Whether a signature counts at the place where this one is, be it itself or one that was given again on line. */
function countsUnder(buyoffs: readonly Buyoff[], id: string): boolean {
  const under = buyoffs.find((of) => of.id === id);
  return under !== undefined && signatureAt({ buyoffs }, under) !== null;
}

/** Signatures that were found right before and waited for nothing but a signature at this place. */
export function countingWith({ buyoffs }: TravelerState, at: BuyoffPlace): TravelerEvent[] {
  const events: TravelerEvent[] = [];
  let now = buyoffs.map((of): Buyoff => (isAt(of, at) ? { ...of, status: "signed" } : of));
  // In the order in which they were given: the third's may wait for the second's alone.
  for (const buyoff of buyoffs) {
    const { id, status, checkedAt, over = [] } = buyoff;
    const waits = status === "pending_verification" && checkedAt !== undefined && !isAt(buyoff, at);
    if (!waits || !over.every((under) => countsUnder(now, under))) continue;
    events.push({ type: "buyoff.verified", body: { buyoff: id } });
    now = now.map((of): Buyoff => (of.id === id ? { ...of, status: "signed" } : of));
  }
  return events;
}

const rejection = ({ id }: Buyoff, cause: string): TravelerEvent => ({
  type: "buyoff.rejected",
  body: { buyoff: id, cause },
});

/** Given by the second person while this one waited: whether their own was right or not, it counted for nothing yet. */
const signedOver = ({ buyoffs }: TravelerState, { id }: Buyoff): Buyoff[] =>
  buyoffs.filter(
    ({ status, over }) => status === "pending_verification" && over?.includes(id) === true,
  );

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
