import type { Operation } from "#lib/instructions/schema";
import { compare, multiply, subtract } from "#lib/kit/decimal";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import type { Facts, GageFacts } from "./facts.schema.ts";
import { held, openHold, todayAt } from "./gates.rules.ts";
import type { Measurement } from "./plan.rules.ts";
import { operationOf } from "./plan.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule } from "./ruling.rules.ts";
import type { Limits, TravelerState } from "./state.schema.ts";

/** The types of gage that an operation works with. */
export const gageTypesOf = (operation: Operation): string[] => [
  ...new Set(
    operation.steps.flatMap(({ fields }) =>
      fields.flatMap((field) => ("gageType" in field && field.gageType ? [field.gageType] : [])),
    ),
  ),
];

const measuredWith = (operation: Operation, type: string): Measurement[] =>
  operation.steps.flatMap(({ fields }) =>
    fields.flatMap((field) =>
      field.kind === "measurement" && field.gageType === type ? [field] : [],
    ),
  );

const fixedLimits = ({ limits }: Measurement): Limits | null =>
  limits?.kind === "fixed" ? { min: limits.min ?? null, max: limits.max ?? null } : null;

type Check = Result<true, Refusal>;

/** In service, and valid through its due date in plant time. */
export function usable(facts: Pick<Facts, "site" | "at">, gage: GageFacts): Check {
  if (gage.status !== "in_service") {
    return refuse("gage_not_in_service", { gage: gage.code, status: gage.status });
  }
  if (gage.calibrationDueOn < todayAt(facts)) {
    return refuse("gage_calibration_lapsed", { gage: gage.code, dueOn: gage.calibrationDueOn });
  }
  return ok(true);
}

/** What the certificate covers has to cover the limits: a nameplate proves nothing. */
function inRange(gage: GageFacts, values: readonly (string | null)[]): Check {
  const isCovered = values.every(
    (value) =>
      value === null ||
      (compare(value, gage.calibratedMin) >= 0 && compare(value, gage.calibratedMax) <= 0),
  );
  return isCovered
    ? ok(true)
    : refuse("gage_range", {
        gage: gage.code,
        min: gage.calibratedMin,
        max: gage.calibratedMax,
        unit: gage.unit,
      });
}

/**
 * Can this gage tell good from bad here? Resolution at most 1/10 and expanded uncertainty at most
 * 1/4 of the tolerance, unless the revision records an approved exception. One-sided limits have no
 * tolerance to take a share of.
 */
export function fits(gage: GageFacts, field: Measurement, limits: Limits | null): Check {
  if (gage.type !== field.gageType || gage.unit !== field.unit) {
    return refuse("gage_wrong_type", {
      gage: gage.code,
      type: gage.type,
      needed: field.gageType ?? "",
    });
  }
  const range = inRange(gage, [limits?.min ?? null, limits?.max ?? null]);
  if (!range.ok || field.gageException !== undefined) return range;
  if (field.resolution !== undefined && compare(gage.resolution, field.resolution) > 0) {
    return refuse("gage_resolution", { gage: gage.code, resolution: gage.resolution });
  }
  if (!limits || limits.min === null || limits.max === null) return ok(true);
  const tolerance = subtract(limits.max, limits.min);
  if (compare(multiply(gage.resolution, "10"), tolerance) > 0) {
    return refuse("gage_resolution", { gage: gage.code, resolution: gage.resolution, tolerance });
  }
  if (gage.uncertainty === null || compare(multiply(gage.uncertainty, "4"), tolerance) > 0) {
    const uncertainty = gage.uncertainty ?? "";
    return refuse("gage_uncertainty", { gage: gage.code, uncertainty, tolerance });
  }
  return ok(true);
}

/** The code of a gage that would do, for the refusal to name; "" when there is none. */
export function suitableLike(
  facts: Pick<Facts, "gages" | "site" | "at">,
  is: (gage: GageFacts) => boolean,
  instead: string | null,
): string {
  const found = facts.gages
    .filter((gage) => gage.code !== instead && usable(facts, gage).ok && is(gage))
    .map(({ code }) => code)
    .sort();
  return found[0] ?? "";
}

const naming = (check: Check, name: string): Check =>
  check.ok ? check : refuse(check.error.code, { ...check.error.params, suitable: name });

/** Selected once per operation; it has to do for at least one thing that is measured there. */
export function selectGage({ state, content, facts, body }: Case<"selectGage">): Ruling {
  const operation = operationOf(content, body.operation);
  if (!operation) return refuse("step_unknown");
  const hold = openHold(state, { operation: operation.id, step: null });
  if (hold) return held(hold);
  const types = gageTypesOf(operation);
  const doesIn = (gage: GageFacts): Check => {
    if (!types.includes(gage.type)) {
      const needed = types.join(", ");
      return refuse("gage_wrong_type", { gage: gage.code, type: gage.type, needed });
    }
    const checks = measuredWith(operation, gage.type).map((field) =>
      fits(gage, field, fixedLimits(field)),
    );
    return checks.find((check) => check.ok) ?? checks[0] ?? ok(true);
  };
  const gage = facts.gages.find(({ code }) => code === body.gage);
  const like = (other: GageFacts) =>
    (!gage || !types.includes(gage.type) || other.type === gage.type) && doesIn(other).ok;
  const name = suitableLike(facts, like, body.gage);
  if (!gage) return refuse("gage_unknown", { gage: body.gage, suitable: name });
  const usableNow = usable(facts, gage);
  const check = naming(usableNow.ok ? doesIn(gage) : usableNow, name);
  if (!check.ok) return check;
  const { id, code, type, calibrationDueOn } = gage;
  return rule([
    {
      type: "gage.selected",
      body: { operation: operation.id, type, id, code, calibrationDueOn },
    },
  ]);
}

/** The gage that a reading is taken with, judged again at that moment. */
export function gageFor(
  state: TravelerState,
  facts: Facts,
  operation: string,
  of: { field: Measurement; limits: Limits | null; value: string },
): Result<GageFacts, Refusal> {
  const { field, limits } = of;
  const doesHere = (gage: GageFacts): Check => {
    const fit = fits(gage, field, limits);
    return fit.ok ? inRange(gage, [of.value]) : fit;
  };
  const selected = state.gages.findLast(
    (gage) => gage.operation === operation && gage.type === field.gageType,
  );
  const name = suitableLike(facts, (gage) => doesHere(gage).ok, selected?.code ?? null);
  if (!selected) return refuse("gage_needed", { type: field.gageType ?? "", suitable: name });
  const gage = facts.gages.find(({ id }) => id === selected.id);
  if (!gage) return refuse("gage_unknown", { gage: selected.code, suitable: name });
  const usableNow = usable(facts, gage);
  const check = naming(usableNow.ok ? doesHere(gage) : usableNow, name);
  return check.ok ? ok(gage) : check;
}
