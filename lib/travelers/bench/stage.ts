import type { InstructionContent, Operation, Step } from "#lib/instructions/schema";
import type { EventType } from "../events.schema.ts";
import type { Ruling } from "../ruling.rules.ts";
import type { CommandBody } from "../schema.ts";
import type { Bench, Given } from "./bench.ts";
import { aBench, act, shown } from "./bench.ts";
import { bracketPlan, named } from "./plan.ts";
import type { Measured } from "./worker.ts";
import { workUntil } from "./worker.ts";

/** What a ruling came to: a refusal's code, or the events' types. */
export const outcome = (ruling: Ruling): string | EventType[] =>
  ruling.ok ? ruling.value.events.map(({ type }) => type) : ruling.error.code;

export const params = (ruling: Ruling): Readonly<Record<string, string>> =>
  ruling.ok ? {} : ruling.error.params;

/** A bench on which a step is in work, everything before it done as it should be. */
export function inWorkAt(
  number: string,
  of: Parameters<typeof aBench>[0] & { measured?: Measured } = {},
): Bench {
  const bench = aBench(of);
  const isThere = ({ state }: Bench) => state.steps[named(number)]?.status === "in_work";
  if (!workUntil(bench, isThere, of.measured)) throw new TypeError(`never came to ${number}`);
  return bench;
}

export function doneUpTo(number: string, of: Parameters<typeof inWorkAt>[1] = {}): Bench {
  const bench = aBench(of);
  const isDone = ({ state }: Bench) => state.steps[named(number)]?.status === "complete";
  if (!workUntil(bench, isDone, of.measured)) throw new TypeError(`never completed ${number}`);
  return bench;
}

export function completed(of: Parameters<typeof inWorkAt>[1] = {}): Bench {
  const bench = aBench(of);
  if (!workUntil(bench, ({ state }) => state.status === "complete", of.measured)) {
    throw new TypeError("never completed");
  }
  return bench;
}

export const read = (
  bench: Bench,
  at: { step: string; field: string; position?: string; sample?: number },
  value: string,
  more: Given & Partial<Pick<CommandBody<"recordReading">, "confirmed" | "source" | "late">> = {},
): Ruling => {
  const { confirmed = [], source = "keypad", late, ...given } = more;
  const { position = "1", sample = 1 } = at;
  const place = { step: named(at.step), field: named(at.field), position, sample };
  return act(bench, "recordReading", { ...place, value, source, confirmed, late }, given);
};

export const sign = (
  bench: Bench,
  at: { operation: string; step?: string; requirement: string },
  given: Given = {},
  contentSha256?: string,
): Ruling => {
  const place = {
    operation: named(`op ${at.operation}`),
    step: at.step === undefined ? null : named(at.step),
    requirement: named(at.requirement),
  };
  const hash = contentSha256 ?? shown(bench, place);
  return act(bench, "signBuyoff", { ...place, contentSha256: hash }, given);
};

export const aDefect = (more: Partial<CommandBody<"logDefect">> = {}) => ({
  defect: named("defect"),
  code: "TRQ-01",
  severity: "minor" as const,
  quantity: "1",
  step: null,
  field: null,
  position: null,
  reading: null,
  location: null,
  comment: null,
  ...more,
});

export const aHold = (more: Partial<CommandBody<"placeHold">> = {}) => ({
  hold: named("hold"),
  scope: { kind: "traveler" as const },
  reason: "missing_tool",
  comment: null,
  ...more,
});

/** What the QMS answers about the bench's defect. */
export function qmsSays(
  bench: Bench,
  decision: "rework" | "use_as_is" | "repair" | "scrap" | "regrade" | "return_to_supplier",
  more: {
    status?: "open" | "dispositioned" | "closed";
    quantity?: string;
    authority?: string | null;
  } = {},
) {
  const { status = "dispositioned", quantity = "1", authority = "DA-12" } = more;
  const dispositions = [{ decision, quantity, designAuthority: authority, concession: null }];
  const ncr = { process: "NCR" as const, connector: "rest", externalId: "NCR-1", number: "NCR-1" };
  const record = { ...ncr, status, url: "https://qms.example/1", version: "1", at: "" };
  bench.qms.set(named("defect"), { record, dispositions });
  return dispositions;
}

/** The bench's plan with one operation or step changed. */
export const planWith = (
  change: { step: string; to: Partial<Step> } | { operation: string; to: Partial<Operation> },
): InstructionContent => {
  const plan = bracketPlan();
  return {
    ...plan,
    operations: plan.operations.map((operation) => {
      if ("operation" in change) {
        return operation.number === change.operation ? { ...operation, ...change.to } : operation;
      }
      const steps = operation.steps.map((step) =>
        step.number === change.step ? { ...step, ...change.to } : step,
      );
      return { ...operation, steps };
    }),
  };
};

export const lastReading = (bench: Bench, field: string, position = "1") => {
  const found = bench.state.readings.findLast(
    (one) => one.field === named(field) && one.position === position,
  );
  if (!found) throw new TypeError(`no reading of ${field}`);
  return found;
};
