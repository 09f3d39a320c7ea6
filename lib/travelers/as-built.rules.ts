import type { InstructionContent, Localized, Operation } from "#lib/instructions/schema";
import type { Instant } from "#lib/kit/time";
import { stepRows } from "./as-built-rows.rules.ts";
import type { RecordedEvent } from "./events.schema.ts";
import { type RecordRow, reworkOf, type Told, toldBy } from "./record-row.rules.ts";
import type {
  Buyoff,
  Defect,
  Hold,
  InspectionCall,
  Rework,
  Signal,
  ToolTransfer,
  TravelerState,
  Waiver,
} from "./state.schema.ts";

export type BuyoffRecord = {
  buyoff: Buyoff;
  step: string | null;
  /** Who or what took it back, and why; of one given without a network, what its check found. */
  voided: { person: string | null; at: Instant; cause: string; reason: string | null } | null;
  /** By a second person at somebody else's tablet. */
  bySecond: boolean;
  /** What it accepts was done in this rework. */
  rework: string | null;
  inherited: boolean;
};

/** An inspector's no. Not a signature: nothing was accepted. */
export type DeclineRecord = {
  id: string;
  step: string | null;
  type: Buyoff["type"];
  /** What they were asked to sign. */
  meaning: Localized | null;
  stamp: string | null;
  person: string;
  reason: string;
  at: Instant;
};

export type OperationRecord = {
  id: string;
  number: string;
  title: Localized;
  workCenter: string;
  startedAt: Instant | null;
  endedAt: Instant | null;
  attempt: number;
  rows: readonly RecordRow[];
  defects: readonly Defect[];
  holds: readonly Hold[];
  reworks: readonly Rework[];
  buyoffs: readonly BuyoffRecord[];
  declines: readonly DeclineRecord[];
  calls: readonly InspectionCall[];
  /** Steps of which nothing is recorded yet. */
  untouched: readonly { number: string; title: Localized }[];
};

/** Of a hand-over or a call for help: said of the unit, and of no value. */
export type Remark = {
  seq: number;
  kind: "handover" | "assistance";
  person: string | null;
  at: Instant;
  text: string | null;
  category: string | null;
};

export type AsBuilt = {
  operations: readonly OperationRecord[];
  /** What is of the unit as a whole. */
  unit: {
    defects: readonly Defect[];
    holds: readonly Hold[];
    waivers: readonly Waiver[];
    transfers: readonly ToolTransfer[];
    remarks: readonly Remark[];
    /** Departures from the plan, and who has reviewed them. */
    signals: readonly Signal[];
  };
  startedAt: Instant | null;
  people: { all: number; accepting: number };
};

/**
 * The readable record: what the state and its entries say, in the order of the instruction. `inherited`:
 * of a lot that was split off, the entries of its parent that are also its history.
 */
export function asBuilt(
  state: TravelerState,
  content: InstructionContent,
  events: readonly RecordedEvent[],
  inherited: readonly RecordedEvent[] = [],
): AsBuilt {
  const all = [...inherited, ...events];
  const told = toldBy(state, events, inherited);
  const stepsOf = new Set(
    content.operations.flatMap((operation) => operation.steps.map((s) => s.id)),
  );
  const began = all.find(({ type }) => type !== "traveler.released");
  return {
    operations: content.operations.map((operation) =>
      operationRecord(operation, state, content, told),
    ),
    unit: {
      defects: state.defects.filter((defect) => defect.step === null || !stepsOf.has(defect.step)),
      holds: state.holds.filter((hold) => operationOfHold(hold, content) === null),
      waivers: state.waivers,
      transfers: state.toolTransfers,
      remarks: remarksOf(all),
      signals: state.signals,
    },
    startedAt: began?.at ?? null,
    people: peopleOf(state),
  };
}

function peopleOf(state: TravelerState): AsBuilt["people"] {
  const accepting = new Set(
    state.buyoffs
      .filter((of) => of.type !== "operator" && of.type !== "second_operator")
      .map((of) => of.person),
  );
  const all = new Set([
    ...Object.values(state.steps).flatMap((step) => step.performedBy),
    ...state.earlierAttempts.flatMap((step) => step.performedBy),
    ...state.buyoffs.map((of) => of.person),
  ]);
  return { all: all.size, accepting: accepting.size };
}

const remarksOf = (events: readonly RecordedEvent[]): Remark[] =>
  events.flatMap((event): Remark[] => {
    const { seq, person, at } = event;
    const by = { seq, person, at };
    if (event.type === "handover.noted")
      return [{ ...by, kind: "handover", text: event.body.text, category: null }];
    if (event.type !== "assistance.requested") return [];
    return [{ ...by, kind: "assistance", text: null, category: event.body.category }];
  });

function operationRecord(
  operation: Operation,
  state: TravelerState,
  content: InstructionContent,
  told: Told,
): OperationRecord {
  const ids = new Set(operation.steps.map((step) => step.id));
  const executions = Object.values(state.steps).filter((step) => ids.has(step.step));
  const rows = operation.steps.flatMap((step) => stepRows(step, { state, content, told }));
  const touched = new Set(rows.map((row) => row.step.id));
  const buyoffs = state.buyoffs.filter((buyoff) => buyoff.operation === operation.id);
  const times = [
    ...executions.flatMap((step) => [step.startedAt, step.completedAt]),
    ...rows.map((row) => row.at),
    ...buyoffs.map((buyoff) => buyoff.at),
  ].filter((at): at is Instant => at !== null);
  times.sort();
  const bought = new Set(buyoffs.map((buyoff) => buyoff.step));
  return {
    id: operation.id,
    number: operation.number,
    title: operation.title,
    workCenter: operation.workCenter,
    startedAt: times[0] ?? null,
    endedAt: times.at(-1) ?? null,
    attempt: Math.max(1, ...executions.map((step) => step.attempt)),
    rows,
    defects: state.defects.filter((defect) => defect.step !== null && ids.has(defect.step)),
    holds: state.holds.filter((hold) => operationOfHold(hold, content) === operation.id),
    reworks: state.reworks.filter((rework) => rework.steps.some((of) => ids.has(of.step))),
    buyoffs: buyoffs.map((buyoff) => buyoffRecord(buyoff, state, operation, told)),
    declines: declinesOf(operation, state, told),
    calls: state.calls.filter((call) => call.operation === operation.id),
    untouched: operation.steps
      .filter((step) => !touched.has(step.id) && !bought.has(step.id))
      .map(({ number, title }) => ({ number, title })),
  };
}

export function operationOfHold(hold: Hold, content: InstructionContent): string | null {
  const { scope } = hold;
  if (scope.kind === "traveler") return null;
  if (scope.kind === "operation") return scope.operation;
  const found = content.operations.find((of) => of.steps.some((step) => step.id === scope.step));
  return found?.id ?? null;
}

const numberIn = (operation: Operation, step: string | null): string | null =>
  operation.steps.find((of) => of.id === step)?.number ?? null;

function buyoffRecord(
  buyoff: Buyoff,
  state: TravelerState,
  operation: Operation,
  told: Told,
): BuyoffRecord {
  let voided: BuyoffRecord["voided"] = null;
  let bySecond = false;
  for (const event of told.events) {
    if (event.type === "buyoff.signed" && event.body.buyoff === buyoff.id)
      bySecond = event.second !== null && event.second === buyoff.person;
    const isTakenBack = event.type === "buyoff.voided" || event.type === "buyoff.rejected";
    if (!isTakenBack || event.body.buyoff !== buyoff.id) continue;
    const reason = event.type === "buyoff.voided" ? event.body.reason : null;
    voided = { person: event.person, at: event.at, cause: event.body.cause, reason };
  }
  const again = buyoff.covers.filter(({ attempt }) => attempt > 1);
  const reworks = again.map(({ step, attempt }) => reworkOf(state, step, attempt));
  return {
    buyoff,
    step: numberIn(operation, buyoff.step),
    voided,
    bySecond,
    rework: reworks.findLast((label) => label !== null) ?? null,
    inherited: told.inherited.has(buyoff.id),
  };
}

const declinesOf = (operation: Operation, state: TravelerState, told: Told): DeclineRecord[] =>
  state.declines
    .filter((decline) => decline.operation === operation.id)
    .flatMap((decline) => {
      const said = told.events.find(
        (event) => event.type === "buyoff.declined" && event.body.buyoff === decline.id,
      );
      const requirement = [operation, ...operation.steps]
        .flatMap(({ buyoffs }) => buyoffs)
        .find(({ id }) => id === decline.requirement);
      const meaning = said?.type === "buyoff.declined" ? said.body.meaning : requirement?.meaning;
      if (!requirement) return [];
      return {
        id: decline.id,
        step: numberIn(operation, decline.step),
        type: requirement.type,
        meaning: meaning ?? null,
        stamp: null,
        person: decline.person,
        reason: decline.reason,
        at: decline.at,
      };
    });
