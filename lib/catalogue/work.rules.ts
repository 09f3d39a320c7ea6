import { requirementHash } from "#lib/instructions/hash.rules";
import type { BuyoffRequirement, Field, InstructionContent } from "#lib/instructions/schema";
import { millis } from "#lib/kit/time";
import { isDone } from "#lib/travelers/buyoffs.rules";
import type { EventBody } from "#lib/travelers/events.schema";
import type { StepDeparture, StepState } from "#lib/travelers/state.schema";
import {
  characteristicRef,
  countingReadings,
  coveredBy,
  defectCode,
  fieldIn,
  fieldRef,
  gageRef,
  gageTypeOf,
  installedOf,
  known,
  maybeWords,
  type Of,
  personOf,
  stepRef,
  stepsOf,
  wordsOf,
} from "./refs.rules.ts";
import { type Telling, told } from "./telling.rules.ts";
import { pieces, unitCode } from "./units.rules.ts";

const operationNumber = (content: InstructionContent, id: string) =>
  content.operations.find((of) => of.id === id)?.number;

function plannedField(of: Of, field: Field) {
  const fixed =
    field.kind === "measurement" && field.limits?.kind === "fixed"
      ? known({ min: field.limits.min, max: field.limits.max })
      : null;
  const counted = field.kind === "count" ? known({ min: field.min, max: field.max }) : null;
  return known({
    ...fieldRef(of, field.id),
    required: field.required,
    characteristic: "characteristic" in field ? characteristicRef(of, field.characteristic) : null,
    unit: field.kind === "measurement" ? unitCode(field.unit) : null,
    limits: fixed ?? counted,
    gageType: gageTypeOf(field),
  });
}

const plannedBuyoff = (of: BuyoffRequirement) => ({
  requirementId: of.id,
  type: of.type,
  meaning: of.meaning.en,
  role: of.role,
  stamp: of.stamp,
  holdPoint: of.holdPoint,
});

const routing = (of: Of) => ({
  title: of.content.title.en,
  sequence: of.content.sequence,
  operations: of.content.operations.map((operation) => ({
    operationId: operation.id,
    operationNumber: operation.number,
    title: operation.title.en,
    workCenter: operation.workCenter,
    sequence: operation.sequence,
    buyoffs: operation.buyoffs.map(plannedBuyoff),
    steps: operation.steps.map((step) => ({
      stepId: step.id,
      stepNumber: step.number,
      title: step.title.en,
      work: step.work,
      requirementHash: requirementHash(step),
      qualifications: [...step.qualifications],
      fields: step.fields.map((field) => plannedField(of, field)),
      buyoffs: step.buyoffs.map(plannedBuyoff),
    })),
  })),
});

/** The first work on the unit: nothing of it had been started before. */
function isFirstStart({ state }: Of, step: string): boolean {
  const started = Object.values(state.steps).filter(({ startedAt }) => startedAt !== null);
  return (
    state.earlierAttempts.length === 0 &&
    state.origin === null &&
    started.length === 1 &&
    started[0]?.step === step
  );
}

const attemptAt = ({ state }: Of, step: string, attempt: number): StepState | null =>
  [...Object.values(state.steps), ...state.earlierAttempts].find(
    (of) => of.step === step && of.attempt === attempt,
  ) ?? null;

function completion(of: Of, step: string, attempt: number) {
  const { state } = of;
  const done = attemptAt(of, step, attempt);
  const readings = countingReadings(state, step, attempt);
  const gages = new Map(
    readings.flatMap(({ gage, field }) =>
      gage ? [[gage.id, gageRef(gage, gageTypeOf(fieldIn(of.content, field)))] as const] : [],
    ),
  );
  const seconds =
    done?.startedAt && done.completedAt
      ? Math.round((millis(done.completedAt) - millis(done.startedAt)) / 1000)
      : null;
  return known({
    inputs: readings.map((reading) =>
      known({
        readingId: reading.id,
        field: fieldRef(of, reading.field),
        position: reading.position,
        sample: reading.sample,
        value: reading.value,
        unit: reading.unit === null ? null : unitCode(reading.unit),
        verdict: reading.verdict,
      }),
    ),
    durationSeconds: seconds === null ? null : String(seconds),
    materials: state.components
      .filter((one) => one.step === step && one.attempt === attempt && one.removed === null)
      .map((one) => installedOf(of, one)),
    tools: [...gages.values()],
    performers: (done?.performedBy ?? []).map((person) => personOf(of, person)),
  });
}

/** What stands before a step in the instruction and was not done when the work departed from its order. */
function openBefore(of: Of, step: string) {
  const steps = stepsOf(of.content);
  const place = steps.findIndex(({ id }) => id === step);
  return steps
    .slice(0, Math.max(0, place))
    .filter(({ id }) => id in of.state.steps && !isDone(of.state, id))
    .map(({ id }) => stepRef(of, id));
}

const leftOut = (departures: readonly StepDeparture[]): string[] => [
  ...new Set(
    departures
      .filter(({ kind }) => kind === "skipped" || kind === "not_applicable")
      .map(({ step }) => step),
  ),
];

function completed(of: Of) {
  const { state } = of;
  const { quantities } = state;
  return known({
    asBuilt: state.components
      .filter(({ removed }) => removed === null)
      .map((one) => installedOf(of, one)),
    skipped: leftOut(state.departures).map((step) => stepRef(of, step)),
    deferredOpen: Object.values(state.steps)
      .filter(({ step, deferredTo }) => deferredTo !== null && !isDone(state, step))
      .map(({ step }) => stepRef(of, step)),
    defects: state.defects.map((defect) =>
      known({
        defectId: defect.id,
        code: defectCode(of, defect.code),
        status: defect.status,
        ncrNumber: defect.qms?.number,
      }),
    ),
    balance: quantities && {
      accepted: pieces(quantities.accepted),
      scrapped: pieces(quantities.scrapped),
      transferredOut: pieces(quantities.transferredOut),
    },
  });
}

const lot = ({ traveler, seq, head }: { traveler: string; seq: number; head: string }) => ({
  travelerId: traveler,
  seq,
  eventHash: head,
});

const splitInto = (of: Omit<EventBody<"traveler.split_off">, "from">) =>
  known({
    childTravelerId: of.traveler,
    childLot: of.lot,
    quantity: pieces(of.quantity),
    serials: of.serials,
    defects: of.defects.map(({ from, to }) => ({ parentDefectId: from, childDefectId: to })),
  });

const outOfPlan = (kind: "skipped" | "not_applicable") =>
  ((body, of) => [
    told("step.skipped", known({ kind, reason: wordsOf(of, body.reason), permit: body.permit })),
  ]) satisfies Telling<"step.skipped">["step.skipped"];

/** The unit and its lots, its steps, and what is said of them beside measuring and accepting. */
export const workTelling: Telling<
  | "traveler.released"
  | "traveler.split"
  | "traveler.split_off"
  | "traveler.merged"
  | "traveler.merged_into"
  | "traveler.completed"
  | "traveler.accepted"
  | "traveler.cancelled"
  | "traveler.checked_out"
  | "traveler.checked_in"
  | "traveler.scrapped"
  | "traveler.serials_assigned"
  | "quantity.accounted"
  | "quantity.scrapped"
  | "step.presented"
  | "step.started"
  | "step.paused"
  | "step.resumed"
  | "step.completed"
  | "step.implausibly_fast"
  | "step.failed"
  | "step.skipped"
  | "step.marked_not_applicable"
  | "step.deferred"
  | "step.reopened"
  | "step.supervised"
  | "sequence.departed"
  | "entry.late"
  | "witness.passed"
  | "note.added"
  | "handover.noted"
  | "inspection.called"
  | "inspection.acknowledged"
  | "assistance.requested"
  | "timer.started"
  | "timer.stopped"
  | "batch_clock.started"
  | "batch_clock.exceeded"
  | "tools.transferred"
> = {
  "traveler.released": (body, of) => [
    told("order.released", { quantity: pieces(body.unit.quantity), routing: routing(of) }),
  ],
  "traveler.split": (body, of) => [
    told(
      "order.split",
      known({
        side: "parent" as const,
        ...splitInto({ ...body, traveler: body.child }),
        reason: wordsOf(of, body.reason),
      }),
    ),
  ],
  "traveler.split_off": (body) => [
    told("order.split", { side: "child", parent: lot(body.from), ...splitInto(body) }),
  ],
  "traveler.merged": (body, of) => [
    told("order.merged", {
      side: "into",
      intoTravelerId: of.state.id,
      from: body.from.map((one) => ({
        ...lot(one),
        lot: one.lot,
        quantity: pieces(one.quantity),
        serials: one.serials,
      })),
      performers: body.performedBy.map(({ step, people }) => ({
        ...stepRef(of, step),
        people: people.map((person) => personOf(of, person)),
      })),
      reason: wordsOf(of, body.reason),
    }),
  ],
  "traveler.merged_into": (body, of) => [
    told("order.merged", {
      side: "from",
      intoTravelerId: body.into,
      lot: body.lot,
      quantity: pieces(body.quantity),
      reason: wordsOf(of, body.reason),
    }),
  ],
  "traveler.completed": (_, of) => [told("order.completed", completed(of))],
  "traveler.accepted": () => [told("order.accepted", {})],
  "traveler.cancelled": (body, of) => [
    told("order.closed_short", { reason: wordsOf(of, body.reason) }),
  ],
  "traveler.checked_out": (body, of) => [
    told(
      "order.checked_out",
      known({
        deviceId: body.device,
        tablet: body.tablet,
        station: body.station,
        until: body.until,
        fromDeviceId: body.from,
        reason: maybeWords(of, body.reason),
      }),
    ),
  ],
  "traveler.checked_in": (body) => [told("order.checked_in", { deviceId: body.device })],
  "traveler.scrapped": (body, of) => [
    told("unit.scrapped", {
      defectId: body.defect,
      identification: body.identification,
      segregation: body.segregation,
      quantity: pieces(of.state.unit.quantity),
    }),
  ],
  "quantity.scrapped": (body) => [
    told("unit.scrapped", {
      defectId: body.defect,
      identification: body.identification,
      segregation: body.segregation,
      quantity: pieces(body.quantity),
    }),
  ],
  "traveler.serials_assigned": (body) => [told("unit.serials_assigned", { serials: body.serials })],
  "quantity.accounted": (body) => [
    told("unit.quantity_adjusted", {
      accepted: pieces(body.accepted),
      scrapped: pieces(body.scrapped),
      transferredOut: pieces(body.transferredOut),
    }),
  ],

  "step.presented": ({ requirementHash, language }) => [
    told("step.presented", { requirementHash, language }),
  ],
  "step.started": (body, of) => [
    told("step.started", known({ buriedReadingIds: body.buried })),
    ...(isFirstStart(of, body.step) ? [told("order.started", {})] : []),
  ],
  "step.paused": (body) => [
    told("step.paused", { reason: { scheme: "buyoff-pause-reason", code: body.reason } }),
  ],
  "step.resumed": () => [told("step.resumed", {})],
  "step.completed": (body, of) => [told("step.completed", completion(of, body.step, body.attempt))],
  "step.implausibly_fast": ({ seconds, plausibleMinSeconds }) => [
    told("step.implausibly_fast", { seconds, plausibleMinSeconds }),
  ],
  "step.failed": (body, of) => [told("step.failed", { reason: wordsOf(of, body.reason) })],
  "step.skipped": outOfPlan("skipped"),
  "step.marked_not_applicable": outOfPlan("not_applicable"),
  "step.deferred": (body, of) => [
    told(
      "step.deferred",
      known({
        toOperationId: body.to,
        toOperationNumber: operationNumber(of.content, body.to),
        reason: wordsOf(of, body.reason),
      }),
    ),
  ],
  "step.reopened": (body, of) => [
    told(
      "step.reopened",
      known({
        positions: body.positions,
        reason: wordsOf(of, body.reason),
        invalidatedSignatureIds: of.facts.act.flatMap((event) =>
          event.type === "buyoff.voided" ? [event.body.buyoff] : [],
        ),
      }),
    ),
  ],
  "step.supervised": (body, of) => [
    told("step.supervised", {
      trainer: personOf(of, body.trainer),
      qualifications: body.qualifications,
      contentSha256: body.contentSha256,
    }),
  ],
  "sequence.departed": (body, of) => [
    told("step.out_of_sequence", {
      reason: wordsOf(of, body.reason),
      openBefore: openBefore(of, body.step),
    }),
  ],
  "entry.late": (body, of) => [
    told(
      "entry.late",
      known({
        claimedAt: body.claimedAt,
        reason: wordsOf(of, body.reason),
        act: body.act,
        subjectId: body.subject,
      }),
    ),
  ],
  "witness.passed": (body, of) => [
    told("witness.passed", {
      operationId: body.operation,
      requirementId: body.requirement,
      type: body.type as BuyoffRequirement["type"],
      callId: body.call,
      calledAt: body.calledAt,
      noticeMinutes: body.noticeMinutes,
      covers: coveredBy(of, body.covers),
    }),
  ],
  "note.added": (body, of) => [
    told("note.added", { noteId: body.note, text: wordsOf(of, body.text) }),
  ],
  "handover.noted": (body, of) => [told("handover.noted", { text: wordsOf(of, body.text) })],
  "inspection.called": (body, of) => [
    told(
      "inspection.called",
      known({
        callId: body.call,
        operationId: body.operation,
        operationNumber: operationNumber(of.content, body.operation),
      }),
    ),
  ],
  "inspection.acknowledged": (body) => [
    told("inspection.acknowledged", { callId: body.call, arrived: body.arrived }),
  ],
  "assistance.requested": (body) => [
    told("operator.assistance_requested", {
      category: { scheme: "buyoff-assistance", code: body.category },
    }),
  ],

  "timer.started": (body, of) => [
    told("timer.started", {
      timerId: body.timer,
      field: fieldRef(of, body.field),
      position: body.position,
    }),
  ],
  "timer.stopped": (body, of) => [
    told(
      "timer.stopped",
      known({
        timerId: body.timer,
        field: fieldRef(of, body.field),
        position: body.position,
        startedAt: of.state.timers.find(({ id }) => id === body.timer)?.startedAt,
        elapsed: { value: body.seconds, unit: unitCode("s") },
        verdict: body.verdict,
        missed: body.missed,
      }),
    ),
  ],
  "batch_clock.started": (body, of) => {
    const field = fieldIn(of.content, body.field);
    const bounds = field?.kind === "batch_clock" ? field : null;
    return [
      told(
        "batch_clock.started",
        known({
          batchClockId: body.batchClock,
          field: fieldRef(of, body.field),
          clock: body.clock,
          partNumber: body.part,
          lot: body.lot,
          mixedAt: body.mixedAt,
          joined: body.joined,
          minMinutes: bounds?.minMinutes,
          maxMinutes: bounds?.maxMinutes,
        }),
      ),
    ];
  },
  "batch_clock.exceeded": (body) => [
    told("batch_clock.exceeded", {
      batchClockId: body.batchClock,
      clock: body.clock,
      lot: body.lot,
      age: { value: body.minutes, unit: unitCode("min") },
      greatest: { value: body.maxMinutes, unit: unitCode("min") },
    }),
  ],
  "tools.transferred": (body, of) => [
    told("tools.transferred", {
      kit: body.kit,
      quantity: pieces(body.quantity),
      direction: body.direction,
      counterpart: body.counterpart,
      reason: wordsOf(of, body.reason),
    }),
  ],
};
