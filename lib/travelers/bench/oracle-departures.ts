import type { InstructionContent, Role, Step } from "#lib/instructions/schema";
import type { EventType, RecordedEvent } from "../events.schema.ts";
import { stands } from "./oracle-offline.ts";
import { people } from "./plant.ts";

const rolesOf = new Map<string, readonly Role[]>(
  Object.values(people).map(({ id, roles }) => [id, roles]),
);
const stepsOf = (content: InstructionContent) => content.operations.flatMap(({ steps }) => steps);

function of<T extends EventType>(events: readonly RecordedEvent[], type: T) {
  return events.filter(
    (event): event is Extract<RecordedEvent, { type: T }> => event.type === type,
  );
}

const isAgain = (event: RecordedEvent, step: string): boolean =>
  (event.type === "step.reopened" && event.body.step === step) ||
  (event.type === "rework.started" && event.body.steps.some((one) => one.step === step));

/** Left out, and not taken back or done again since. */
export const isLeftOut = (events: readonly RecordedEvent[], step: string): boolean =>
  events.reduce((before, event) => {
    const isOut = event.type === "step.skipped" || event.type === "step.marked_not_applicable";
    if (isOut && event.body.step === step) return true;
    return isAgain(event, step) ? false : before;
  }, false);

/** The operation that a step was deferred to last; null: it is done where it is planned. */
const deferredTo = (events: readonly RecordedEvent[], step: string): string | null =>
  of(events, "step.deferred").findLast(({ body }) => body.step === step)?.body.to ?? null;

/** The steps that belong to an operation as it is done: without those deferred elsewhere, with those to it. */
export const doneIn = (
  content: InstructionContent,
  events: readonly RecordedEvent[],
  operation: InstructionContent["operations"][number],
): Step[] => [
  ...operation.steps.filter(({ id }) => deferredTo(events, id) === null),
  ...stepsOf(content).filter(({ id }) => deferredTo(events, id) === operation.id),
];

/** A witness point that somebody passed, and whose work was not done again since. */
export function isPassed(events: readonly RecordedEvent[], requirement: string): boolean {
  const passed = of(events, "witness.passed").findLast(
    ({ body }) => body.requirement === requirement,
  );
  return (
    passed !== undefined &&
    !events.some(
      (event) =>
        event.seq > passed.seq && passed.body.covers.some(({ step }) => isAgain(event, step)),
    )
  );
}

const isApprovedBy = (event: RecordedEvent, role: Role): boolean =>
  [event.person, event.second].some((id) => id !== null && rolesOf.get(id)?.includes(role));

/** Whatever was departed from, at any time: by whose word, and past nothing that nobody may pass. */
export function unsoundDepartures(
  content: InstructionContent,
  events: readonly RecordedEvent[],
): string[] {
  const steps = stepsOf(content);
  return events.flatMap((event, index) => {
    const before = events.slice(0, index);
    const id = "step" in event.body ? event.body.step : null;
    const step = steps.find((one) => one.id === id);
    const name = `${event.type} ${step?.number ?? ""}`;
    switch (event.type) {
      case "step.skipped":
      case "step.marked_not_applicable": {
        const allowed = event.type === "step.skipped" ? step?.skip : step?.notApplicable;
        if (!step || !allowed || !isApprovedBy(event, allowed.by)) return [`${name}: not approved`];
        const needsPermit =
          step.work === "inspection" ||
          step.fields.some(({ kind }) => kind === "component") ||
          step.buyoffs.some(({ type, holdPoint }) => holdPoint || type !== "operator");
        return needsPermit && event.body.permit === null ? [`${name}: without a permit`] : [];
      }
      case "step.deferred":
        return isApprovedBy(event, "quality") ? [] : [`${name}: not approved`];
      case "step.started":
        return [
          ...passedHoldPoints(content, before, event.body.step, event.at),
          ...coveredOpen(steps, before, event),
        ].map((problem) => `${name}: ${problem}`);
      case "entry.late": {
        const released = events[0]?.at ?? "";
        const isPossible = event.body.claimedAt >= released && event.body.claimedAt < event.at;
        const act = event.body.act === "startStep" ? (event.body.step ?? "") : "";
        const points = passedHoldPoints(content, before, act, event.body.claimedAt);
        return isPossible && points.length === 0 ? [] : [`${name}: ${event.body.claimedAt}`];
      }
      case "witness.passed": {
        const called = of(before, "inspection.called").find(
          ({ body }) => body.call === event.body.call,
        );
        const waitedMs = called ? Date.parse(event.at) - Date.parse(called.at) : 0;
        const asked = content.operations
          .flatMap((one) => [...one.buyoffs, ...one.steps.flatMap(({ buyoffs }) => buyoffs)])
          .find((one) => one.id === event.body.requirement);
        const notice = asked?.holdPoint ? undefined : asked?.witnessNoticeMinutes;
        return notice !== undefined && waitedMs >= notice * 60_000 ? [] : [`${name}: too early`];
      }
      default:
        return [];
    }
  });
}

/** Hold points before this step that had not been bought off then. */
function passedHoldPoints(
  content: InstructionContent,
  before: readonly RecordedEvent[],
  step: string,
  at: string,
): string[] {
  const steps = stepsOf(content);
  const order = steps.findIndex(({ id }) => id === step);
  if (order === -1) return [];
  const chains = content.operations.flatMap((operation) => [
    { last: operation.steps.at(-1)?.id, own: null, asked: operation.buyoffs },
    ...operation.steps.map(({ id, buyoffs }) => ({ last: id, own: id, asked: buyoffs })),
  ]);
  return chains
    .filter(({ last }) => steps.findIndex(({ id }) => id === last) < order)
    .filter(({ own }) => own === null || !isLeftOut(before, own))
    .flatMap(({ asked }) => asked)
    .filter(({ holdPoint, serialEndsWith }) => holdPoint && !serialEndsWith)
    .filter(
      ({ id }) =>
        !of(before, "buyoff.signed").some(
          (signed) => signed.body.requirement === id && signed.at <= at && stands(before, signed),
        ),
    )
    .map(({ id }) => `past hold point ${id.slice(0, 8)}`);
}

/** What a step covers was done then, and what was amended there had been looked at. */
function coveredOpen(
  steps: readonly Step[],
  before: readonly RecordedEvent[],
  { body }: Extract<RecordedEvent, { type: "step.started" }>,
): string[] {
  const buried = steps.find(({ id }) => id === body.step)?.buries ?? [];
  return buried.flatMap((under) => {
    const turns = before.flatMap((event) => {
      if (event.type === "step.completed" && event.body.step === under) return ["done"];
      return isAgain(event, under) ? ["open"] : [];
    });
    const isDone = turns.at(-1) === "done" || isLeftOut(before, under);
    const recorded = of(before, "reading.recorded").filter((one) => one.body.step === under);
    const current = recorded.filter(
      (one) =>
        !recorded.some(
          (later) =>
            later.seq > one.seq &&
            later.body.field === one.body.field &&
            later.body.position === one.body.position,
        ) && !before.some((event) => event.seq > one.seq && event.type === "rework.started"),
    );
    const unseen = of(before, "reading.amended")
      .map((amended) => amended.body.reading)
      .filter((reading) => current.some((one) => one.body.reading === reading))
      .filter((reading) => !(body.buried ?? []).includes(reading));
    return [
      ...(isDone ? [] : ["covers open work"]),
      ...(unseen.length > 0 ? ["covers amended values unseen"] : []),
    ];
  });
}
