import type { Localized, Role } from "#lib/instructions/schema";
import { dispositionNow, sameDispositions } from "./dispositions.rules.ts";
import type { EventBody, TravelerEvent } from "./events.schema.ts";
import type { PlantPolicy } from "./facts.schema.ts";
import { stepOf } from "./gates.rules.ts";
import { operationOf } from "./plan.rules.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash, textHashOrNull } from "./ruling.rules.ts";
import type { Defect, Hold, HoldOwner } from "./state.schema.ts";

/** Only the function that owns a hold releases it (rule 13). */
export const releasedBy: Readonly<Record<HoldOwner, Role>> = {
  production: "supervisor",
  quality: "quality",
  engineering: "manufacturing_engineer",
  customer: "customer",
};

/** Of holds that the rules place by themselves, and no plant has to have listed. */
const ownReasons: Readonly<Record<string, Localized>> = {
  signature_rejected: {
    en: "A signature failed its check",
    es: "Una firma no pasó la verificación",
  },
};

/** What a hold's reason is called here; null: nobody has a word for it. */
export const holdReasonLabel = (
  { holdReasons }: Pick<PlantPolicy, "holdReasons">,
  reason: string,
): Localized | null =>
  holdReasons.find(({ code }) => code === reason)?.label ?? ownReasons[reason] ?? null;

/** Whose holds somebody with these roles releases. */
export const ownersOf = (roles: readonly Role[]): HoldOwner[] =>
  (Object.keys(releasedBy) as HoldOwner[]).filter((owner) => roles.includes(releasedBy[owner]));

export function placeHold({ state, content, facts, body }: Case<"placeHold">): Ruling {
  if (state.holds.some(({ id }) => id === body.hold)) return refuse("id_already_used");
  const reason = facts.policy.holdReasons.find(({ code }) => code === body.reason);
  if (!reason) return refuse("hold_reason_unknown", { reason: body.reason });
  const { scope } = body;
  if (scope.kind === "step") {
    const at = stepOf(state, content, scope.step);
    if (!at.ok) return at;
  }
  if (scope.kind === "operation" && !operationOf(content, scope.operation)) {
    return refuse("step_unknown");
  }
  const placed: EventBody<"hold.placed"> = {
    hold: body.hold,
    scope,
    reason: reason.code,
    owner: reason.owner,
    defect: null,
    comment: textHashOrNull(body.comment),
    byRule: false,
  };
  return rule([{ type: "hold.placed", body: placed }], [body.comment]);
}

export function releaseHold(of: Case<"releaseHold">): Ruling {
  const { state, facts, body } = of;
  const hold = state.holds.find(({ id }) => id === body.hold);
  if (!hold) return refuse("hold_unknown");
  if (hold.released) return refuse("hold_already_released", { reason: hold.reason });
  const role = releasedBy[hold.owner];
  if (!facts.person.roles.includes(role)) {
    return refuse("hold_owner", { reason: hold.reason, owner: hold.owner, role });
  }
  const defect = state.defects.find(({ id }) => id === hold.defect);
  // A defect that quality has withdrawn asks for no disposition any more.
  if (!defect || defect.status === "withdrawn") return released(of, hold, "owner", null);
  return body.byHand === null ? releasedByQms(of, hold, defect) : releasedByHand(of, hold, defect);
}

function released(
  { body }: Case<"releaseHold">,
  hold: Hold,
  basis: "owner" | "qms" | "hand",
  ncr: string | null,
  before: TravelerEvent[] = [],
): Ruling {
  const event: TravelerEvent = {
    type: "hold.released",
    body: {
      hold: hold.id,
      comment: textHash(body.comment),
      basis,
      ncr,
      evidence: body.byHand?.evidence ?? null,
    },
  };
  return rule([...before, event], [body.comment]);
}

/** The record shows the disposition that the release relies on. */
function releasedByQms(of: Case<"releaseHold">, hold: Hold, defect: Defect): Ruling {
  const now = dispositionNow(of.facts, defect);
  if (!now.ok) return now;
  const { record, dispositions } = now.value;
  const isNews = !sameDispositions(defect.dispositions, dispositions) && defect.status === "open";
  const received: TravelerEvent[] = isNews
    ? [
        {
          type: "disposition.received",
          body: {
            defect: defect.id,
            from: "qms",
            ncr: record.number,
            dispositions: dispositions.map((one) => ({ ...one })),
            evidence: null,
            reason: null,
          },
        },
      ]
    : [];
  return released(of, hold, "qms", record.number, received);
}

/** The QMS is down: quality answers for it with the number and the document; a signal until then. */
function releasedByHand(of: Case<"releaseHold">, hold: Hold, defect: Defect): Ruling {
  const { facts, body } = of;
  if (!facts.person.roles.includes("quality")) {
    return refuse("hold_owner", { reason: hold.reason, owner: hold.owner, role: "quality" });
  }
  // While the QMS can be asked, its word counts and nobody's hand.
  if (facts.qms?.defect === defect.id) return releasedByQms(of, hold, defect);
  const ncr = body.byHand?.ncr ?? "";
  if (defect.qms && defect.qms.number !== ncr) {
    return refuse("ncr_number_differs", { ncr: defect.qms.number, given: ncr });
  }
  return released(of, hold, "hand", ncr);
}
