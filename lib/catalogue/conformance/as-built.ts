import { type Heard, type HeardAs, isNamed, named, type Routing } from "./heard.ts";
import { readingsOf, type Told } from "./readings.ts";

type Step = Routing["operations"][number]["steps"][number];
export type Row = {
  key: string;
  kind: string;
  step: string;
  attempt: number | null;
  rework: string | null;
  person: string | null;
  at: string;
  late: string | null;
  content: Readonly<Record<string, unknown>>;
};

/** The record of one unit, in the order of its instruction, from the events alone. */
export function asBuiltRecord(events: readonly Heard[]) {
  const [released] = named(events, "order.released");
  if (!released) throw new Error("nothing says what was to be built");
  const { context, routing } = released.data;
  return {
    unit: {
      order: context.order?.orderId ?? null,
      serial: context.units?.[0]?.serial ?? null,
      lot: context.units?.[0]?.lot ?? null,
      part: context.item?.partNumber ?? null,
      partRevision: context.item?.partRevision ?? null,
      drawing: context.item?.drawing ?? null,
      instruction: context.instruction ?? null,
      isCompleted: named(events, "order.completed").length > 0,
    },
    operations: routing.operations.map((operation) => {
      const rows = operation.steps.flatMap((step) => stepRows(step, events));
      return {
        number: operation.operationNumber,
        title: operation.title,
        rows: rows.sort((a, b) => a.key.localeCompare(b.key)),
        buyoffs: buyoffsOf(operation.operationId, events),
        declines: named(events, "signature.declined")
          .filter(({ data }) => data.operationId === operation.operationId)
          .map(({ data, time }) => ({
            id: data.signatureId,
            type: data.type,
            meaning: data.meaning,
            person: data.signer.personId,
            reason: data.reason.sha256,
            at: time,
          })),
        calls: callsOf(operation.operationNumber, events),
      };
    }),
    defects: defectsOf(events),
    holds: holdsOf(events),
    reworks: named(events, "rework.started").map(({ data, time }) => ({
      id: data.reworkId,
      label: data.label,
      defect: data.defectId,
      steps: data.steps.map((of) => ({
        step: of.stepNumber ?? null,
        attempt: of.attempt ?? null,
        positions: of.positions ?? null,
      })),
      isComplete: named(events, "rework.completed").some(
        (done) => done.data.reworkId === data.reworkId,
      ),
      at: time,
    })),
    waivers: waiversOf(events),
    transfers: named(events, "tools.transferred").map(({ data, time }) => ({
      kit: data.kit,
      quantity: data.quantity.value,
      direction: data.direction,
      counterpart: data.counterpart,
      at: time,
    })),
    remarks: [
      ...named(events, "handover.noted").map(({ data, time }) => ({
        said: data.text.sha256,
        at: time,
      })),
      ...named(events, "operator.assistance_requested").map(({ data, time }) => ({
        said: data.category.code,
        at: time,
      })),
    ],
  };
}

const actorOf = (event: Heard): string | null => event.data.context.actor?.personId ?? null;
const isAt = (event: Heard, step: Step): boolean => event.data.context.step?.stepId === step.stepId;

const rowOf = (event: Heard, step: Step, of: Pick<Row, "key" | "kind" | "content">): Row => ({
  ...of,
  step: step.stepNumber,
  attempt: event.data.context.step?.attempt ?? null,
  rework: event.data.context.step?.rework ?? null,
  person: actorOf(event),
  at: event.time,
  late: null,
});

function stepRows(step: Step, events: readonly Heard[]): Row[] {
  const here = events.filter((event) => isAt(event, step));
  const collected = [
    ...readingRows(step, here, events),
    ...componentRows(step, here, events),
    ...attachedRows(step, here),
    ...clockRows(step, here, events),
    ...named(here, "note.added").map((event) => ({
      ...rowOf(event, step, {
        key: event.data.noteId,
        kind: "note",
        content: { text: event.data.text.sha256 },
      }),
      attempt: null,
      rework: null,
    })),
  ];
  const rows = [...collected, ...supervisionRows(step, here), ...departureRows(step, here, events)];
  // A step that collects nothing is told by its being done; one with signatures by those.
  const isTold = collected.length > 0 || step.buyoffs.length > 0;
  return isTold ? rows : [...rows, ...doneRows(step, here)];
}

/** Said in the same act: it was done earlier than it was recorded. */
function lateOf(event: Heard, events: readonly Heard[]): string | null {
  const late = named(events, "entry.late").findLast(
    ({ causationid }) => causationid !== undefined && causationid === event.causationid,
  );
  return late?.data.claimedAt ?? null;
}

function readingRows(step: Step, here: readonly Heard[], events: readonly Heard[]): Row[] {
  const readings = readingsOf(here);
  return readings.map((one) => ({
    ...rowOf(one.recorded, step, {
      key: one.now.readingId,
      kind: "reading",
      content: readingContent(one, readings),
    }),
    late: lateOf(one.recorded, events),
  }));
}

function readingContent(one: Told, siblings: readonly Told[]) {
  const { now } = one;
  return {
    label: now.field.label ?? null,
    position: now.position,
    sample: now.sample,
    retry: now.retry,
    value: now.value,
    valueLabel: now.valueLabel ?? null,
    unit: now.unit?.label ?? null,
    limits: now.limits ?? null,
    process: now.processLimits ?? null,
    verdict: now.verdict,
    balloon: now.characteristic?.balloon ?? null,
    key: now.characteristic?.keyCharacteristic ?? null,
    gage: now.gage?.code ?? null,
    amendments: one.corrections.map((of) => ({
      from: of.data.from,
      to: of.data.to,
      verdict: of.data.verdict,
      reason: of.data.reason.sha256,
      person: actorOf(of),
      second: of.data.approver?.personId ?? null,
      at: of.time,
    })),
    accepted: one.accepted && {
      person: actorOf(one.accepted),
      reason: one.accepted.data.reason.sha256,
      at: one.accepted.time,
    },
    replacedBy: replacement(one, siblings),
    timer: now.timer ?? null,
    batch: now.batch ?? null,
  };
}

function replacement(one: Told, siblings: readonly Told[]) {
  const later = siblings
    .filter(
      ({ now }) =>
        now.field.fieldId === one.now.field.fieldId &&
        now.position === one.now.position &&
        now.sample === one.now.sample,
    )
    .sort((a, b) => a.attempt - b.attempt || a.now.retry - b.now.retry)
    .find(
      (other) =>
        other.attempt > one.attempt ||
        (other.attempt === one.attempt && other.now.retry > one.now.retry),
    );
  return later ? { attempt: later.attempt, retry: later.now.retry } : null;
}

const componentRows = (step: Step, here: readonly Heard[], events: readonly Heard[]): Row[] =>
  named(here, "material.installed").map((event) => {
    const { data } = event;
    const removed = named(here, "material.removed").find(
      (of) => of.data.installationId === data.installationId,
    );
    const content = {
      label: data.field.label ?? null,
      position: data.position,
      find: data.find,
      part: data.partNumber,
      alternateFor: data.alternateFor ?? null,
      serial: data.serial ?? null,
      lot: data.lot ?? null,
      quantity: data.quantity,
      expiresOn: data.expiresOn ?? null,
      removed: removed
        ? {
            condition: removed.data.condition,
            to: removed.data.to,
            reason: removed.data.reason.sha256,
            person: actorOf(removed),
            at: removed.time,
          }
        : null,
    };
    return {
      ...rowOf(event, step, { key: data.installationId, kind: "component", content }),
      late: lateOf(event, events),
    };
  });

/** Photos and reports of the step; those of a defect stand with the defect. */
const attachedRows = (step: Step, here: readonly Heard[]): Row[] =>
  named(here, "evidence.attached")
    .filter(({ data }) => data.defectId === undefined)
    .map((event) => {
      const { data } = event;
      const content = {
        sha256: data.blob.sha256,
        name: data.kind === "photo" ? null : data.blob.name,
        field: data.field?.label ?? null,
      };
      return rowOf(event, step, { key: data.evidenceId, kind: data.kind, content });
    });

function clockRows(step: Step, here: readonly Heard[], events: readonly Heard[]): Row[] {
  const started = named(here, "batch_clock.started").map((event) => {
    const { clock, lot, mixedAt, minMinutes, maxMinutes } = event.data;
    const content = {
      clock,
      lot,
      mixedAt,
      min: minMinutes ?? null,
      max: maxMinutes ?? null,
      exceeded: named(events, "batch_clock.exceeded")
        .filter(({ data }) => data.batchClockId === event.data.batchClockId)
        .map(({ data, time }) => ({
          step: data.context.step?.stepId ?? null,
          minutes: data.age.value,
          maxMinutes: data.greatest.value,
          at: time,
        })),
    };
    return rowOf(event, step, { key: event.data.batchClockId, kind: "clock", content });
  });
  return [...started, ...timerRows(step, here)];
}

/** A timer that runs, or that ended without a reading of its own. */
function timerRows(step: Step, here: readonly Heard[]): Row[] {
  const readings = readingsOf(here);
  const stopped = named(here, "timer.stopped");
  return named(here, "timer.started").flatMap((event) => {
    const { timerId, field, position } = event.data;
    const end = stopped.find(({ data }) => data.timerId === timerId);
    const isRead = readings.some(
      ({ now, attempt }) =>
        now.field.fieldId === field.fieldId &&
        now.position === position &&
        attempt === event.data.context.step?.attempt,
    );
    if (end && isRead) return [];
    const content = { position, stoppedAt: end?.time ?? null };
    return [rowOf(event, step, { key: timerId, kind: "timer", content })];
  });
}

const supervisionRows = (step: Step, here: readonly Heard[]): Row[] =>
  named(here, "step.supervised").map((event) => {
    const { trainer, qualifications, context } = event.data;
    const attempt = context.step?.attempt;
    const cosigned = named(here, "step.cosigned").findLast(
      (of) =>
        of.data.kind === "trainer" &&
        of.data.signer.personId === trainer.personId &&
        of.data.context.step?.attempt === attempt &&
        of.data.context.integrity.seq > context.integrity.seq,
    );
    const key = `${step.stepId}/${attempt}/${actorOf(event)}/${event.time}`;
    const content = {
      trainer: trainer.personId,
      qualifications,
      cosignedAt: cosigned?.time ?? null,
    };
    return rowOf(event, step, { key, kind: "supervision", content });
  });

type Departure = { departure: string } & Readonly<Record<string, unknown>>;

function departureOf(event: Heard): Departure | null {
  if (isNamed(event, "step.skipped")) {
    const { kind, reason, permit } = event.data;
    return { departure: kind, reason: reason.sha256, permit: permit ?? null };
  }
  if (isNamed(event, "step.deferred")) {
    const { reason, toOperationNumber } = event.data;
    return { departure: "deferred", reason: reason.sha256, to: toOperationNumber ?? null };
  }
  if (isNamed(event, "step.out_of_sequence"))
    return { departure: "out_of_sequence", reason: event.data.reason.sha256 };
  if (isNamed(event, "step.failed"))
    return { departure: "failed", reason: event.data.reason.sha256 };
  if (isNamed(event, "step.reopened"))
    return { departure: "reopened", reason: event.data.reason.sha256 };
  if (isNamed(event, "step.implausibly_fast")) {
    const { seconds, plausibleMinSeconds } = event.data;
    return { departure: "fast", seconds: { took: seconds, least: plausibleMinSeconds } };
  }
  return null;
}

/** Late alone: of an act that recorded nothing else that could carry it. */
const isLateAlone = (event: Heard, events: readonly Heard[]): boolean =>
  isNamed(event, "entry.late") &&
  ![...named(events, "measurement.recorded"), ...named(events, "material.installed")].some(
    ({ causationid }) => causationid !== undefined && causationid === event.causationid,
  );

const departureRows = (step: Step, here: readonly Heard[], events: readonly Heard[]): Row[] =>
  here.flatMap((event) => {
    const departed = isLateAlone(event, events) ? { departure: "late" } : departureOf(event);
    if (!departed) return [];
    const key = String(event.data.context.integrity.seq);
    const isLate = isNamed(event, "entry.late");
    const content = { reason: null, permit: null, to: null, seconds: null, ...departed };
    return [
      {
        ...rowOf(event, step, { key, kind: "departure", content }),
        attempt: null,
        rework: null,
        late: isLate ? event.data.claimedAt : null,
      },
    ];
  });

/** That each attempt was done, by whom and when. */
function doneRows(step: Step, here: readonly Heard[]): Row[] {
  const last = new Map<string, HeardAs<"step.completed">>();
  for (const event of named(here, "step.completed")) {
    last.set(event.data.context.step?.stepInstanceId ?? "", event);
  }
  return [...last].map(([key, event]) => ({
    ...rowOf(event, step, { key, kind: "done", content: {} }),
    person: event.data.performers.at(-1)?.personId ?? null,
  }));
}

function buyoffsOf(operation: string, events: readonly Heard[]) {
  const signed = [...named(events, "step.signed_off"), ...named(events, "step.cosigned")].filter(
    ({ data }) => data.operationId === operation && data.signatureId !== undefined,
  );
  return signed
    .map((event) => {
      const { data, time } = event;
      const isOf = (of: { data: { signatureId?: string } }) =>
        of.data.signatureId === data.signatureId;
      const rejected = named(events, "signature.rejected").findLast(isOf);
      const voided = named(events, "signature.voided").findLast(isOf);
      const takenBack = voided ?? rejected;
      const verified = named(events, "signature.verified").findLast(isOf);
      const isAgain = signed
        .slice(signed.indexOf(event) + 1)
        .some((of) => of.data.requirementId === data.requirementId);
      return {
        id: data.signatureId ?? "",
        type: data.type,
        meaning: data.meaning,
        person: data.signer.personId,
        stamp: data.stamp ?? null,
        contentSha256: data.recordHash,
        covers: data.covers.map(({ stepId, attempt }) => ({ step: stepId, attempt })),
        voided: takenBack
          ? {
              cause: takenBack.data.cause,
              reason: voided?.data.reason?.sha256 ?? null,
              person: actorOf(takenBack),
              at: takenBack.time,
            }
          : null,
        standing: standingOf(data.method, { rejected, voided, verified, isAgain }),
        verifiedAt: verified?.time ?? null,
        at: time,
      };
    })
    .sort((a, b) => a.id.localeCompare(b.id));
}

/** A signature given without a network stands for nothing until its check has been told. */
function standingOf(
  method: string | undefined,
  of: { rejected: unknown; voided: unknown; verified: unknown; isAgain: boolean },
): string {
  if (of.rejected) return "rejected";
  if (of.voided) return "voided";
  if (!method?.endsWith("_offline") || of.verified) return "signed";
  return of.isAgain ? "superseded" : "pending_verification";
}

const callsOf = (operation: string, events: readonly Heard[]) =>
  named(events, "inspection.called")
    .filter(({ data }) => data.operationNumber === operation)
    .map(({ data, time }) => {
      const answers = named(events, "inspection.acknowledged").filter(
        (of) => of.data.callId === data.callId,
      );
      return {
        id: data.callId,
        at: time,
        isAnswered: answers.length > 0,
        hasArrived: answers.some((of) => of.data.arrived),
      };
    });

const defectsOf = (events: readonly Heard[]) =>
  named(events, "defect.logged").map(({ data, time }) => {
    const about = (of: { data: { defectId: string } }) => of.data.defectId === data.defectId;
    const amended = named(events, "defect.amended").filter(about);
    const record = named(events, "qms_record.linked").findLast(about);
    const closed = named(events, "defect.closed").some(about);
    const withdrawn = named(events, "defect.withdrawn").some(about);
    return {
      id: data.defectId,
      code: data.code.code,
      severity: amended.findLast((of) => of.data.severity)?.data.severity ?? data.severity,
      quantity:
        amended.findLast((of) => of.data.quantityAffected)?.data.quantityAffected?.value ??
        data.quantityAffected.value,
      step: data.context.step?.stepNumber ?? null,
      reading: data.readingId ?? null,
      comment:
        amended.findLast((of) => of.data.description)?.data.description?.sha256 ??
        data.description?.sha256 ??
        null,
      status: withdrawn ? "withdrawn" : closed ? "closed" : "open",
      ncr: record?.data.number ?? null,
      ncrStatus: record?.data.status ?? null,
      dispositions: named(events, "disposition.received").findLast(about)?.data.dispositions ?? [],
      at: time,
    };
  });

const holdsOf = (events: readonly Heard[]) =>
  named(events, "hold.placed").map((event) => {
    const { data, time } = event;
    const released = named(events, "hold.released").findLast(
      (of) => of.data.holdId === data.holdId,
    );
    return {
      id: data.holdId,
      kind: data.scope.kind,
      reason: data.reason?.code ?? null,
      owner: data.owner ?? null,
      defect: data.defectId ?? null,
      person: data.byRule ? null : actorOf(event),
      at: time,
      released: released
        ? {
            basis: released.data.basis ?? null,
            comment: released.data.comment.sha256,
            person: actorOf(released),
            at: released.time,
          }
        : null,
    };
  });

const waiversOf = (events: readonly Heard[]) =>
  named(events, "qualification.override_requested").map(({ data }) => ({
    id: data.waiverId,
    person: data.person.personId,
    qualification: data.qualification,
    isGranted: named(events, "qualification.override").some(
      (of) => of.data.waiverId === data.waiverId,
    ),
    isRevoked: named(events, "qualification.override_revoked").some(
      (of) => of.data.waiverId === data.waiverId,
    ),
  }));
