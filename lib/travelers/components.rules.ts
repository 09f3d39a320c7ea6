import type { Field } from "#lib/instructions/schema";
import { compare, DECIMAL } from "#lib/kit/decimal";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { voided } from "./derivation.rules.ts";
import type { Facts, StockFacts } from "./facts.schema.ts";
import { inWork, todayAt } from "./gates.rules.ts";
import { lateEntry } from "./late.rules.ts";
import { plannedField } from "./plan.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import type { TravelerState } from "./state.schema.ts";
import { placesOf } from "./values.rules.ts";

type ComponentField = Extract<Field, { kind: "component" }>;

/** Right part, not on hold, not expired in plant time. */
export function usable(
  facts: Facts,
  field: Pick<ComponentField, "part" | "partRevision" | "alternates" | "expires">,
  stock: StockFacts,
): Result<true, Refusal> {
  const name = { part: stock.part, item: stock.serial ?? stock.lot ?? "" };
  const isPart = stock.part === field.part || field.alternates.includes(stock.part);
  const isRevision =
    stock.part !== field.part ||
    field.partRevision === undefined ||
    stock.revision === field.partRevision;
  if (!isPart || !isRevision) {
    const expected = [field.part, ...field.alternates].join(", ");
    return refuse("component_wrong_part", {
      ...name,
      expected,
      revision: field.partRevision ?? "",
    });
  }
  if (stock.onHold) return refuse("component_on_hold", name);
  const isExpired = stock.expiresOn === null ? field.expires : stock.expiresOn < todayAt(facts);
  return isExpired
    ? refuse("component_expired", { ...name, expiresOn: stock.expiresOn ?? "" })
    : ok(true);
}

/** One serial sits in one place; what was removed for good is never installed again. */
function isFree(state: TravelerState, stock: StockFacts): Result<true, Refusal> {
  const name = { part: stock.part, item: stock.serial ?? stock.lot ?? "" };
  const same = state.components.filter(
    ({ part, serial }) => serial !== null && part === stock.part && serial === stock.serial,
  );
  const isScrapped = same.some(({ removed }) => removed && removed.condition !== "serviceable");
  if (stock.spent || isScrapped) return refuse("component_spent", name);
  const isHere = same.some(({ removed }) => !removed);
  const isOwn = stock.installedIn === state.unit.serial && same.length > 0;
  const isElsewhere = stock.installedIn !== null && !isOwn;
  if (stock.serial !== null && (isHere || isElsewhere)) {
    const unit = isHere ? (state.unit.serial ?? "") : (stock.installedIn ?? "");
    return refuse("component_installed_elsewhere", { ...name, unit });
  }
  return ok(true);
}

/** What is used first: the part itself before an alternate, then whatever expires first. */
const byTurn =
  (field: ComponentField) =>
  (a: StockFacts, b: StockFacts): number =>
    Number(a.part !== field.part) - Number(b.part !== field.part) ||
    (a.expiresOn ?? NEVER).localeCompare(b.expiresOn ?? NEVER) ||
    numberOf(a).localeCompare(numberOf(b));
const NEVER = "9999-12-31";
const numberOf = ({ serial, lot }: StockFacts): string => serial ?? lot ?? "";

/** Another lot or serial of the part that would do, for the refusal to offer; "" for none. */
function otherFor(of: Case<"installComponent">, field: ComponentField): string {
  const { serial, lot } = of.body;
  const [first] = of.facts.stock
    .filter((stock) => (serial ? stock.serial !== serial : stock.lot !== lot))
    .filter((stock) => (field.trace === "serial" ? stock.serial !== null : stock.lot !== null))
    .filter((stock) => usable(of.facts, field, stock).ok && isFree(of.state, stock).ok)
    .sort(byTurn(field));
  return first === undefined ? "" : numberOf(first);
}

function quantityFits(field: ComponentField, quantity: string): Result<true, Refusal> {
  const params = { quantity, expected: field.quantity };
  if (!DECIMAL.test(quantity)) {
    const isAsRequired = field.quantity === "a/r" && quantity === "a/r";
    return isAsRequired ? ok(true) : refuse("component_quantity", params);
  }
  const isEnough =
    field.quantity === "a/r" ? compare(quantity, "0") > 0 : compare(quantity, field.quantity) === 0;
  return isEnough ? ok(true) : refuse("component_quantity", params);
}

function scanned(of: Case<"installComponent">, field: ComponentField): Result<StockFacts, Refusal> {
  const { part, serial, lot, quantity } = of.body;
  const name = { part, item: serial ?? lot ?? "" };
  const isTraced = field.trace === "serial" ? serial !== null : lot !== null;
  const stock = of.facts.stock.find(
    (one) => one.part === part && one.serial === serial && (serial !== null || one.lot === lot),
  );
  if (!stock || !isTraced) return refuse("component_unknown", name);
  const checks = [
    () => usable(of.facts, field, stock),
    () => isFree(of.state, stock),
    () => quantityFits(field, quantity),
  ];
  for (const check of checks) {
    const result = check();
    if (!result.ok) {
      const params = { ...result.error.params, other: otherFor(of, field) };
      return refuse(result.error.code, params);
    }
  }
  return ok(stock);
}

export function installComponent(of: Case<"installComponent">): Ruling {
  const { state, body } = of;
  const at = inWork(of, body.step);
  if (!at.ok) return at;
  const field = at.value.step.fields.find(({ id }) => id === body.field);
  if (field?.kind !== "component") return refuse("field_unknown");
  const place = placesOf(state, at.value.step).find(
    (one) => one.field === field.id && one.position === body.position,
  );
  if (!place) return refuse("position_unknown", { position: body.position });
  if (place.carried && place.installation) {
    return refuse("position_carried", { position: body.position, attempt: String(place.attempt) });
  }
  // Also what an earlier attempt left in place: it has to come out before the new one goes in.
  const filled = state.components.find(
    (one) => one.field === field.id && one.position === body.position && !one.removed,
  );
  if (filled) {
    const item = filled.serial ?? filled.lot ?? "";
    return refuse("component_position_filled", { position: body.position, item });
  }
  const stock = scanned(of, field);
  if (!stock.ok) return stock;
  const late = lateEntry(of, { act: "installComponent", step: body.step, late: body.late });
  if (!late.ok) return late;
  const installed = {
    installation: of.command.id,
    step: body.step,
    field: body.field,
    position: body.position,
    attempt: place.attempt,
    find: field.find,
    part: body.part,
    alternateFor: body.part === field.part ? null : field.part,
    serial: body.serial,
    lot: body.lot ?? stock.value.lot,
    quantity: body.quantity,
    expiresOn: stock.value.expiresOn,
  };
  return rule(
    [
      { type: "component.installed", body: installed },
      ...late.value.events,
      ...voided(state, [body.step], "component_installed"),
    ],
    late.value.texts,
  );
}

/** Removal says why, in what condition and where it went. Possible on hold: it makes safe. */
export function removeComponent({ state, content, body }: Case<"removeComponent">): Ruling {
  const installed = state.components.find(({ id }) => id === body.installation);
  if (!installed) return refuse("component_unknown", { part: "", item: "" });
  const item = { part: installed.part, item: installed.serial ?? installed.lot ?? "" };
  if (installed.removed) return refuse("component_removed_already", item);
  const field = plannedField(content, installed.field)?.field;
  const isSingleUse = field?.kind === "component" && field.singleUse === true;
  const removed = {
    installation: installed.id,
    reason: textHash(body.reason),
    // What may be used once is spent, whatever it looks like.
    condition: isSingleUse ? "scrap" : body.condition,
    to: body.to,
  };
  return rule(
    [
      { type: "component.removed", body: removed },
      ...voided(state, [installed.step], "component_removed"),
    ],
    [body.reason],
  );
}
