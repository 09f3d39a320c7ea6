import type { Field } from "#lib/instructions/schema";
import { add } from "#lib/kit/decimal";
import { buyoffsDue } from "../buyoffs.rules.ts";
import { calculatedValue, fieldState, limitsFor, nextStep } from "../progress.rules.ts";
import type { CommandBody, CommandType } from "../schema.ts";
import type { Disposition } from "../state.schema.ts";
import type { Bench, Deed, Given } from "./bench.ts";
import { act, shown } from "./bench.ts";
import { verificationDeeds } from "./box.ts";
import { named } from "./plan.ts";
import { gages } from "./plant.ts";
import { agedDeeds, clockDeeds } from "./worker-clocks.ts";
import { departureDeeds, witnessDeeds } from "./worker-departures.ts";
import { recordDeeds } from "./worker-materials.ts";
import { apprenticeAt, backingDeeds, cosignDeeds } from "./worker-qualified.ts";

const deed = <T extends CommandType>(type: T, body: CommandBody<T>, given: Given = {}): Deed => ({
  type,
  body,
  given,
});

export const tryDeed = (bench: Bench, { type, body, given }: Deed) =>
  act(bench, type, body as CommandBody<CommandType>, given);

/** What a good worker measures here. Overridden by tests that want another value. */
export type Measured = (field: string, position: string) => string | undefined;

const workOf = (bench: Bench, step: string): Given =>
  bench.content.operations.flatMap(({ steps }) => steps).find(({ id }) => id === step)?.work ===
  "inspection"
    ? { by: "ivy" }
    : (apprenticeAt(step) ?? { by: bench.worker });

function valueFor(bench: Bench, field: Field, position: string): string {
  if (field.kind === "attribute") return "pass";
  if (field.kind === "acknowledgement") return "yes";
  if (field.kind === "text") return bench.state.workOrder;
  if (field.kind === "choice") return field.options[0]?.value ?? "";
  if (field.kind === "count") {
    const due = limitsFor(bench.state, bench.content, field.id, position).limits?.min;
    return due ?? "1";
  }
  const calculated = calculatedValue(bench.state, bench.content, field.id, position);
  if (calculated !== null) return calculated;
  const { limits } = limitsFor(bench.state, bench.content, field.id, position);
  if (field.id === named("running")) return position === "1" ? "2.3" : "3.4";
  if (field.id === named("od")) return "28.610";
  if (field.id === named("bore") || field.id === named("flange")) return "28.580";
  return limits?.min ? add(limits.min, "1.0") : "1.0";
}

function recordDeed(
  bench: Bench,
  step: string,
  place: { field: string; position: string; sample: number },
  measured: Measured,
): Deed[] {
  const field = bench.content.operations
    .flatMap(({ steps }) => steps.flatMap(({ fields }) => fields))
    .find(({ id }) => id === place.field);
  if (!field) return [];
  const given = workOf(bench, step);
  const at = { step, field: field.id, position: place.position };
  if (field.kind === "photo") {
    const photo = named(`photo ${bench.minutes}`);
    const image = { sha256: "a".repeat(64), mediaType: "image/jpeg" as const, bytes: 1 };
    return [deed("attachPhoto", { photo, ...image, ...at, defect: null }, given)];
  }
  const timed = clockDeeds(bench, field, at, given);
  if (timed) return timed;
  const reports = recordDeeds(field, at, given);
  if (reports) return reports;
  if (field.kind === "component") {
    const isSerial = field.trace === "serial";
    const items = isSerial ? ["BR-1", "BR-2"] : ["L-1", "L-2"];
    const stale = bench.state.components.find(
      (one) => one.field === field.id && one.position === place.position && !one.removed,
    );
    const away = { reason: "rework", condition: "scrap" as const, to: "MRB" };
    const removal = stale
      ? [deed("removeComponent", { installation: stale.id, ...away }, given)]
      : [];
    const installs = items.map((item) => {
      const stock = isSerial ? { serial: item, lot: null } : { serial: null, lot: item };
      const body = { ...at, part: field.part, ...stock, quantity: "1", late: undefined };
      return deed("installComponent", body, given);
    });
    return [...removal, ...installs];
  }
  const value = measured(field.id, place.position) ?? valueFor(bench, field, place.position);
  const isCalculated = calculatedValue(bench.state, bench.content, field.id, place.position);
  const reading = {
    ...at,
    sample: place.sample,
    value,
    source: isCalculated === null ? ("keypad" as const) : ("calculated" as const),
    confirmed: ["out_of_limits" as const],
    late: undefined,
  };
  return [deed("recordReading", reading, given)];
}

function workDeeds(bench: Bench, measured: Measured): Deed[] {
  const next = nextStep(bench.state, bench.content);
  if (!next) return [deed("completeTraveler", {}, { by: "quinn" })];
  const { operation, step } = next;
  const signatures = buyoffsDue(bench.state, bench.content)
    .filter((due) => due.operation === operation && due.step === step)
    .flatMap((due) => [
      ...witnessDeeds(bench, { operation, step, requirement: due.requirement.id }),
      ...signDeeds(bench, due),
    ]);
  const now = step === null ? undefined : bench.state.steps[step];
  if (step === null || !now) return signatures;
  const given = workOf(bench, step);
  const backing = [...departureDeeds(bench, step, given), ...backingDeeds(bench, step, given)];
  const wanted = [
    deed("presentStep", { step, language: "en" }, given),
    deed("startStep", { step, late: undefined }, given),
  ];
  if (now.status === "not_started") {
    return [...backing, ...(now.presentedTo.length > 0 ? wanted.toReversed() : wanted)];
  }
  const { next: place, gagesMissing } = fieldState(bench.state, bench.content, step);
  const types = new Set([...gagesMissing, ...gageTypeOf(bench, place?.field)]);
  const missing = gages.filter(
    ({ type }) =>
      types.has(type) &&
      !bench.state.gages.some((one) => one.operation === operation && one.type === type),
  );
  const select = missing.map(({ code }) => deed("selectGage", { operation, gage: code }, given));
  const reopen = deed("reopenStep", { step, reason: "again" }, { by: "sue" });
  return [
    ...backing,
    ...select,
    ...(place ? recordDeed(bench, step, place, measured) : []),
    ...signatures,
    ...(place
      ? []
      : [...cosignDeeds(bench, step), deed("completeStep", { step, late: undefined }, given)]),
    ...(now.status === "complete" ? [reopen] : []),
  ];
}

const gageTypeOf = (bench: Bench, field: string | undefined): string[] =>
  bench.content.operations
    .flatMap(({ steps }) => steps.flatMap(({ fields }) => fields))
    .flatMap((one) =>
      one.id === field && one.kind === "measurement" && one.gageType ? [one.gageType] : [],
    );

function signDeeds(bench: Bench, due: ReturnType<typeof buyoffsDue>[number]): Deed[] {
  const place = { operation: due.operation, step: due.step, requirement: due.requirement.id };
  const body = { ...place, contentSha256: shown(bench, place) };
  const seconds = ["ian", "ivy", "quinn", "cora"] as const;
  // Who did the work tries first: it is for the rules to refuse them.
  const own = bench.worker === "ana" ? [] : [deed("signBuyoff", body, { by: bench.worker })];
  return [
    ...own,
    ...(["ana", "ben"] as const).map((by) => deed("signBuyoff", body, { by })),
    ...seconds.map((second) => deed("signBuyoff", body, { by: "ana", second })),
  ];
}

/** What the QMS decides about a defect in these tests: torque is done again, the rest is used. */
function decisionOn(code: string, quantity: string): Disposition[] {
  const isRework = code === "TRQ-01";
  const decision = isRework ? ("rework" as const) : ("use_as_is" as const);
  return [{ decision, quantity, designAuthority: isRework ? null : "DA-12", concession: null }];
}

function defectDeeds(bench: Bench): Deed[] {
  const { state } = bench;
  return state.defects.flatMap((defect) => {
    if (defect.status !== "open") return [];
    const ncr = `NCR-${state.defects.indexOf(defect) + 1}`;
    const dispositions = decisionOn(defect.code, defect.quantity);
    const link = {
      process: "NCR" as const,
      connector: "rest",
      externalId: ncr,
      number: ncr,
      status: "dispositioned" as const,
      url: "https://qms.example/1",
      version: "1",
    };
    bench.qms.set(defect.id, { record: { ...link, at: "2026-03-02T13:00:00.000Z" }, dispositions });
    const id = { defect: defect.id };
    const hand = { evidence: null, reason: null };
    const received = { ...id, from: "qms" as const, ncr, dispositions: [...dispositions], ...hand };
    const rework = { rework: named(`rework ${bench.minutes}`), ...id, steps: torqueSteps };
    const isReworked = state.reworks.some((one) => one.defect === defect.id);
    const needsRework = defect.dispositions[0]?.decision === "rework";
    return [
      ...(defect.qms ? [] : [deed("linkQmsRecord", { ...id, ...link }, { by: "link" })]),
      ...(defect.dispositions.length > 0
        ? []
        : [deed("receiveDisposition", received, { by: "link" })]),
      ...(needsRework && !isReworked ? [deed("startRework", rework, { by: "sue" })] : []),
      ...state.reworks
        .filter(({ status }) => status === "in_work")
        .map((one) => deed("completeRework", { rework: one.id }, { by: "ian" })),
      deed("closeDefect", { ...id, verification: "verified" }, { by: "ian" }),
    ];
  });
}

const torqueSteps = [
  { step: named("060.1"), positions: ["2"] },
  { step: named("060.2"), positions: ["2"] },
  { step: named("060.3"), positions: ["2"] },
];

function holdDeeds(bench: Bench): Deed[] {
  const owner = {
    production: "sue",
    quality: "quinn",
    engineering: "mel",
    customer: "cora",
  } as const;
  return bench.state.holds
    .filter(({ released }) => !released)
    .map((hold) => {
      const body = { hold: hold.id, comment: "cleared", byHand: null };
      return deed("releaseHold", body, { by: owner[hold.owner] });
    });
}

/** A reading that can't be taken again gets its defect. */
const uncoveredDeeds = (bench: Bench): Deed[] =>
  bench.state.readings
    .filter(({ verdict }) => verdict === "out_of_limits")
    .filter(({ id }) => !bench.state.defects.some(({ reading }) => reading === id))
    .map((reading) => {
      const isTorque = reading.field === named("final");
      const at = { step: reading.step, field: reading.field, position: reading.position };
      const defect = {
        defect: named(`defect ${bench.minutes}`),
        code: isTorque ? "TRQ-01" : "FIN-01",
        severity: "minor" as const,
        quantity: bench.state.unit.quantity,
        ...at,
        reading: reading.id,
        location: null,
        comment: null,
      };
      return deed("logDefect", defect, { by: "ana" });
    });

const processDeeds = (bench: Bench): Deed[] =>
  bench.state.readings
    .filter((one) => one.verdict === "out_of_process_limits" && one.acceptedBy === null)
    .map(({ id }) =>
      deed("acceptReadingOutOfProcessLimit", { reading: id, reason: "seen" }, { by: "mel" }),
    );

/** Everything that a plant doing its work would do next, in the order it would try. */
export const deeds = (bench: Bench, measured: Measured = () => undefined): Deed[] => [
  ...holdDeeds(bench),
  ...defectDeeds(bench),
  ...processDeeds(bench),
  ...workDeeds(bench, measured),
  ...uncoveredDeeds(bench),
  ...agedDeeds(bench),
  ...verificationDeeds(bench),
];

/** Does the next possible thing; false when nothing is possible any more. */
export function stepOn(bench: Bench, measured?: Measured): Deed | null {
  for (const one of deeds(bench, measured)) {
    if (tryDeed(bench, one).ok) return one;
  }
  return null;
}

/** Works on until something is so, and says whether it came to that. */
export function workUntil(
  bench: Bench,
  isSo: (bench: Bench) => boolean,
  measured?: Measured,
): boolean {
  for (let turn = 0; turn < 300 && !isSo(bench); turn += 1) {
    if (!stepOn(bench, measured)) return isSo(bench);
  }
  return isSo(bench);
}
