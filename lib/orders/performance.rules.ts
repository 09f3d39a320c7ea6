import {
  type CloudEvent,
  dataOf,
  type EventName,
  type ExtraData,
} from "#lib/catalogue/data.schema";
import { add, subtract } from "#lib/kit/decimal";
import type { Performance, ResponseState, UnitPerformance } from "./performance.schema.ts";

/** The events that a performance is made of; any others among them are left alone. */
export const performanceEvents = [
  "order.released",
  "order.split",
  "order.merged",
  "order.completed",
  "order.accepted",
  "order.closed_short",
  "unit.scrapped",
  "unit.quantity_adjusted",
  "step.started",
  "step.completed",
  "step.skipped",
  "step.reopened",
  "material.installed",
  "material.removed",
  "hold.placed",
  "hold.released",
] as const satisfies readonly EventName[];

type Operation = Mutable<UnitPerformance["operations"][number]> & {
  steps: readonly string[];
  done: Set<string>;
};
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Unit = Omit<Mutable<UnitPerformance>, "operations" | "consumed" | "state"> & {
  operations: Operation[];
  consumed: Map<string, UnitPerformance["consumed"][number]>;
  ended: Extract<ResponseState, "Completed" | "Closed" | "Aborted"> | null;
};

const nameIn = ({ type }: CloudEvent): string =>
  type.replace(/^dev\.buyoff\./, "").replace(/\.v1$/, "");
const travelerIn = ({ data }: CloudEvent): string | undefined =>
  data.context.units?.[0]?.travelerId;

/**
 * What an MES is to know of an order, made of the catalogue's events alone, in whatever order they came
 * and however often. Null: none of them says anything of a unit of it.
 */
export function performanceOf(
  events: readonly CloudEvent[],
  order: { number: string; externalId?: string | null },
): Performance | null {
  const heard = ordered(events, order.number);
  const units = new Map<string, Unit>();
  const around = new Map<string, { holdId: string; reason?: string; since: string }>();
  for (const event of heard) {
    const traveler = travelerIn(event);
    if (traveler === undefined) holdAround(event, around);
    else apply(event, unitIn(units, event, traveler));
  }
  const [first] = heard;
  if (!first || units.size === 0) return null;
  const told = [...units.values()].map((unit) => finished(unit, [...around.values()]));
  const sum = (of: (unit: UnitPerformance) => string) => told.map(of).reduce(add, "0");
  const isDone = ({ state }: UnitPerformance) => ["Completed", "Closed", "Aborted"].includes(state);
  const isFinal = told.every(isDone);
  const startedAt = earliest(told.map((unit) => unit.startedAt));
  return {
    order: order.number,
    ...(order.externalId && { externalId: order.externalId }),
    site: first.data.context.place.site,
    state: stateOf(told),
    isFinal,
    publishedAt: heard.map(({ recordedtime }) => recordedtime).reduce((a, b) => (a > b ? a : b)),
    ...(startedAt !== undefined && { startedAt }),
    ...(isFinal && { endedAt: latest(told.map(({ endedAt }) => endedAt)) ?? first.time }),
    quantity: {
      released: sum(({ quantity }) => quantity),
      completed: sum((unit) =>
        ["Completed", "Closed"].includes(unit.state) ? unit.quantity : "0",
      ),
      accepted: sum(({ accepted }) => accepted),
      scrapped: sum(({ scrapped }) => scrapped),
    },
    units: told,
  };
}

/** Each once, stream by stream in its own order; of this order, or around it. */
function ordered(events: readonly CloudEvent[], order: string): CloudEvent[] {
  const known = new Map(events.map((event) => [`${event.source} ${event.id}`, event]));
  return [...known.values()]
    .filter((event) => {
      const { context } = event.data;
      if (context.order) return context.order.orderId === order;
      const { scope } = event.data as { scope?: { kind?: string; subject?: string } };
      return (
        nameIn(event) === "hold.released" || (scope?.kind === "order" && scope.subject === order)
      );
    })
    .toSorted((a, b) => {
      const [one, other] = [`${a.partitionkey}${a.sequence}`, `${b.partitionkey}${b.sequence}`];
      return one < other ? -1 : Number(one > other);
    });
}

function unitIn(units: Map<string, Unit>, { data }: CloudEvent, traveler: string): Unit {
  const known = units.get(traveler);
  if (known) return known;
  const { units: named, item, instruction } = data.context;
  const { serial, lot, quantity } = named?.[0] ?? {};
  const unit: Unit = {
    travelerId: traveler,
    ...(serial !== undefined && { serial }),
    ...(lot !== undefined && { lot }),
    part: { number: item?.partNumber ?? "", revision: item?.partRevision ?? "" },
    ...(instruction && {
      instruction: { number: instruction.number, revision: instruction.revision },
    }),
    quantity: quantity?.value ?? "1",
    accepted: "0",
    scrapped: "0",
    operations: [],
    consumed: new Map(),
    holds: [],
    ended: null,
  };
  units.set(traveler, unit);
  return unit;
}

const dataIn = <T extends EventName>(name: T, event: CloudEvent): ExtraData<T> =>
  dataOf(name).parse(event.data) as unknown as ExtraData<T>;

function apply(event: CloudEvent, unit: Unit): void {
  atUnit(event, unit);
  atWork(event, unit);
}

/** What becomes of the unit as a whole. */
function atUnit(event: CloudEvent, unit: Unit): void {
  const name = nameIn(event);
  switch (name) {
    case "order.released": {
      const { quantity, routing } = dataIn(name, event);
      unit.quantity = quantity.value;
      unit.operations = routing.operations.map((of) => ({
        number: of.operationNumber,
        title: of.title,
        workCenter: of.workCenter,
        state: "Ready",
        steps: of.steps.map(({ stepId }) => stepId),
        done: new Set<string>(),
      }));
      return;
    }
    case "order.split": {
      const { side, quantity } = dataIn(name, event);
      unit.quantity = side === "parent" ? subtract(unit.quantity, quantity.value) : quantity.value;
      return;
    }
    case "order.completed":
      end(unit, "Completed", event);
      return;
    case "order.accepted":
      unit.accepted =
        unit.accepted === "0" ? subtract(unit.quantity, unit.scrapped) : unit.accepted;
      end(unit, "Closed", event);
      return;
    case "order.closed_short":
      end(unit, "Aborted", event);
      return;
    case "unit.scrapped":
      unit.scrapped = add(unit.scrapped, dataIn(name, event).quantity.value);
      if (unit.serial !== undefined) end(unit, "Aborted", event);
      return;
    case "unit.quantity_adjusted": {
      const { accepted, scrapped } = dataIn(name, event);
      unit.accepted = accepted.value;
      unit.scrapped = scrapped.value;
      return;
    }
    default:
      return;
  }
}

/** What is done on it: steps, what is built in, and what stops it. */
function atWork(event: CloudEvent, unit: Unit): void {
  const name = nameIn(event);
  const { context } = event.data;
  const step = context.step?.stepId ?? "";
  const operation = unit.operations.find(
    ({ number, steps }) => steps.includes(step) || number === context.operation?.operationNumber,
  );
  switch (name) {
    case "step.started":
      unit.startedAt ??= event.time;
      if (operation) operation.startedAt ??= event.time;
      return;
    case "step.completed":
    case "step.skipped":
      operation?.done.add(step);
      if (operation?.steps.every((of) => operation.done.has(of))) {
        operation.endedAt = event.time;
      }
      return;
    case "step.reopened":
      operation?.done.delete(step);
      if (operation) delete operation.endedAt;
      return;
    case "material.installed": {
      const { installationId, partNumber, serial, lot, quantity } = dataIn(name, event);
      const named = { ...(serial !== undefined && { serial }), ...(lot !== undefined && { lot }) };
      unit.consumed.set(installationId, { partNumber, ...named, quantity });
      return;
    }
    case "material.removed":
      unit.consumed.delete(dataIn(name, event).installationId);
      return;
    case "hold.placed": {
      const { holdId, reason } = dataIn(name, event);
      unit.holds = [
        ...unit.holds,
        { holdId, ...(reason && { reason: reason.label ?? reason.code }), since: event.time },
      ];
      return;
    }
    case "hold.released": {
      const { holdId } = dataIn(name, event);
      unit.holds = unit.holds.filter((hold) => hold.holdId !== holdId);
      return;
    }
    default:
      return;
  }
}

function end(unit: Unit, state: NonNullable<Unit["ended"]>, { time }: CloudEvent): void {
  unit.ended = state;
  unit.endedAt = time;
}

function holdAround(
  event: CloudEvent,
  around: Map<string, { holdId: string; reason?: string; since: string }>,
): void {
  const name = nameIn(event);
  if (name === "hold.placed") {
    const { holdId, reason } = dataIn(name, event);
    around.set(holdId, {
      holdId,
      ...(reason && { reason: reason.label ?? reason.code }),
      since: event.time,
    });
  }
  if (name === "hold.released") around.delete(dataIn(name, event).holdId ?? "");
}

function finished(
  { ended, operations, consumed, ...unit }: Unit,
  around: readonly UnitPerformance["holds"][number][],
): UnitPerformance {
  const isOpen = ended === null;
  const holds = isOpen ? [...unit.holds, ...around] : unit.holds;
  const working: ResponseState = unit.startedAt === undefined ? "Ready" : "Running";
  return {
    ...unit,
    state: ended ?? (holds.length > 0 ? "Held" : working),
    holds,
    operations: operations.map(({ steps: _, done: __, ...operation }) => ({
      ...operation,
      state:
        operation.endedAt !== undefined
          ? "Completed"
          : ended === "Aborted"
            ? "Aborted"
            : operation.startedAt === undefined
              ? "Ready"
              : holds.length > 0
                ? "Held"
                : "Running",
    })),
    consumed: [...consumed.values()],
  };
}

/** Held before anything else, because somebody has to act; done only when every unit is. */
function stateOf(units: readonly UnitPerformance[]): ResponseState {
  const are = (...states: ResponseState[]) => units.every(({ state }) => states.includes(state));
  if (units.some(({ state }) => state === "Held")) return "Held";
  if (are("Aborted")) return "Aborted";
  if (are("Closed", "Aborted")) return "Closed";
  if (are("Completed", "Closed", "Aborted")) return "Completed";
  return are("Ready", "Aborted") ? "Ready" : "Running";
}

const given = (times: readonly (string | undefined)[]) =>
  times.filter((of): of is string => of !== undefined).sort();
const earliest = (times: readonly (string | undefined)[]) => given(times)[0];
const latest = (times: readonly (string | undefined)[]) => given(times).at(-1);
