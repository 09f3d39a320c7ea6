import { add, compare, subtract } from "#lib/kit/decimal";
import { derivedId } from "#lib/kit/ids";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { performers } from "./buyoffs.rules.ts";
import type { EventBody, TravelerEvent } from "./events.schema.ts";
import type { Facts } from "./facts.schema.ts";
import { stepOf } from "./gates.rules.ts";
import { remainingOf, scrappedOf } from "./lot-balance.rules.ts";
import { plannedField, plannedSteps } from "./plan.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash, textHashOrNull } from "./ruling.rules.ts";
import type { CommandType } from "./schema.ts";
import type { Defect, Disposition, Severity, TravelerState } from "./state.schema.ts";

export const defectOf = (state: TravelerState, id: string): Result<Defect, Refusal> => {
  const defect = state.defects.find((one) => one.id === id);
  return defect ? ok(defect) : refuse("defect_unknown");
};

export function openDefect(state: TravelerState, id: string): Result<Defect, Refusal> {
  const defect = defectOf(state, id);
  if (!defect.ok || defect.value.status === "open") return defect;
  return refuse("defect_not_open", { code: defect.value.code, status: defect.value.status });
}

export const sumOf = (dispositions: readonly Disposition[]): string =>
  dispositions.reduce((sum, { quantity }) => add(sum, quantity), "0");

/** Every piece has its decision, and none has two. */
export const addsUp = (dispositions: readonly Disposition[], quantity: string): boolean =>
  dispositions.every((one) => compare(one.quantity, "0") > 0) &&
  compare(sumOf(dispositions), quantity) === 0;

function quantityFits(state: TravelerState, quantity: string): Result<true, Refusal> {
  const of = remainingOf(state);
  const isFitting = compare(quantity, "0") > 0 && compare(quantity, of) <= 0;
  return isFitting ? ok(true) : refuse("quantity_too_large", { quantity, of });
}

/** Codes and severities that the plant has marked place a hold by themselves (rule 13). */
export function holdByRule(
  facts: Facts,
  of: {
    defect: string;
    code: string;
    severity: Severity;
    command: string;
    holds?: boolean;
    key?: string;
  },
): TravelerEvent[] {
  const { defectCodes, holdReasons, holdSeverities } = facts.policy;
  const byCode = defectCodes.find(({ code }) => code === of.code)?.holdReason ?? null;
  const bySeverity = holdReasons.find(({ owner }) => owner === "quality")?.code ?? "defect";
  const isHeld = of.holds === true || holdSeverities.includes(of.severity);
  const reason = byCode ?? (isHeld ? bySeverity : null);
  if (reason === null) return [];
  const body: EventBody<"hold.placed"> = {
    hold: derivedId(of.command, `hold${of.key ?? ""}`),
    scope: { kind: "traveler" },
    reason,
    owner: holdReasons.find(({ code }) => code === reason)?.owner ?? "quality",
    defect: of.defect,
    comment: null,
    byRule: true,
  };
  return [{ type: "hold.placed", body }];
}

type Found = Pick<
  EventBody<"defect.logged">,
  "step" | "field" | "position" | "attempt" | "reading" | "measured"
>;
type Raising = Pick<Case<CommandType>, "state" | "facts" | "command">;

/** A defect, and its hold, logged by the rule itself. `key` tells several of one act apart. */
export function raisedDefect(
  { state, facts, command }: Raising,
  of: { code: string; severity: Severity; found: Found; holds?: boolean; key?: string },
): TravelerEvent[] {
  const { code, severity, found, holds = false, key = "" } = of;
  const defect = derivedId(command.id, `defect${key}`);
  const quantity = remainingOf(state);
  const logged: TravelerEvent = {
    type: "defect.logged",
    body: { defect, code, severity, quantity, ...found, location: null, comment: null },
  };
  return [
    logged,
    ...holdByRule(facts, { defect, code, severity, command: command.id, holds, key }),
  ];
}

/** The defect that a revision names for a value beyond its limits. */
export function defectByRule(
  of: Raising & Pick<Case<CommandType>, "content">,
  by: {
    code: string;
    severity: Severity;
    reading: Omit<EventBody<"reading.recorded">, "confirmed" | "process" | "derivedFrom">;
    /** Holds the unit whatever the plant has marked. */
    holds?: boolean;
  },
): TravelerEvent[] {
  const { reading, ...more } = by;
  const { step, field, position, attempt, characteristic, value, unit, limits, gage } = reading;
  const balloon =
    of.content.characteristics.find(({ id }) => id === characteristic)?.balloon ?? null;
  const measured = { characteristic, balloon, value, unit, limits, gage };
  const found = { step, field, position, attempt, reading: reading.reading, measured };
  return raisedDefect(of, { ...more, found });
}

/** As it stood then, so that the NCR needs nothing but this entry. */
function measured({
  state,
  content,
  body,
}: Case<"logDefect">): Result<EventBody<"defect.logged">["measured"], Refusal> {
  if (body.reading === null) return ok(null);
  const reading = state.readings.find(({ id }) => id === body.reading);
  if (!reading) return refuse("reading_unknown");
  const { characteristic, value, unit, limits, gage } = reading;
  const balloon = content.characteristics.find(({ id }) => id === characteristic)?.balloon ?? null;
  return ok({ characteristic, balloon, value, unit, limits, gage });
}

export function logDefect(of: Case<"logDefect">): Ruling {
  const { state, content, facts, command, body } = of;
  if (state.defects.some(({ id }) => id === body.defect)) return refuse("id_already_used");
  if (!facts.policy.defectCodes.some(({ code }) => code === body.code)) {
    return refuse("defect_code_unknown", { code: body.code });
  }
  const quantity = quantityFits(state, body.quantity);
  if (!quantity.ok) return quantity;
  const at = body.step === null ? null : stepOf(state, content, body.step);
  if (at && !at.ok) return at;
  if (body.field !== null && !plannedField(content, body.field)) return refuse("field_unknown");
  const reading = measured(of);
  if (!reading.ok) return reading;
  const logged: TravelerEvent = {
    type: "defect.logged",
    body: {
      ...body,
      attempt: at?.value.now.attempt ?? null,
      measured: reading.value,
      comment: textHashOrNull(body.comment),
    },
  };
  const { defect, code, severity } = body;
  const hold = holdByRule(facts, { defect, code, severity, command: command.id });
  return rule([logged, ...hold], [body.comment]);
}

export function updateDefect({ state, facts, command, body }: Case<"updateDefect">): Ruling {
  const defect = openDefect(state, body.defect);
  if (!defect.ok) return defect;
  const { severity, quantity, comment, ...kept } = body;
  if (quantity !== undefined) {
    const scrapped = scrappedOf(state, body.defect);
    const fit = quantityFits(state, subtract(quantity, scrapped));
    if (!fit.ok) return fit;
    const { dispositions } = defect.value;
    if (dispositions.length > 0 && !addsUp(dispositions, quantity)) {
      return refuse("quantities_do_not_add_up", { quantity, sum: sumOf(dispositions) });
    }
  }
  const updated: TravelerEvent = {
    type: "defect.updated",
    body: {
      ...kept,
      ...(severity === undefined ? {} : { severity }),
      ...(quantity === undefined ? {} : { quantity }),
      ...(comment === undefined ? {} : { comment: textHash(comment) }),
    },
  };
  const isWorse = severity !== undefined && severity !== defect.value.severity;
  const isHeld = state.holds.some((hold) => hold.defect === body.defect && !hold.released);
  const of = { defect: body.defect, code: defect.value.code, command: command.id };
  const hold = isWorse && !isHeld ? holdByRule(facts, { ...of, severity }) : [];
  return rule([updated, ...hold], [comment ?? null]);
}

export function withdrawDefect({ state, body }: Case<"withdrawDefect">): Ruling {
  const defect = openDefect(state, body.defect);
  if (!defect.ok) return defect;
  const rework = state.reworks.find((one) => one.defect === body.defect);
  if (rework?.status === "in_work") return refuse("rework_in_work", { label: rework.label });
  if (compare(scrappedOf(state, body.defect), "0") > 0) {
    return refuse("scrap_recorded", { code: defect.value.code });
  }
  const withdrawn = { defect: body.defect, reason: textHash(body.reason) };
  return rule([{ type: "defect.withdrawn", body: withdrawn }], [body.reason]);
}

/** Carried out as decided, and verified by somebody else than who did the work. */
export function closeDefect({ state, content, facts, body }: Case<"closeDefect">): Ruling {
  const defect = openDefect(state, body.defect);
  if (!defect.ok) return defect;
  const { dispositions, code, quantity } = defect.value;
  if (dispositions.length === 0) return refuse("disposition_missing", { code });
  if (!addsUp(dispositions, quantity)) {
    return refuse("quantities_do_not_add_up", { quantity, sum: sumOf(dispositions) });
  }
  const open = dispositions.find(({ decision }) => !isCarriedOut(state, defect.value, decision));
  if (open) return refuse("disposition_not_carried_out", { code, decision: open.decision });
  const reworked = state.reworks.flatMap((rework) =>
    rework.defect === body.defect ? rework.steps.map(({ step }) => step) : [],
  );
  const concerned = plannedSteps(content)
    .map(({ step }) => step)
    .filter(({ id }) => reworked.includes(id) || id === defect.value.step);
  if (performers(state, concerned).includes(facts.person.id)) {
    return refuse("defect_performer", { code, person: facts.person.name });
  }
  const closed = { defect: body.defect, verification: textHash(body.verification) };
  return rule([{ type: "defect.closed", body: closed }], [body.verification]);
}

/** As many pieces of a lot scrapped as were decided, no more and no fewer. */
const isScrapDone = (state: TravelerState, { id, dispositions }: Defect): boolean =>
  compare(scrappedOf(state, id), scrapIn(dispositions)) === 0;

/** Of all decisions, the pieces that are to be scrapped. */
export const scrapIn = (dispositions: readonly Disposition[]): string =>
  sumOf(dispositions.filter(({ decision }) => decision === "scrap"));

function isCarriedOut(
  state: TravelerState,
  defect: Defect,
  decision: Disposition["decision"],
): boolean {
  switch (decision) {
    case "rework": {
      const loops = state.reworks.filter((rework) => rework.defect === defect.id);
      return loops.length > 0 && loops.every(({ status }) => status === "complete");
    }
    case "scrap":
      return state.status === "scrapped" || isScrapDone(state, defect);
    case "return_to_supplier":
      return state.components.some(
        ({ step, field, position, removed }) =>
          removed !== null &&
          step === defect.step &&
          (defect.field === null || field === defect.field) &&
          (defect.position === null || position === defect.position),
      );
    // Accepted as it is, or under the concession that the design authority gave.
    case "use_as_is":
    case "repair":
    case "regrade":
      return true;
  }
}
