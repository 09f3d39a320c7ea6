import type {
  BuyoffRequirement,
  Field,
  InstructionContent,
  Role,
  Step,
} from "#lib/instructions/schema";
import { canonicalSha256 } from "#lib/kit/canonical";
import { add, compare, decimals, subtract } from "#lib/kit/decimal";
import type { Instant } from "#lib/kit/time";
import { buyoffContent, buyoffsDue } from "#lib/travelers/buyoffs.rules";
import { ageMs, batchClockOf, runningTimer } from "#lib/travelers/clocks.rules";
import { calculatedValue, fieldState, limitsFor, nextStep } from "#lib/travelers/progress.rules";
import type { CommandBody, CommandType } from "#lib/travelers/schema";
import type { Limits, TravelerState } from "#lib/travelers/state.schema";
import type { PlaceState } from "#lib/travelers/values.rules";

/** What lies ready for one unit: its parts, the gages of the shop, and values that matter to a story. */
export type Kit = {
  order: string;
  unit: string;
  component: (part: string) => { serial: string | null; lot: string | null };
  gage: (type: string) => string;
  picture: (
    step: string,
    field: string,
  ) => { sha256: string; mediaType: "image/jpeg" | "image/png"; bytes: number };
  /** Between 0 and 1, the same each time for the same label: where between its limits a value falls. */
  chance: (label: string) => number;
  /** What a story tells, by step and position, such as "060.3/3". */
  values?: Readonly<Record<string, string>>;
  /** What the process gives at a place, such as "040.1/A"; null: anything between the limits. */
  measured?: (place: string) => string | null;
  now: () => Instant;
  newId: () => string;
};

type Body = { [T in CommandType]: { type: T; body: CommandBody<T> } }[CommandType];
/** The next thing that somebody does, and who may. */
export type Act = Body & {
  by: {
    role: Role | null;
    qualifications: readonly string[];
    notPerformer: boolean;
    /** The signature that it is, if it is one. */
    signs: BuyoffRequirement["type"] | null;
  };
  operation: string;
  workCenter: string;
  step: string | null;
  seconds: number;
};

/** What a person who follows the instruction does next; null: there is nothing left to do. */
export function nextAct(state: TravelerState, content: InstructionContent, kit: Kit): Act | null {
  const due = buyoffsDue(state, content)[0];
  if (due) return buyoffAct(state, content, due);
  const next = nextStep(state, content);
  if (!next) return null;
  const operation = content.operations.find(({ id }) => id === next.operation);
  const step = operation?.steps.find(({ id }) => id === next.step);
  if (!operation || !step) return null;
  const qualifications = [...operation.qualifications, ...step.qualifications];
  const worker = (body: Body, seconds: number): Act => ({
    ...body,
    by: { role: null, qualifications, notPerformer: false, signs: null },
    operation: operation.number,
    workCenter: operation.workCenter,
    step: step.number,
    seconds,
  });
  const [body, seconds] = stepAct(state, content, operation.id, step, kit);
  return worker(body, seconds);
}

function buyoffAct(
  state: TravelerState,
  content: InstructionContent,
  due: ReturnType<typeof buyoffsDue>[number],
): Act {
  const operation = content.operations.find(({ id }) => id === due.operation);
  const step = operation?.steps.find(({ id }) => id === due.step);
  const place = { operation: due.operation, step: due.step, requirement: due.requirement.id };
  return {
    type: "signBuyoff",
    body: { ...place, contentSha256: canonicalSha256(buyoffContent(state, content, place)) },
    by: {
      role: due.requirement.role,
      qualifications: [
        ...due.requirement.qualifications,
        ...(due.requirement.selfVerification ? [due.requirement.selfVerification] : []),
      ],
      signs: due.requirement.type,
      notPerformer: due.requirement.type !== "operator" && !due.requirement.selfVerification,
    },
    operation: operation?.number ?? "",
    workCenter: operation?.workCenter ?? "",
    step: step?.number ?? null,
    seconds: 25,
  };
}

function stepAct(
  state: TravelerState,
  content: InstructionContent,
  operation: string,
  step: Step,
  kit: Kit,
): [Body, number] {
  const progress = state.steps[step.id];
  if (progress?.status !== "in_work") {
    if (!progress?.presentedTo.length) {
      return [{ type: "presentStep", body: { step: step.id, language: "en" } }, 4];
    }
    return [
      { type: "startStep", body: { step: step.id } },
      6 + secondsToWait(state, content, step, kit),
    ];
  }
  const fields = fieldState(state, content, step.id);
  const gageType = fields.gagesMissing[0];
  if (gageType) {
    return [{ type: "selectGage", body: { operation, gage: kit.gage(gageType) } }, 5];
  }
  if (fields.next) {
    const place = fields.places.find(
      ({ field, position, sample }) =>
        field === fields.next?.field &&
        position === fields.next.position &&
        sample === fields.next.sample,
    );
    const field = step.fields.find(({ id }) => id === fields.next?.field);
    if (!place || !field) throw new Error(`step ${step.number} has no such field`);
    return fieldAct(state, content, step, field, place, kit);
  }
  return [{ type: "completeStep", body: { step: step.id } }, 5];
}

/** Until every clock that the step waits for has run long enough. */
function secondsToWait(
  state: TravelerState,
  content: InstructionContent,
  step: Step,
  kit: Kit,
): number {
  const waits = (step.clocks ?? []).map(({ field, afterMinutes = 0 }) => {
    const clock = batchClockOf(state, content, field);
    return clock ? afterMinutes * 60 - ageMs(clock, kit.now()) / 1000 : 0;
  });
  return Math.ceil(Math.max(0, ...waits));
}

function fieldAct(
  state: TravelerState,
  content: InstructionContent,
  step: Step,
  field: Field,
  { position, sample }: PlaceState,
  kit: Kit,
): [Body, number] {
  const where = { step: step.id, field: field.id, position };
  if (field.kind === "photo") {
    const body = {
      ...kit.picture(step.number, field.id),
      photo: kit.newId(),
      ...where,
      defect: null,
    };
    return [{ type: "attachPhoto", body }, 20];
  }
  if (field.kind === "component") {
    const quantity = field.quantity;
    const body = { ...where, part: field.part, ...kit.component(field.part), quantity };
    return [{ type: "installComponent", body }, 7];
  }
  const given = kit.values?.[`${step.number}/${position}`];
  const timed = clockAct(state, field, where, kit, given);
  if (timed) return timed;
  const value =
    given ??
    kit.measured?.(`${step.number}/${position}`) ??
    readingOf(state, content, step, field, position, sample, kit);
  const source =
    field.kind === "measurement" && field.difference
      ? "calculated"
      : field.kind === "acknowledgement" || field.kind === "attribute"
        ? "tap"
        : "keypad";
  // What a story tells outside its limits was seen and confirmed.
  const confirmed: CommandBody<"recordReading">["confirmed"] = given ? ["out_of_limits"] : [];
  const body = { ...where, sample, value, source, confirmed } as const;
  return [{ type: "recordReading", body }, 12];
}

/** Waiting is part of the work: a dwell of an hour takes one. `given`: the seconds of a story. */
function clockAct(
  state: TravelerState,
  field: Field,
  where: { step: string; field: string; position: string },
  kit: Kit,
  given: string | undefined,
): [Body, number] | null {
  switch (field.kind) {
    case "timer": {
      if (!runningTimer(state, where)) return [{ type: "startTimer", body: where }, 5];
      const usual = field.minSeconds ? field.minSeconds + 20 : (field.maxSeconds ?? 60) * 0.7;
      return [{ type: "stopTimer", body: where }, Number(given ?? usual)];
    }
    case "batch_clock": {
      const { lot } = kit.component(field.part ?? "");
      const { step, field: mix } = where;
      const body = { step, field: mix, lot: lot ?? "", mixedAt: kit.now() };
      return [{ type: "startBatchClock", body }, 7];
    }
    case "clock_age":
      return [{ type: "readClock", body: where }, 6];
    default:
      return null;
  }
}

function readingOf(
  state: TravelerState,
  content: InstructionContent,
  step: Step,
  field: Field,
  position: string,
  sample: number,
  kit: Kit,
): string {
  switch (field.kind) {
    case "measurement": {
      if (field.difference) {
        const value = calculatedValue(state, content, field.id, position, sample);
        if (value === null) throw new Error(`${step.number} can't be calculated yet`);
        return value;
      }
      const { limits } = limitsFor(state, content, field.id, position, sample);
      const chance = kit.chance(`${step.number}/${field.id}/${position}/${sample}`);
      return between(limits, field.resolution ?? "0.1", chance);
    }
    case "count":
      return field.min ?? "1";
    case "attribute":
      return "pass";
    case "text":
      if (field.matches) return field.matches === "order" ? kit.order : kit.unit;
      return "10:05";
    case "choice":
      return field.options[0]?.value ?? "";
    default:
      return "yes";
  }
}

/** A value in the middle three fifths of its limits, in steps of the gage's resolution. */
export function between(limits: Limits | null, resolution: string, chance: number): string {
  const min = limits?.min ?? "0";
  const max = limits?.max ?? add(min, String(Math.max(2, Math.round(Number(min) * 0.2))));
  const places = Math.max(decimals(resolution), 0);
  const width = Number(subtract(max, min));
  const value = (Number(min) + width * (0.2 + 0.6 * chance)).toFixed(places);
  if (compare(value, min) < 0) return min;
  return compare(value, max) > 0 ? max : value;
}
