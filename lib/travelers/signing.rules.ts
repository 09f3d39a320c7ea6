import type { BuyoffRequirement } from "#lib/instructions/schema";
import { canonicalSha256 } from "#lib/kit/canonical";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import type { Chain } from "./buyoffs.rules.ts";
import {
  buyoffContent,
  chainAt,
  coveredSteps,
  covers,
  holdPointBefore,
  isDone,
  isWorkDone,
  nextOffline,
  nextRequirements,
  outstanding,
  pendingAt,
  pendingBefore,
  performers,
  signatureAt,
} from "./buyoffs.rules.ts";
import { foreseen } from "./derivation.rules.ts";
import type { EventBody, TravelerEvent } from "./events.schema.ts";
import type { Facts, PersonFacts } from "./facts.schema.ts";
import { held, holds, openHold, qualificationUsed, qualified, todayAt } from "./gates.rules.ts";
import { mixesSettled } from "./mix-age.rules.ts";
import { countingWith, isSealed, whyNotOffline } from "./offline-signing.rules.ts";
import { mayAccept, proven } from "./proof.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import { cosignedAsIs } from "./supervision.rules.ts";

/** The second person at the tablet, when there is one, is who signs. */
const signerOf = (facts: Facts): PersonFacts => facts.second ?? facts.person;

const stampKinds: Readonly<
  Record<BuyoffRequirement["type"], readonly PersonFacts["stamps"][number]["kind"][]>
> = {
  operator: ["operator"],
  second_operator: ["operator"],
  inspection: ["inspection", "quality"],
  quality: ["quality"],
  customer: ["operator", "inspection", "quality"],
  government: ["operator", "inspection", "quality"],
};

/** Who holds the delegation and its operator's stamp may accept their own work here. */
const isDelegated = (requirement: BuyoffRequirement, signer: PersonFacts, today: string) =>
  requirement.selfVerification !== undefined &&
  holds(signer, requirement.selfVerification, today) &&
  signer.stamps.some(({ kind }) => kind === "operator");

type Signing = { chain: Chain; requirement: BuyoffRequirement; signer: PersonFacts };

function placeOf({
  state,
  content,
  facts,
  body,
}: Case<"signBuyoff"> | Case<"declineBuyoff">): Result<Signing, Refusal> {
  const chain = chainAt(state, content, body);
  const requirement = chain?.requirements.find(({ id }) => id === body.requirement);
  return chain && requirement
    ? ok({ chain, requirement, signer: signerOf(facts) })
    : refuse("buyoff_unknown");
}

/** Its turn in the ordered chain, with the work beneath it done and no hold in the way. */
function isDue(
  { state, content, facts, body }: Case<"signBuyoff">,
  { chain, requirement }: Signing,
): Result<true, Refusal> {
  const places = [
    { operation: chain.operation.id, step: chain.step?.id ?? null },
    ...coveredSteps(state, content, chain, requirement.type).map(({ id }) => ({
      operation: state.steps[id]?.operation ?? chain.operation.id,
      step: id,
    })),
  ];
  // What is on hold is not accepted either, wherever in the covered work the hold lies.
  const hold = places.map((place) => openHold(state, place)).find((found) => found !== null);
  if (hold) return held(hold);
  if (signatureAt(state, body)) return refuse("buyoff_already_signed", { type: requirement.type });
  // On line it may be given again; a second box for the same place would prove nothing more than the first.
  if (pendingAt(state, body) && isSealed(facts)) {
    return refuse("buyoff_pending", { type: requirement.type });
  }
  const point = holdPointBefore(state, content, {
    operation: chain.operation.id,
    order: chain.order,
  });
  if (point) {
    return refuse("hold_point_open", {
      operation: point.operation.number,
      step: point.step?.number ?? "",
    });
  }
  const next = nextRequirements(state, chain);
  const isNext =
    next.some(({ id }) => id === requirement.id) ||
    (isSealed(facts) && nextOffline(state, chain)?.id === requirement.id);
  if (!isNext || !isWorkDone(state, content, chain, requirement.type)) {
    return refuse("buyoff_not_due", { type: requirement.type, before: next[0]?.type ?? "" });
  }
  // The last signature completes its step: an apprentice's values in it are co-signed before.
  if (!chain.step) return ok(true);
  const cosigned = cosignedAsIs(state, content, chain.step.id);
  if (!cosigned.ok) return cosigned;
  const mixes = mixesSettled(state, content, chain.step, facts.at);
  return mixes.ok ? ok(true) : mixes;
}

/** Role, qualification and stamp for the type; and nobody accepts work they performed. */
function maySign(
  { state, content, facts }: Case<"signBuyoff">,
  { chain, requirement, signer }: Signing,
): Result<string | null, Refusal> {
  if (!signer.active) return refuse("person_not_active", { person: signer.name });
  const delegated = isDelegated(requirement, signer, todayAt(facts));
  const hasRole = signer.roles.includes(requirement.role);
  if (!hasRole && !delegated) {
    return refuse("buyoff_role", { role: requirement.role, person: signer.name });
  }
  // Who works under a trainer states their own work, and accepts none (rule 3).
  const accepts = requirement.type !== "operator" || delegated;
  const independent = accepts ? mayAccept(signer) : ok(true as const);
  if (!independent.ok) return independent;
  const able = qualified(facts, signer, requirement.qualifications);
  if (!able.ok) return able;
  const kinds = delegated ? ["operator" as const] : stampKinds[requirement.type];
  const stamp = signer.stamps.find(({ kind }) => kinds.includes(kind))?.number ?? null;
  if (requirement.stamp && stamp === null) {
    return refuse("buyoff_stamp", { type: requirement.type, person: signer.name });
  }
  const steps = coveredSteps(state, content, chain, requirement.type);
  // The operator's own signature states their work; every other one accepts it.
  const isAcceptance = requirement.type !== "operator" && !delegated;
  if (isAcceptance && performers(state, steps).includes(signer.id)) {
    return refuse("signer_performed_work", { person: signer.name });
  }
  const hasSigned = chain.requirements.some(({ id }) => {
    const place = { operation: chain.operation.id, step: chain.step?.id ?? null, requirement: id };
    const isOther = place.requirement !== requirement.id;
    const given = signatureAt(state, place) ?? (isOther ? pendingAt(state, place) : null);
    return given?.person === signer.id;
  });
  if (hasSigned) return refuse("signer_already_signed", { person: signer.name });
  return ok(requirement.stamp ? stamp : null);
}

export function signBuyoff(of: Case<"signBuyoff">): Ruling {
  const { state, content, facts, command, body } = of;
  const found = placeOf(of);
  if (!found.ok) return found;
  const { chain, requirement, signer } = found.value;
  const due = isDue(of, found.value);
  if (!due.ok) return due;
  const stamp = maySign(of, found.value);
  if (!stamp.ok) return stamp;
  if (requirement.presence === "at_unit" && facts.device === null) {
    return refuse("buyoff_not_at_unit", { type: requirement.type });
  }
  if (canonicalSha256(buyoffContent(state, content, body)) !== body.contentSha256) {
    return refuse("content_changed");
  }
  const proof = givenBy(of, found.value);
  if (!proof.ok) return proof;
  const steps = coveredSteps(state, content, chain, requirement.type);
  const { operation, step, contentSha256 } = body;
  const signed: TravelerEvent = {
    type: "buyoff.signed",
    body: {
      buyoff: command.id,
      operation,
      step,
      requirement: requirement.id,
      signer: signer.id,
      type: requirement.type,
      meaning: requirement.meaning,
      stamp: stamp.value,
      contentSha256,
      covers: covers(state, steps),
      ...proof.value,
      ...givenOver(of, found.value),
    },
  };
  return rule([
    signed,
    ...(isSealed(facts) ? [] : countingWith(state, body)),
    ...qualificationUsed(step, heldBy(signer, requirement.qualifications)),
    ...stepDoneBy(of, chain, signed),
  ]);
}

/** What it stands on is as pending as itself, and says so. */
function givenOver(
  { state, facts }: Case<"signBuyoff">,
  { chain, requirement }: Signing,
): Pick<EventBody<"buyoff.signed">, "over"> {
  const over = isSealed(facts) ? pendingBefore(state, chain, requirement) : [];
  return over.length === 0 ? {} : { over: over.map(({ id }) => id) };
}

/** How the signer has shown who they are: by a proof of the server, or by a box that it opens later. */
function givenBy(
  { state, content, facts, command, body }: Case<"signBuyoff">,
  { chain, requirement, signer }: Signing,
): Result<Pick<EventBody<"buyoff.signed">, "method" | "sealedSha256" | "passkey">, Refusal> {
  if (facts.sealed && isSealed(facts)) {
    const why = whyNotOffline(state, content, { chain, requirement }, facts.policy);
    if (why) return refuse(why, { type: requirement.type });
    // A box is the second person's, or of whoever is signed in: of one that is the other's nothing is known.
    const isOfSecond = facts.sealed.second === true;
    if (isOfSecond !== (facts.second !== null)) {
      return refuse("offline_signer", { type: requirement.type });
    }
    if (isOfSecond && signer.id === facts.person.id) {
      return refuse("signer_same_person", { person: signer.name });
    }
    const { sha256: sealedSha256, ...by } = facts.sealed;
    return "passkey" in by
      ? ok({ method: "passkey_offline", sealedSha256, passkey: by.passkey })
      : ok({ method: "badge_pin_offline", sealedSha256 });
  }
  const proof = proven(facts, {
    signer,
    proof: facts.second ? facts.secondProof : facts.proof,
    command: command.id,
    contentSha256: body.contentSha256,
  });
  return proof.ok ? ok({ method: proof.value.method }) : proof;
}

const heldBy = (signer: PersonFacts, codes: readonly string[]) =>
  codes.map((code) => {
    const held = signer.qualifications.find((one) => one.code === code);
    return { code, result: "met" as const, until: held?.validUntil ?? null };
  });

/** The last signature of its chain completes a buyoff step: there is nothing else to do there. */
export function stepDoneBy(
  { state, content, facts, command }: Case<"signBuyoff"> | Case<"passWitness">,
  chain: Chain,
  signed: TravelerEvent,
): TravelerEvent[] {
  if (!chain.step || isDone(state, chain.step.id)) return [];
  const after = foreseen(state, signed, { facts, command: command.id });
  if (outstanding(after, chain).length > 0) return [];
  const attempt = state.steps[chain.step.id]?.attempt ?? 1;
  const mixes = mixesSettled(state, content, chain.step, facts.at);
  return [
    { type: "step.completed", body: { step: chain.step.id, attempt } },
    ...(mixes.ok ? mixes.value : []),
  ];
}

export function declineBuyoff(of: Case<"declineBuyoff">): Ruling {
  const found = placeOf(of);
  if (!found.ok) return found;
  const { requirement, signer } = found.value;
  const { operation, step, reason } = of.body;
  if (!signer.roles.includes(requirement.role)) {
    return refuse("buyoff_role", { role: requirement.role, person: signer.name });
  }
  return rule(
    [
      {
        type: "buyoff.declined",
        body: {
          buyoff: of.command.id,
          operation,
          step,
          requirement: requirement.id,
          signer: signer.id,
          type: requirement.type,
          meaning: requirement.meaning,
          reason: textHash(reason),
        },
      },
    ],
    [reason],
  );
}

export function voidBuyoff({ state, body }: Case<"voidBuyoff">): Ruling {
  const buyoff = state.buyoffs.find(
    ({ id, status }) =>
      id === body.buyoff && (status === "signed" || status === "pending_verification"),
  );
  if (!buyoff) return refuse("buyoff_unknown");
  const voided = { buyoff: buyoff.id, cause: "voided_by_quality", reason: textHash(body.reason) };
  return rule([{ type: "buyoff.voided", body: voided }], [body.reason]);
}
