import { compare, subtract } from "#lib/kit/decimal";
import type { Asked } from "./asked.rules.ts";
import { canonicalNumber } from "./number.rules.ts";

/** An order as it is here, in the members that another system may state. */
export type Ours = {
  status: string;
  /** Which system states it; null: entered by hand or from a list. */
  system: string | null;
  externalId: string | null;
  partNumber: string;
  partRevision: string;
  quantity: string;
  customer: string | null;
  dueAt: string | null;
  priority: string | null;
  instruction: string | null;
  instructionRevision: string | null;
  units: readonly string[];
  /** Closed because the other system had cancelled it, and not by somebody here. */
  isCancelledThere: boolean;
};

export type OrderFacts = {
  /** The quantity that is on the floor or past it, and the units that it is. */
  released: string;
  releasedUnits: readonly string[];
  /** Units that have been begun and not ended: nobody cancels those by a message. */
  begun: number;
  /** Parts that instructions are for, and the revisions that may be released. */
  instructions: readonly { part: string; number: string; revision: string }[];
  /** For an order that is split off: what it is split from; null: not here. */
  parent: {
    partNumber: string;
    partRevision: string;
    customer: string | null;
    status: string;
  } | null;
};

export type Parked = {
  code:
    | "order_not_here"
    | "part_unknown"
    | "instruction_unknown"
    | "instruction_for_other_part"
    | "order_of_other_system"
    | "order_id_differs"
    | "order_id_elsewhere"
    | "order_closed_here"
    | "parent_not_here"
    | "split_exceeds_free"
    | "split_units_released";
  params: Readonly<Record<string, string>>;
};
export type Difference = { field: string; ours: string; theirs: string };

/** What is to be, and what of it can't be any more. */
export type Plan =
  | { parked: Parked }
  | { order: Omit<Ours, "isCancelledThere">; differences: readonly Difference[] };

const fixedOnceReleased = ["partNumber", "partRevision"] as const;

/**
 * What becomes of an order for what another system asks. Before its units are released anything may
 * change; after that, what the units were released with stays, and a person sees the difference.
 */
export function reconcile(
  system: string,
  asked: Asked,
  ours: Ours | null,
  facts: OrderFacts,
): Plan {
  const { statement } = asked;
  if (ours !== null && ours.system !== null && ours.system !== system) {
    return parked("order_of_other_system", { system: ours.system });
  }
  if (!statement)
    return ours ? ended({ ...ours }, asked, ours, facts, []) : parked("order_not_here");
  const stated = statedBy(asked, ours, facts);
  if (!stated)
    return parked("parent_not_here", { parent: "parent" in statement ? statement.parent : "" });
  const [one, other] = [ours?.externalId ?? null, statement.externalId ?? null];
  if (one !== null && other !== null && canonicalNumber(one) !== canonicalNumber(other)) {
    return parked("order_id_differs", { ours: one, theirs: other });
  }
  if (
    ours?.status === "closed" &&
    !ours.isCancelledThere &&
    !asked.cancelled &&
    differs(stated, ours)
  ) {
    return parked("order_closed_here");
  }
  const unfit = ours && !differs(stated, ours) ? null : unknownIn(stated, facts);
  if (unfit && !asked.cancelled) return { parked: unfit };

  const isReleased = compare(facts.released, "0") > 0;
  const order = { ...stated };
  const differences: Difference[] = [];
  if (ours && isReleased) {
    for (const field of fixedOnceReleased) {
      if (stated[field] === ours[field]) continue;
      differences.push({ field, ours: ours[field], theirs: stated[field] });
      order[field] = ours[field];
    }
    if (compare(stated.quantity, facts.released) < 0) {
      differences.push({ field: "quantity", ours: ours.quantity, theirs: stated.quantity });
      order.quantity = ours.quantity;
    }
    const named = [...stated.units];
    const gone =
      named.length === 0 ? [] : facts.releasedUnits.filter((unit) => !named.includes(unit));
    if (gone.length > 0) {
      differences.push({
        field: "units",
        ours: gone.join(", "),
        theirs: named.slice(0, 5).join(", "),
      });
    }
    const by = [ours.instruction, ours.instructionRevision].join(" ");
    const wanted = [stated.instruction, stated.instructionRevision].join(" ");
    if (compare(facts.released, ours.quantity) >= 0 && by !== wanted) {
      differences.push({ field: "instruction", ours: by.trim(), theirs: wanted.trim() });
      order.instruction = ours.instruction;
      order.instructionRevision = ours.instructionRevision;
    }
  }
  return ended({ ...order, system }, asked, ours, facts, differences);
}

/** Closed by a cancellation, open again when the order is stated anew; what has begun waits for a person. */
function ended(
  order: Omit<Ours, "isCancelledThere">,
  { cancelled }: Asked,
  ours: Ours | null,
  { begun }: OrderFacts,
  before: readonly Difference[],
): Plan {
  const left = { field: "cancelled", ours: String(begun), theirs: "0" };
  if (cancelled) {
    const differences = begun > 0 ? [...before, left] : before;
    return { order: { ...order, status: "closed" }, differences };
  }
  const isReopened = ours?.status === "closed" && ours.isCancelledThere;
  return { order: isReopened ? { ...order, status: "released" } : order, differences: before };
}

const parked = (code: Parked["code"], params: Parked["params"] = {}): { parked: Parked } => ({
  parked: { code, params },
});

/** The order in our own members; a part split off is built as what it comes from. Null: from nothing here. */
function statedBy(asked: Asked, ours: Ours | null, { parent }: OrderFacts) {
  const { statement } = asked;
  if (!statement) return null;
  const from = statement.action === "split" ? (parent ?? ours) : null;
  if (statement.action === "split" && from === null) return null;
  const part =
    statement.action === "order"
      ? { partNumber: statement.part.number, partRevision: statement.part.revision }
      : { partNumber: from?.partNumber ?? "", partRevision: from?.partRevision ?? "" };
  const { instruction } = statement;
  return {
    ...part,
    status: ours?.status ?? "released",
    externalId: statement.externalId ?? ours?.externalId ?? null,
    quantity: asked.quantity ?? statement.quantity,
    customer: statement.customer || from?.customer || null,
    dueAt: statement.dueAt ?? null,
    priority: statement.priority ?? null,
    instruction: instruction?.number ?? null,
    instructionRevision: instruction?.revision ?? null,
    units: statement.lot ? [statement.lot] : (statement.serials ?? []),
  };
}
type Stated = NonNullable<ReturnType<typeof statedBy>>;

const members = [
  "externalId",
  "partNumber",
  "partRevision",
  "quantity",
  "customer",
  "dueAt",
  "priority",
  "instruction",
  "instructionRevision",
] as const;

const differs = (stated: Stated, ours: Ours): boolean =>
  members.some((member) => stated[member] !== ours[member]) ||
  stated.units.join("\n") !== ours.units.join("\n");

/** Of what changes: a part nobody can build, or an instruction that is not there, waits for a person. */
function unknownIn(stated: Stated, { instructions }: OrderFacts): Parked | null {
  const { partNumber: part, instruction, instructionRevision: revision } = stated;
  if (!instructions.some((of) => of.part === part))
    return { code: "part_unknown", params: { part } };
  if (instruction === null) return null;
  const named = instructions.filter(
    (of) => of.number === instruction && (revision === null || of.revision === revision),
  );
  const params = {
    instruction: revision === null ? instruction : `${instruction} rev ${revision}`,
  };
  if (named.length === 0) return { code: "instruction_unknown", params };
  return named.some((of) => of.part === part)
    ? null
    : { code: "instruction_for_other_part", params: { ...params, part } };
}

/**
 * May this much be split off? Only what is not released yet can move. One that was said before the
 * parent was last stated moves nothing: the parent's quantity knows of it.
 */
export function mayBeSplit(
  split: { quantity: string; units: readonly string[] },
  parent: { quantity: string; released: string; releasedUnits: readonly string[] },
  isKnownToParent: boolean,
): Parked | null {
  const there = split.units.filter((unit) => parent.releasedUnits.includes(unit));
  if (there.length > 0)
    return { code: "split_units_released", params: { units: there.join(", ") } };
  const free = subtract(parent.quantity, parent.released);
  if (isKnownToParent || compare(split.quantity, free) <= 0) return null;
  return { code: "split_exceeds_free", params: { quantity: split.quantity, free } };
}
