import type { Field } from "#lib/instructions/schema";
import { DECIMAL, decimals } from "#lib/kit/decimal";
import type { Result } from "#lib/kit/result";
import { ok } from "#lib/kit/result";
import { trainersAt } from "./buyoffs.rules.ts";
import { derivedAgain, foreseen, voided } from "./derivation.rules.ts";
import type { EventBody, TravelerEvent } from "./events.schema.ts";
import { gageFor } from "./gages.rules.ts";
import type { AtStep } from "./gates.rules.ts";
import { freeAt, inWork } from "./gates.rules.ts";
import { lateEntry } from "./late.rules.ts";
import { characteristicOf, plannedField } from "./plan.rules.ts";
import type { Refusal } from "./refusal.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import type { Limits, Reading, TravelerState } from "./state.schema.ts";
import { missingToolDefects } from "./tool-transfers.rules.ts";
import type { PlaceState } from "./values.rules.ts";
import {
  besideEachOther,
  derivedLimits,
  differenceAt,
  isCurrent,
  isSameMeasurement,
  judge,
  placesOf,
} from "./values.rules.ts";

const readingKinds: readonly Field["kind"][] = [
  "measurement",
  "count",
  "attribute",
  "choice",
  "text",
  "acknowledgement",
];

/** Whether a value can be read as what its field collects. */
export function readable(field: Field, value: string, state: TravelerState): Result<true, Refusal> {
  const unreadable = refuse("value_not_readable", { value });
  switch (field.kind) {
    case "measurement":
      return DECIMAL.test(value) ? ok(true) : unreadable;
    case "count":
      return DECIMAL.test(value) && decimals(value) === 0 ? ok(true) : unreadable;
    case "attribute":
      return value === "pass" || value === "fail" ? ok(true) : unreadable;
    case "acknowledgement":
      return value === "yes" ? ok(true) : unreadable;
    case "choice":
      return field.options.some((option) => option.value === value) ? ok(true) : unreadable;
    case "text": {
      const isText = value.trim() !== "" && value.length <= field.lengthMax;
      if (!isText || !value.isWellFormed() || value.normalize("NFC") !== value) return unreadable;
      const own = { order: state.workOrder, unit: state.unit.serial ?? state.unit.lot ?? "" };
      const expected = field.matches ? own[field.matches] : value;
      return value === expected ? ok(true) : refuse("value_does_not_match", { value, expected });
    }
    default:
      return unreadable;
  }
}

/** The gage that a reading of this field would be taken with now. */
function gageInUse(state: TravelerState, operation: string, field: Field): Reading["gage"] {
  if (field.kind !== "measurement" || field.gageType === undefined) return null;
  const inUse = state.gages.findLast(
    (gage) => gage.operation === operation && gage.type === field.gageType,
  );
  return inUse ?? null;
}

/** In-process correction before buyoff, as often as the step allows; every reading stays visible. */
function mayRepeat(
  state: TravelerState,
  field: Field,
  previous: Reading | null,
  by: Pick<Reading, "person" | "gage">,
): Result<true, Refusal> {
  if (!previous) return ok(true);
  // Found or handed over: what is there is counted again, as often as it takes.
  if (field.kind === "count" && field.tools) return ok(true);
  const hasDefect = state.defects.some(
    ({ reading, status }) => reading === previous.id && status !== "withdrawn",
  );
  if (hasDefect) return refuse("reading_has_defect", { value: previous.value });
  if (field.kind === "measurement") {
    // What is calculated follows its readings; their own retries bound it.
    const isCalculated = field.difference?.[previous.position] !== undefined;
    const again = state.readings.filter(
      (one) => besideEachOther(one, previous) && isSameMeasurement(one, by),
    );
    return isCalculated || again.length <= field.retriesMax
      ? ok(true)
      : refuse("retries_spent", { max: String(field.retriesMax) });
  }
  return previous.verdict === "out_of_limits" ? refuse("retries_spent", { max: "0" }) : ok(true);
}

function placeFor(
  { state, body }: Case<"recordReading">,
  at: AtStep,
): Result<{ field: Field; place: PlaceState }, Refusal> {
  const field = at.step.fields.find(({ id }) => id === body.field);
  if (!field || !readingKinds.includes(field.kind)) return refuse("field_unknown");
  if (!field.positions.includes(body.position)) {
    return refuse("position_unknown", { position: body.position });
  }
  const place = placesOf(state, at.step).find(
    (one) => one.field === field.id && one.position === body.position && one.sample === body.sample,
  );
  if (!place) return refuse("sample_unknown", { sample: String(body.sample) });
  if (place.carried && place.open === null) {
    return refuse("position_carried", { position: body.position, attempt: String(place.attempt) });
  }
  return ok({ field, place });
}

/** Nobody types what is calculated, and nothing typed may be called calculated. */
function calculatedAsTold(
  { state, content, body }: Case<"recordReading">,
  field: Field,
): Result<boolean, Refusal> {
  const isCalculated =
    field.kind === "measurement" && field.difference?.[body.position] !== undefined;
  if (!isCalculated) {
    return body.source === "calculated"
      ? refuse("value_not_readable", { value: body.value })
      : ok(false);
  }
  const expected = differenceAt(state, content, field, body);
  if (expected === null) return refuse("limits_not_known_yet", { position: body.position });
  return body.value === expected && body.source === "calculated"
    ? ok(true)
    : refuse("calculated_value_differs", { value: body.value, expected });
}

function measuredWith(
  { state, facts, body }: Case<"recordReading">,
  at: AtStep,
  field: Field,
  limits: Limits | null,
): Result<EventBody<"reading.recorded">["gage"], Refusal> {
  if (field.kind !== "measurement") return ok(null);
  const needs = field.gageType !== undefined;
  const found = needs
    ? gageFor(state, facts, at.operation.id, { field, limits, value: body.value })
    : ok(null);
  if (!found.ok) return found;
  const resolution = found.value?.resolution ?? field.resolution;
  const isCoarse = resolution !== undefined && decimals(body.value) < decimals(resolution);
  if (isCoarse && !body.confirmed.includes("fewer_decimals")) {
    return refuse("fewer_decimals_than_gage", { value: body.value, resolution });
  }
  if (!found.value) return ok(null);
  const { id, code, calibrationDueOn } = found.value;
  return ok({ id, code, calibrationDueOn });
}

/** A value outside its limits is recorded too: the record shows what was measured. */
export function recordReading(of: Case<"recordReading">): Ruling {
  const { state, content, facts, command, body } = of;
  const at = inWork(of, body.step);
  if (!at.ok) return at;
  const found = placeFor(of, at.value);
  if (!found.ok) return found;
  const { field, place } = found.value;
  const legible = readable(field, body.value, state);
  if (!legible.ok) return legible;
  const repeat = mayRepeat(state, field, place.reading, {
    person: facts.person.id,
    gage: gageInUse(state, at.value.operation.id, field),
  });
  if (!repeat.ok) return repeat;
  const calculated = calculatedAsTold(of, field);
  if (!calculated.ok) return calculated;
  if (calculated.value && place.reading?.value === body.value) return refuse("value_unchanged");
  const { known, ...derived } = derivedLimits(state, content, field, body);
  if (!known) return refuse("limits_not_known_yet", { position: body.position });
  const gage = calculated.value ? ok(null) : measuredWith(of, at.value, field, derived.limits);
  if (!gage.ok) return gage;
  const verdict = judge(field.kind, body.value, derived.limits, derived.process);
  const isAsked = field.kind !== "attribute" && !calculated.value;
  if (verdict === "out_of_limits" && isAsked && !body.confirmed.includes("out_of_limits")) {
    const { min, max } = derived.limits ?? { min: null, max: null };
    const params = { value: body.value, min: min ?? "", max: max ?? "" };
    return refuse("out_of_limits_not_confirmed", params);
  }
  const late = lateEntry(of, { act: "recordReading", step: body.step, late: body.late });
  if (!late.ok) return late;
  const { late: _, value, source, confirmed, ...where } = body;
  const recorded: TravelerEvent = {
    type: "reading.recorded",
    body: {
      reading: command.id,
      ...where,
      characteristic: characteristicOf(content, field),
      attempt: place.attempt,
      retry: (place.reading?.retry ?? 0) + 1,
      value,
      unit: field.kind === "measurement" ? field.unit : null,
      ...derived,
      verdict,
      gage: gage.value,
      source,
      confirmed,
    },
  };
  const by = { content, facts, command: command.id };
  const after = derivedAgain(foreseen(state, recorded, by), body, by);
  const voids = voided(state, after.steps, place.reading ? "reading_repeated" : "reading_recorded");
  const missing = missingToolDefects({ content, facts, command }, after.state);
  return rule(
    [recorded, ...late.value.events, ...after.events, ...voids, ...missing],
    late.value.texts,
  );
}

/** Only a limit tighter than the drawing may be accepted beyond, by the role it names. */
export function acceptReadingOutOfProcessLimit(of: Case<"acceptReadingOutOfProcessLimit">): Ruling {
  const { state, content, facts, body } = of;
  const reading = state.readings.find(({ id }) => id === body.reading);
  const field = reading && plannedField(content, reading.field)?.field;
  if (!reading || !field || !isCurrent(state, reading)) return refuse("reading_unknown");
  const at = freeAt(of, reading.step);
  if (!at.ok) return at;
  const isOpen = reading.verdict === "out_of_process_limits" && reading.acceptedBy === null;
  if (!isOpen || field.kind !== "measurement" || !field.process) {
    return refuse("reading_not_beyond_process_limit", { value: reading.value });
  }
  const { acceptBy } = field.process;
  if (!facts.person.roles.includes(acceptBy)) return refuse("not_permitted", { role: acceptBy });
  if ([reading.person, ...trainersAt(state, [reading.step])].includes(facts.person.id)) {
    return refuse("signer_performed_work", { person: facts.person.name });
  }
  const accepted = { reading: reading.id, reason: textHash(body.reason) };
  return rule(
    [
      { type: "reading.accepted_out_of_process_limit", body: accepted },
      ...voided(state, [reading.step], "reading_accepted"),
    ],
    [body.reason],
  );
}

export const isBetter = (from: Reading["verdict"], to: Reading["verdict"]): boolean => {
  const rank = { no_limits: 0, in_limits: 0, out_of_process_limits: 1, out_of_limits: 2 };
  return rank[to] < rank[from];
};
