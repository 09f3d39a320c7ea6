import { canonicalSha256 } from "#lib/kit/canonical";
import { compare, subtract } from "#lib/kit/decimal";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { addsUp, defectOf, holdByRule, openDefect, scrapIn, sumOf } from "./defects.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import type { Facts } from "./facts.schema.ts";
import { isLot, remainingOf, scrappedOf } from "./lot-balance.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHashOrNull } from "./ruling.rules.ts";
import type { Defect, Disposition } from "./state.schema.ts";

export const sameDispositions = (a: readonly Disposition[], b: readonly Disposition[]): boolean =>
  canonicalSha256(a) === canonicalSha256(b);

/** What a disposition has to say, whoever brings it (rule 14). */
export function sound(defect: Defect, dispositions: readonly Disposition[]): Result<true, Refusal> {
  if (!addsUp(dispositions, defect.quantity)) {
    const sum = sumOf(dispositions);
    return refuse("quantities_do_not_add_up", { quantity: defect.quantity, sum });
  }
  const needing = dispositions.find(
    ({ decision, designAuthority }) =>
      (decision === "repair" || decision === "use_as_is") && designAuthority === null,
  );
  return needing ? refuse("design_authority_needed", { decision: needing.decision }) : ok(true);
}

/** The QMS's word on this defect, fetched at this moment, with a decision for every piece. */
export function dispositionNow(
  facts: Facts,
  defect: Defect,
): Result<NonNullable<Facts["qms"]>, Refusal> {
  const { qms } = facts;
  if (qms?.defect !== defect.id) return refuse("qms_unreachable", { code: defect.code });
  const { number, status } = qms.record;
  if (status !== "dispositioned" && status !== "closed") {
    return refuse("qms_not_dispositioned", { ncr: number, status });
  }
  const fine = sound(defect, qms.dispositions);
  return fine.ok ? ok(qms) : fine;
}

/**
 * Decided there once, and open again: what was let go on that word is held again by the rule (failure 50). An
 * accepted unit may have left the plant; whoever tells of it says so instead.
 */
function heldAgain({ state, facts, command, body }: Case<"linkQmsRecord">): TravelerEvent[] {
  const defect = state.defects.find(({ id }) => id === body.defect);
  const isOpenAgain = body.status === "open" || body.status === "contained";
  const wasDecided =
    defect?.qms?.externalId === body.externalId &&
    (defect.qms.status === "dispositioned" || defect.qms.status === "closed");
  if (!defect || !wasDecided || !isOpenAgain) return [];
  if (["accepted", "scrapped", "cancelled"].includes(state.status)) return [];
  if (defect.status === "withdrawn" || defect.status === "transferred") return [];
  const holds = state.holds.filter((hold) => hold.defect === defect.id);
  if (holds.length === 0 || holds.some(({ released }) => !released)) return [];
  const { code, severity } = defect;
  return holdByRule(facts, { defect: defect.id, code, severity, command: command.id, holds: true });
}

export function linkQmsRecord(of: Case<"linkQmsRecord">): Ruling {
  const { state, facts, body } = of;
  if (facts.device !== null) return refuse("disposition_not_from_floor");
  const defect = defectOf(state, body.defect);
  if (!defect.ok) return defect;
  const { qms } = defect.value;
  const isReplaced = qms?.status === "void" || qms?.status === "merged";
  if (qms && qms.externalId !== body.externalId && !isReplaced) {
    return refuse("ncr_number_differs", { ncr: qms.number, given: body.number });
  }
  return rule([{ type: "qms_record.linked", body }, ...heldAgain(of)]);
}

/** From the QMS and as the QMS says it; or typed in by quality with the document and the reason. */
export function receiveDisposition({ state, facts, body }: Case<"receiveDisposition">): Ruling {
  const role = body.from === "qms" ? "integrator" : "quality";
  const isFloor = body.from === "qms" && facts.device !== null;
  if (!facts.person.roles.includes(role) || isFloor) return refuse("disposition_not_from_floor");
  const defect = openDefect(state, body.defect);
  if (!defect.ok) return defect;
  const known = defect.value.qms?.number;
  if (known !== undefined && known !== body.ncr) {
    return refuse("ncr_number_differs", { ncr: known, given: body.ncr });
  }
  if (body.from === "hand" && (body.evidence === null || body.reason === null)) {
    return refuse("evidence_needed");
  }
  if (body.from === "qms") {
    if (facts.qms?.defect !== body.defect) {
      return refuse("qms_unreachable", { code: defect.value.code });
    }
    if (!sameDispositions(facts.qms.dispositions, body.dispositions)) {
      return refuse("disposition_differs_from_qms", { ncr: body.ncr });
    }
  }
  const fine = sound(defect.value, body.dispositions);
  if (!fine.ok) return fine;
  const received = { ...body, reason: textHashOrNull(body.reason) };
  return rule([{ type: "disposition.received", body: received }], [body.reason]);
}

/**
 * Scrap needs the decision, identification and segregation. A traveler all of whose pieces it takes ends
 * there; of a lot, the others go on.
 */
export function scrapTraveler({ state, body }: Case<"scrapTraveler">): Ruling {
  const defect = openDefect(state, body.defect);
  if (!defect.ok) return defect;
  const { dispositions, code } = defect.value;
  if (dispositions.length === 0) return refuse("disposition_missing", { code });
  const decided = scrapIn(dispositions);
  if (compare(decided, "0") === 0) return refuse("disposition_is_not_scrap", { code });
  const quantity = subtract(decided, scrappedOf(state, body.defect));
  if (compare(quantity, "0") <= 0) return refuse("scrap_recorded", { code });
  const remaining = remainingOf(state);
  const rest = compare(remaining, quantity);
  if (rest === 0) return rule([{ type: "traveler.scrapped", body }]);
  return rest > 0 && isLot(state)
    ? rule([{ type: "quantity.scrapped", body: { ...body, quantity } }])
    : refuse("quantities_do_not_add_up", { quantity: remaining, sum: quantity });
}
