import type { Canonical } from "#lib/kit/canonical";
import { canonicalSha256 } from "#lib/kit/canonical";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { plusMinutes } from "#lib/kit/time";
import type { Facts, PersonFacts } from "./facts.schema.ts";
import { waiversOf } from "./gates.rules.ts";
import { mayAccept, proven } from "./proof.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import type { TravelerState } from "./state.schema.ts";

/** No longer than a day: a waiver bridges a gap, it is no qualification. */
export const waiverHoursMax = 24;

type Waived = {
  waiver: string;
  person: string;
  qualification: string;
  /** SHA-256 of the reason. */
  reason: string;
  validUntil: string;
};

/** What both who ask for a waiver and who grant it sign. */
export const waiverContent = (
  state: Pick<TravelerState, "id">,
  { waiver, person, qualification, reason, validUntil }: Waived,
): Canonical => ({ traveler: state.id, waiver, person, qualification, reason, validUntil });

/** The second person at the tablet, when there is one, is who signs. */
const signerOf = (facts: Facts): PersonFacts => facts.second ?? facts.person;

function signed(
  { facts, command }: Case<"requestWaiver"> | Case<"grantWaiver">,
  given: string,
  content: Canonical,
): Result<string, Refusal> {
  const independent = mayAccept(signerOf(facts));
  if (!independent.ok) return independent;
  const contentSha256 = canonicalSha256(content);
  if (given !== contentSha256) return refuse("content_changed");
  const proof = proven(facts, {
    signer: signerOf(facts),
    proof: facts.second ? facts.secondProof : facts.proof,
    command: command.id,
    contentSha256,
  });
  return proof.ok ? ok(contentSha256) : proof;
}

function waivable(
  facts: Facts,
  qualification: string,
): Result<"quality" | "supervisor_and_quality", Refusal> {
  const rule = facts.qualificationRules.find(({ code }) => code === qualification);
  return rule === undefined || rule.waivableBy === "nobody"
    ? refuse("waiver_not_possible", { qualification })
    : ok(rule.waivableBy);
}

/** A lead asks, with a reason and an end, for one person on this traveler (rule 3). */
export function requestWaiver(of: Case<"requestWaiver">): Ruling {
  const { state, facts, body } = of;
  const { waiver, person, qualification, validUntil } = body;
  if (state.waivers.some(({ id }) => id === waiver)) return refuse("id_already_used");
  const waivableBy = waivable(facts, qualification);
  if (!waivableBy.ok) return waivableBy;
  const signer = signerOf(facts);
  const roles =
    waivableBy.value === "quality"
      ? (["supervisor", "quality"] as const)
      : (["supervisor"] as const);
  if (!signer.active || !roles.some((role) => signer.roles.includes(role))) {
    return refuse("approval_needed", { role: "supervisor" });
  }
  if (signer.id === person) return refuse("waiver_for_oneself", { person: signer.name });
  const latest = plusMinutes(facts.at, waiverHoursMax * 60);
  if (validUntil <= facts.at || validUntil > latest) {
    return refuse("waiver_too_long", { hours: String(waiverHoursMax) });
  }
  const standing = waiversOf(state).some(
    (one) =>
      one.person === person &&
      one.qualification === qualification &&
      one.revoked === null &&
      facts.at <= one.validUntil,
  );
  if (standing) return refuse("waiver_already", { qualification });
  const reason = textHash(body.reason);
  const proof = signed(of, body.contentSha256, waiverContent(state, { ...body, reason }));
  if (!proof.ok) return proof;
  const requested = { waiver, by: signer.id, person, qualification, reason, validUntil };
  return rule(
    [{ type: "waiver.requested", body: { ...requested, contentSha256: proof.value } }],
    [body.reason],
  );
}

/** Quality grants what another has asked; neither is the person whom it helps. */
export function grantWaiver(of: Case<"grantWaiver">): Ruling {
  const { state, facts, body } = of;
  const waiver = waiversOf(state).find(({ id }) => id === body.waiver);
  if (!waiver || waiver.grantedAt !== null || waiver.revoked) return refuse("waiver_unknown");
  // Who may waive it can have changed since it was asked for.
  const still = waivable(facts, waiver.qualification);
  if (!still.ok) return still;
  if (waiver.validUntil <= facts.at) {
    return refuse("waiver_expired", { validUntil: waiver.validUntil });
  }
  const signer = signerOf(facts);
  if (!signer.active || !signer.roles.includes("quality")) {
    return refuse("approval_needed", { role: "quality" });
  }
  if (signer.id === waiver.person || signer.id === waiver.requestedBy) {
    return refuse("waiver_by_another", { person: signer.name });
  }
  const content = waiverContent(state, { ...waiver, waiver: waiver.id });
  const proof = signed(of, body.contentSha256, content);
  if (!proof.ok) return proof;
  const granted = { waiver: waiver.id, by: signer.id, contentSha256: proof.value };
  return rule([{ type: "waiver.granted", body: granted }]);
}

export function revokeWaiver({ state, body }: Case<"revokeWaiver">): Ruling {
  const waiver = waiversOf(state).find(({ id }) => id === body.waiver);
  if (!waiver || waiver.revoked) return refuse("waiver_unknown");
  const revoked = { waiver: waiver.id, reason: textHash(body.reason) };
  return rule([{ type: "waiver.revoked", body: revoked }], [body.reason]);
}
