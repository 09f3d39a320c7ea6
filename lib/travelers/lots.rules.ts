import { canonicalSha256 } from "#lib/kit/canonical";
import { add, compare, decimals, subtract } from "#lib/kit/decimal";
import { derivedId } from "#lib/kit/ids";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { openDefect } from "./defects.rules.ts";
import type { EventBody, TravelerEvent } from "./events.schema.ts";
import type { Facts } from "./facts.schema.ts";
import { releasedBy } from "./holds.rules.ts";
import { balanceOf, isLot, remainingOf, scrappedOf } from "./lot-balance.rules.ts";
import { type OpenItemCode, openItems } from "./progress.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, ruleForFamily, textHash } from "./ruling.rules.ts";
import type { TravelerState } from "./state.schema.ts";

const isOpen = ({ status }: TravelerState): boolean =>
  status === "released" || status === "in_work" || status === "on_hold";

const pendingIn = ({ buyoffs }: TravelerState) =>
  buyoffs.find(({ status }) => status === "pending_verification");

/** Split a lot and merge lots only while it is worked on: what is complete has been counted. */
function openLot(state: TravelerState): Result<true, Refusal> {
  if (!isLot(state)) return refuse("not_a_lot", { unit: state.unit.serial ?? "" });
  return isOpen(state) ? ok(true) : refuse("traveler_not_open", { status: state.status });
}

/**
 * Some pieces go on as a lot of their own, at any step and also on hold (rule 15). Both write in one act: the
 * parent that they left, the child what it goes on from.
 */
export function splitTraveler(of: Case<"splitTraveler">): Ruling {
  const { state, facts, command, body } = of;
  const open = openLot(state);
  if (!open.ok) return open;
  const waits = pendingIn(state);
  // A box says of one unit that it was signed: the pieces could not take half of it along.
  if (waits) return refuse("buyoff_pending", { type: waits.type });
  const isTaken = facts.lot === null || facts.lot.isChildTaken || facts.others.length > 0;
  if (isTaken) return refuse("id_already_used");
  const remaining = remainingOf(state);
  const isPart = compare(body.quantity, "0") > 0 && compare(body.quantity, remaining) < 0;
  // A lot that was started in whole pieces is split into whole pieces.
  if (!isPart || decimals(body.quantity) > decimals(state.unit.quantity)) {
    return refuse("split_quantity", { quantity: body.quantity, of: remaining });
  }
  const defects = body.defects ?? [];
  const fit = defectsFit(of, defects, remaining);
  if (!fit.ok) return fit;
  const serials = serialsLeaving(state, body.serials ?? [], body.quantity);
  if (!serials.ok) return serials;
  const held = heldAtOnce(of);
  if (!held.ok) return held;
  const moved = defects.map((from) => ({ from, to: derivedId(command.id, from) }));
  const lot = `${state.unit.lot}-${state.splits.length + 1}`;
  const said = { lot, quantity: body.quantity, defects: moved, ...serials.value };
  const from = { traveler: state.id, seq: state.seq, head: facts.lot?.head ?? "" };
  const parts: EventBody<"traveler.split"> = {
    child: body.child,
    ...said,
    reason: textHash(body.reason),
  };
  return ruleForFamily(
    [{ type: "traveler.split", body: parts }],
    [
      {
        traveler: body.child,
        events: [
          { type: "traveler.split_off", body: { traveler: body.child, from, ...said } },
          ...held.value,
        ],
      },
    ],
    [body.reason],
  );
}

/** The child's hold begins with the child: between the split and its hold nobody works on the pieces. */
function heldAtOnce({
  state,
  facts,
  body,
}: Case<"splitTraveler">): Result<TravelerEvent[], Refusal> {
  if (!body.hold) return ok([]);
  const { hold, reason: code } = body.hold;
  if (state.holds.some(({ id }) => id === hold)) return refuse("id_already_used");
  const reason = facts.policy.holdReasons.find((one) => one.code === code);
  if (!reason) return refuse("hold_reason_unknown", { reason: code });
  const placed: EventBody<"hold.placed"> = {
    hold,
    scope: { kind: "traveler" },
    reason: reason.code,
    owner: reason.owner,
    defect: null,
    comment: textHash(body.reason),
    byRule: false,
  };
  return ok([{ type: "hold.placed", body: placed }]);
}

/** Defects leave with pieces enough for each, and those that stay find theirs here. */
function defectsFit(
  { state, facts, body }: Case<"splitTraveler">,
  leaving: readonly string[],
  remaining: string,
): Result<true, Refusal> {
  if (new Set(leaving).size < leaving.length) return refuse("id_already_used");
  for (const id of leaving) {
    const defect = openDefect(state, id);
    if (!defect.ok) return defect;
    const { code, quantity } = defect.value;
    if (compare(quantity, body.quantity) > 0) {
      return refuse("defect_does_not_fit", { code, quantity, pieces: body.quantity });
    }
    if (compare(scrappedOf(state, id), "0") > 0) return refuse("scrap_recorded", { code });
    const rework = state.reworks.find((one) => one.defect === id && one.status === "in_work");
    if (rework) return refuse("rework_in_work", { label: rework.label });
    // The parent's hold ends with it: only its owner says that these are the pieces.
    const hold = state.holds.find((one) => one.defect === id && !one.released);
    const role = hold && releasedBy[hold.owner];
    if (role && !facts.person.roles.includes(role)) {
      return refuse("hold_owner", { reason: hold.reason, owner: hold.owner, role });
    }
  }
  const staying = subtract(remaining, body.quantity);
  const tooMany = state.defects.find(
    ({ id, status, quantity }) =>
      status === "open" &&
      !leaving.includes(id) &&
      compare(subtract(quantity, scrappedOf(state, id)), staying) > 0,
  );
  if (!tooMany) return ok(true);
  const { code, quantity } = tooMany;
  return refuse("defect_does_not_fit", { code, quantity, pieces: staying });
}

/** Pieces that have numbers leave by their numbers. */
function serialsLeaving(
  state: TravelerState,
  serials: readonly string[],
  quantity: string,
): Result<{ serials?: string[] }, Refusal> {
  if (state.serials.length === 0) return serials.length === 0 ? ok({}) : refuse("serial_unknown");
  const distinct = [...new Set(serials)];
  const unknown = distinct.find((serial) => !state.serials.includes(serial));
  if (unknown !== undefined) return refuse("serial_unknown", { serial: unknown });
  if (distinct.length < serials.length || compare(String(serials.length), quantity) !== 0) {
    return refuse("serials_count", { count: String(distinct.length), of: quantity });
  }
  return ok({ serials: [...serials] });
}

/** Open work that makes two lots differ; their own counts, defects and holds are judged apart. */
const work: ReadonlySet<OpenItemCode> = new Set<OpenItemCode>([
  "step_open",
  "deferred_open",
  "field_open",
  "gage_open",
  "reading_uncovered",
  "process_limit_open",
  "buyoff_open",
]);

/** How far a lot has come, as text: the same attempts of the same steps, with the same left to do. */
function progressText({ state, content }: Pick<Merging, "state" | "content">) {
  const steps = Object.values(state.steps)
    .map(({ step, status, attempt, positions, deferredTo, pausedAt, outOfTurn }) => ({
      step,
      status,
      attempt,
      positions: positions && [...positions].sort(),
      deferredTo,
      isPaused: pausedAt !== null,
      outOfTurn,
    }))
    .sort((a, b) => (a.step < b.step ? -1 : 1));
  const open = openItems(state, content).filter(({ code }) => work.has(code));
  return canonicalSha256(JSON.parse(JSON.stringify({ steps, open })));
}

export type MergeWhy =
  | "closed"
  | "hold"
  | "defect"
  | "rework"
  | "timer"
  | "signature"
  | "part"
  | "revision"
  | "order"
  | "serials"
  | "progress";

/** What a lot may neither leave behind nor bring along unseen; null: it is free. */
export function tiedBy(state: TravelerState, lot: Facts["lot"]): MergeWhy | null {
  const isHeld = state.holds.some(({ released }) => !released);
  if (isHeld || lot?.heldOutside.includes(state.id)) return "hold";
  if (state.defects.some(({ status }) => status === "open")) return "defect";
  if (state.reworks.some(({ status }) => status === "in_work")) return "rework";
  if (pendingIn(state)) return "signature";
  return state.timers.some(({ stoppedAt }) => stoppedAt === null) ? "timer" : null;
}

type Merging = Pick<Case<"mergeTravelers">, "state" | "content"> & { lot: Facts["lot"] };

/** Why another lot can't join this one; null: nothing is different. */
export function differs(of: Merging, other: TravelerState): MergeWhy | null {
  const { state, content } = of;
  if (!isLot(other) || !isOpen(other)) return "closed";
  const tie = tiedBy(other, of.lot);
  if (tie) return tie;
  const isPart =
    other.part.number === state.part.number && other.part.revision === state.part.revision;
  if (!isPart) return "part";
  if (other.revision.contentSha256 !== state.revision.contentSha256) return "revision";
  if (other.workOrder !== state.workOrder) return "order";
  if ((other.serials.length === 0) !== (state.serials.length === 0)) return "serials";
  return progressText(of) === progressText({ state: other, content }) ? null : "progress";
}

const labelOf = ({ unit }: TravelerState): string => unit.lot ?? unit.serial ?? "";

/** One lot takes over the pieces of others that are exactly as far; those end, both genealogies stay. */
export function mergeTravelers(of: Case<"mergeTravelers">): Ruling {
  const { state, content, facts, body } = of;
  const open = openLot(state);
  if (!open.ok) return open;
  const names = [...new Set(body.from)];
  if (names.length === 0 || names.length < body.from.length || names.includes(state.id)) {
    return refuse("merge_unknown");
  }
  const tie = tiedBy(state, facts.lot);
  if (tie) return refuse("merge_differs", { lot: labelOf(state), why: tie });
  const sources = names.map((id) => facts.others.find((one) => one.state.id === id));
  const from: EventBody<"traveler.merged">["from"] = [];
  for (const source of sources) {
    if (!source) return refuse("merge_unknown");
    const why = differs({ state, content, lot: facts.lot }, source.state);
    if (why) return refuse("merge_differs", { lot: labelOf(source.state), why });
    const { id, seq, serials } = source.state;
    const quantity = remainingOf(source.state);
    const lot = labelOf(source.state);
    from.push({ traveler: id, seq, head: source.head, lot, quantity, serials: [...serials] });
  }
  const reason = textHash(body.reason);
  const performedBy = peopleOf(sources.flatMap((source) => source?.state ?? []));
  return ruleForFamily(
    [{ type: "traveler.merged", body: { from, performedBy, reason } }],
    from.map(({ traveler, quantity }) => ({
      traveler,
      events: [
        {
          type: "traveler.merged_into" as const,
          body: { into: state.id, lot: labelOf(state), quantity, reason },
        },
      ],
    })),
    [body.reason],
  );
}

function peopleOf(sources: readonly TravelerState[]): EventBody<"traveler.merged">["performedBy"] {
  const people = new Map<string, Set<string>>();
  for (const { steps } of sources) {
    for (const { step, performedBy } of Object.values(steps)) {
      const known = people.get(step) ?? new Set();
      for (const person of performedBy) known.add(person);
      people.set(step, known);
    }
  }
  return [...people]
    .filter(([, names]) => names.size > 0)
    .map(([step, names]) => ({ step, people: [...names].sort() }))
    .sort((a, b) => (a.step < b.step ? -1 : 1));
}

/** A person has counted: what they say has to be what the record says, piece by piece (rule 15). */
export function accountQuantity({ state, body }: Case<"accountQuantity">): Ruling {
  if (!isLot(state)) return refuse("not_a_lot", { unit: state.unit.serial ?? "" });
  const { started, merged, transferredOut, scrapped, remaining } = balanceOf(state);
  if (compare(body.transferredOut, transferredOut) !== 0) {
    return refuse("quantity_transferred", { transferred: body.transferredOut, of: transferredOut });
  }
  if (compare(body.scrapped, scrapped) !== 0) {
    return refuse("scrap_not_decided", { scrapped: body.scrapped, decided: scrapped });
  }
  if (compare(body.accepted, remaining) !== 0) {
    const came = merged.reduce((sum, of) => add(sum, of.quantity), started);
    const sum = add(add(body.accepted, scrapped), transferredOut);
    return refuse("quantity_does_not_balance", { started: came, sum });
  }
  return rule([{ type: "quantity.accounted", body }]);
}

/** Each piece gets its number, once; nothing that was recorded on the lot is written again. */
export function assignSerials({ state, facts, body }: Case<"assignSerials">): Ruling {
  if (!isLot(state)) return refuse("not_a_lot", { unit: state.unit.serial ?? "" });
  if (state.serials.length > 0) return refuse("serials_assigned_already");
  const pieces = remainingOf(state);
  const count = new Set(body.serials).size;
  if (count < body.serials.length || compare(String(count), pieces) !== 0) {
    return refuse("serials_count", { count: String(count), of: pieces });
  }
  const taken = facts.lot?.serialsTaken ?? [];
  if (taken.length > 0) return refuse("serial_taken", { serials: taken.join(", ") });
  return rule([{ type: "traveler.serials_assigned", body: { serials: [...body.serials] } }]);
}
