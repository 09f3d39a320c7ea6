import type { Role } from "#lib/instructions/schema";
import type { Canonical } from "#lib/kit/canonical";
import { canonicalSha256 } from "#lib/kit/canonical";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import type { PersonFacts } from "./facts.schema.ts";
import { mayAccept, proven } from "./proof.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case } from "./ruling.rules.ts";
import { refuse, textHash } from "./ruling.rules.ts";
import type { CommandBody, CommandType } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";

/** Departures from the plan that a person of a named role has to approve. */
export type Departure =
  | "skipStep"
  | "markStepNotApplicable"
  | "deferStep"
  | "departSequence"
  | "reopenStep";

/** What a second person at the tablet confirms by badge and PIN; its canonicalSha256 is what the proof names. */
export const departureContent = (
  state: TravelerState,
  type: Departure,
  { reason, ...body }: CommandBody<Departure>,
): Canonical => ({ traveler: state.id, act: type, ...body, reason: textHash(reason) });

/**
 * Approved by somebody of this role: whoever acts, or a second person beside them with badge and PIN, so
 * that a lead approves at the operator's tablet without taking it over.
 */
export function approved<T extends Departure>(
  { state, facts, command, body }: Case<T> & { command: { type: CommandType } },
  type: T,
  role: Role,
): Result<PersonFacts, Refusal> {
  const { person, second } = facts;
  if (person.roles.includes(role) && mayAccept(person).ok) return ok(person);
  if (!second?.active || !second.roles.includes(role)) return refuse("approval_needed", { role });
  const independent = mayAccept(second);
  if (!independent.ok) return independent;
  const proof = proven(facts, {
    signer: second,
    proof: facts.secondProof,
    command: command.id,
    contentSha256: canonicalSha256(departureContent(state, type, body as CommandBody<Departure>)),
  });
  return proof.ok ? ok(second) : proof;
}
