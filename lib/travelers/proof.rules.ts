import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import type { Facts, PersonFacts, ProofFacts } from "./facts.schema.ts";
import type { Refusal } from "./refusal.schema.ts";
import { refuse } from "./ruling.rules.ts";

/** Fresh, by this person, at this tablet or in this session, for this act and for exactly this content. */
export function proven(
  facts: Facts,
  of: { signer: PersonFacts; proof: ProofFacts | null; command: string; contentSha256: string },
): Result<ProofFacts, Refusal> {
  const { proof, signer } = of;
  if (!proof) return refuse("proof_missing");
  const place = facts.device?.id ?? facts.session;
  const isForThis =
    proof.person === signer.id &&
    proof.command === of.command &&
    proof.contentSha256 === of.contentSha256 &&
    (place === undefined || proof.device === place);
  if (!isForThis) return refuse("proof_not_for_this");
  // 21 CFR 11.200: who didn't open this period of signing gives both components.
  if (signer.id === facts.second?.id && proof.method !== "badge_pin") return refuse("badge_needed");
  // And at a desk nobody has opened one.
  if (facts.session !== undefined && proof.method !== "badge_pin") return refuse("badge_needed");
  return ok(proof);
}

/** Whoever works under a trainer accepts nothing: not by a signature, and not by confirming another's (rule 3). */
export const mayAccept = ({ name, trainers }: PersonFacts): Result<true, Refusal> =>
  trainers.length === 0 ? ok(true) : refuse("apprentice_never_accepts", { person: name });
