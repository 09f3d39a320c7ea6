import { type CloudEvent, type EventName, eventNames } from "#lib/catalogue/data.schema";
import {
  type DocumentedProcess,
  type departures,
  documentOf,
  type ProcessDocument,
  type ProcessUpdate,
} from "./documents.schema.ts";
import { entryIn, type Heard, isNamed, nameOf, saidIn, unitIn } from "./heard.rules.ts";
import { amendedDefect, ncrDraftOf, ncrUpdateOf, updateText } from "./ncr-documents.rules.ts";
import type { FeedProcess } from "./processes.schema.ts";
import type { NcrUpdate } from "./schema.ts";

/**
 * Which events a process can make a record of. Each document is made from the event alone, and where the
 * event only changes what another logged, from that one as well.
 */
export const opens: Readonly<Record<DocumentedProcess, readonly EventName[]>> = {
  NCR: ["defect.logged", "defect.amended"],
  DEVIATION: [
    "step.skipped",
    "step.deferred",
    "step.out_of_sequence",
    "step.failed",
    "step.reopened",
    "timer.stopped",
    "batch_clock.exceeded",
    "entry.late",
    "measurement.accepted_out_of_process_limit",
    "qualification.override",
    "witness.passed",
  ],
  CAPA_CANDIDATE: [
    "defect.logged",
    "rework.started",
    "step.implausibly_fast",
    "step.failed",
    "step.skipped",
    "step.out_of_sequence",
    "measurement.corrected",
    "measurement.out_of_tolerance",
    "gage.status_changed",
    "batch_clock.exceeded",
    "signal.reviewed",
    "command.refused",
  ],
  TRAINING_USAGE: [
    "qualification.used",
    "qualification.override",
    "step.supervised",
    "step.cosigned",
    "step.signed_off",
    "step.presented",
  ],
  AUDIT_EVIDENCE: [
    "step.signed_off",
    "step.cosigned",
    "signature.declined",
    "signature.voided",
    "evidence.attached",
    "paper.transcribed",
    "order.accepted",
    "order.completed",
    "entry.late",
    "revision.migrated",
    "redline.approved",
    "record.viewed_for_audit",
    "signal.reviewed",
  ],
  INSPECTION_RESULT: ["measurement.recorded", "measurement.corrected", "measurement.rejudged"],
  CONFORMANCE_SIGNAL: [
    "step.skipped",
    "step.deferred",
    "step.out_of_sequence",
    "step.reopened",
    "step.implausibly_fast",
    "rework.started",
    "hold.placed",
    "entry.late",
  ],
  MES_CONFIRM: [
    "order.released",
    "order.started",
    "order.completed",
    "order.accepted",
    "order.closed_short",
    "step.completed",
    "unit.scrapped",
    "unit.quantity_adjusted",
    "hold.placed",
    "hold.released",
  ],
  HOLD_NOTICE: ["hold.placed", "hold.released"],
};

/** What is told to an NCR that is there, besides what may open one. */
const toldToNcr: readonly EventName[] = [
  "evidence.attached",
  "defect.amended",
  "defect.withdrawn",
  "defect.closed",
  "rework.started",
  "rework.completed",
  "hold.released",
  "disposition.received",
  "unit.serials_assigned",
];

/** What a rule of a process may listen to: to open a record by, and to tell one that is there. */
export const openable = (process: FeedProcess): readonly EventName[] =>
  process === "EVENTS" ? eventNames : opens[process];
export const followable = (process: FeedProcess): readonly EventName[] =>
  process === "EVENTS"
    ? []
    : process === "NCR"
      ? toldToNcr
      : [...opens[process], "unit.serials_assigned"];

type About = Omit<
  ProcessDocument & { process: "CONFORMANCE_SIGNAL" },
  "process" | "signal" | "detail"
>;

function aboutOf(event: CloudEvent, what: string): About {
  const { context } = event.data;
  const { item, instruction, operation, step, place, actor } = context;
  const unit = unitIn(event);
  return known({
    v: 1 as const,
    title: [what, unit, step?.stepNumber && `step ${step.stepNumber}`].filter(Boolean).join(" · "),
    event: nameOf(event),
    eventId: event.id,
    entry: entryIn(event),
    site: place.site,
    order: context.order?.orderId,
    part:
      item && known({ number: item.partNumber, revision: item.partRevision, name: item.partName }),
    drawing: item?.drawing,
    unit,
    quantity: context.units?.[0]?.quantity?.value,
    instruction: instruction && {
      number: instruction.number,
      revision: instruction.revision,
      sha256: instruction.contentHash,
    },
    operation: operation && `${operation.operationNumber} ${operation.title}`,
    workCenter: operation?.workCenter ?? place.workCenter?.id,
    step: step?.stepNumber && `${step.stepNumber} ${step.title}`,
    station: place.stationId,
    shift: place.shift,
    by:
      actor &&
      known({
        person: actor.personId,
        name: actor.displayName,
        employeeNumber: actor.employeeNo,
      }),
    occurredAt: event.time,
    recordedAt: event.recordedtime,
    link: context.link,
  }) as unknown as About;
}

/** Only what is known. */
const known = <T extends object>(members: T) =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== null && value !== undefined),
  );

type Departure = (typeof departures)[number];

function deviationOf(event: CloudEvent): object {
  const said = (departure: Departure, more: object = {}) => ({ departure, ...more });
  if (isNamed(event, "step.skipped"))
    return said("skipped", { reason: saidIn(event.data.reason), permit: event.data.permit });
  if (isNamed(event, "step.deferred"))
    return said("deferred", {
      reason: saidIn(event.data.reason),
      actual: event.data.toOperationNumber && `to operation ${event.data.toOperationNumber}`,
    });
  if (isNamed(event, "step.out_of_sequence")) {
    const open = event.data.openBefore.map((of) => of.stepNumber ?? of.stepId).join(", ");
    return said("out_of_sequence", {
      reason: saidIn(event.data.reason),
      expected: open && `first ${open}`,
    });
  }
  if (isNamed(event, "step.failed"))
    return said("failed_step", { reason: saidIn(event.data.reason) });
  if (isNamed(event, "step.reopened")) return said("redo", { reason: saidIn(event.data.reason) });
  if (isNamed(event, "timer.stopped"))
    return said("timer", {
      actual: `${event.data.elapsed.value} ${event.data.elapsed.unit.label ?? ""}`.trim(),
      expected:
        event.data.missed &&
        (event.data.missed === "max" ? "no longer than its limit" : "no shorter than its limit"),
    });
  if (isNamed(event, "batch_clock.exceeded")) {
    const { age, greatest, lot } = event.data;
    const minutes = (of: typeof age) => `${of.value} ${of.unit.label ?? ""}`.trim();
    return said("batch_age", {
      reason: `lot ${lot}`,
      expected: `≤ ${minutes(greatest)}`,
      actual: minutes(age),
    });
  }
  if (isNamed(event, "entry.late"))
    return said("late_entry", {
      reason: saidIn(event.data.reason),
      expected: `recorded when it was done, ${event.data.claimedAt}`,
      actual: `recorded ${event.recordedtime}`,
    });
  if (isNamed(event, "measurement.accepted_out_of_process_limit")) {
    const { value, unit, processLimits, reason } = event.data;
    return said("process_limit", {
      reason: saidIn(reason),
      expected: processLimits && [processLimits.min, processLimits.max].filter(Boolean).join(" … "),
      actual: [value, unit?.label].filter(Boolean).join(" "),
    });
  }
  if (isNamed(event, "qualification.override"))
    return said("waiver", {
      reason: event.data.reason && saidIn(event.data.reason),
      expected: event.data.qualification,
      actual: `waived for ${event.data.person.displayName ?? event.data.person.personId}`,
    });
  if (isNamed(event, "witness.passed"))
    return said("witness_passed", {
      expected: `${event.data.noticeMinutes} minutes' notice, called ${event.data.calledAt}`,
    });
  throw new TypeError(`no deviation of ${event.type}`);
}

function capaOf(event: CloudEvent): object {
  const { context } = event.data;
  const place = context.step?.stepNumber ?? context.operation?.operationNumber ?? "";
  const part = context.item?.partNumber ?? "";
  const signal = nameOf(event);
  const of = (what: string, detail?: string) => ({
    signal,
    pattern: [signal, part, place, what].filter(Boolean).join(" | "),
    detail,
  });
  if (isNamed(event, "defect.logged"))
    return of(
      event.data.code.code,
      `${event.data.code.label ?? ""} (${event.data.severity})`.trim(),
    );
  if (isNamed(event, "measurement.out_of_tolerance") || isNamed(event, "measurement.corrected"))
    return of(
      event.data.characteristic?.balloon ?? event.data.field.label ?? "",
      `${event.data.value} ${event.data.unit?.label ?? ""}`.trim(),
    );
  if (isNamed(event, "gage.status_changed"))
    return of(event.data.gage.code ?? event.data.gage.gageId, event.data.change);
  if (isNamed(event, "rework.started")) return of(event.data.label, `loop ${event.data.loop}`);
  if (isNamed(event, "command.refused")) return of(event.data.refusal, event.data.command);
  if (isNamed(event, "batch_clock.exceeded")) return of(event.data.clock, `lot ${event.data.lot}`);
  if (isNamed(event, "step.implausibly_fast"))
    return of("", `${event.data.seconds} s; plausible from ${event.data.plausibleMinSeconds} s`);
  if (isNamed(event, "signal.reviewed"))
    return of(event.data.signals.map(({ kind }) => kind).join(", "), saidIn(event.data.note));
  return of("");
}

function trainingOf(event: CloudEvent): object {
  const none: { code: string }[] = [];
  if (isNamed(event, "qualification.used"))
    return {
      use: "worked",
      qualifications: event.data.qualifications.map((of) =>
        known({
          code: of.code,
          result: of.result,
          validUntil: of.validUntil,
          waiver: of.waiverId,
          trainer: of.trainerId,
        }),
      ),
    };
  if (isNamed(event, "qualification.override"))
    return {
      use: "waived",
      qualifications: [
        { code: event.data.qualification, result: "waived", waiver: event.data.waiverId },
      ],
    };
  if (isNamed(event, "step.supervised"))
    return {
      use: "supervised",
      qualifications: event.data.qualifications.map((code) => ({
        code,
        trainer: event.data.trainer.personId,
      })),
    };
  if (isNamed(event, "step.cosigned")) return { use: "cosigned", qualifications: none };
  if (isNamed(event, "step.signed_off")) return { use: "signed", qualifications: none };
  return { use: "presented", qualifications: none };
}

function auditOf(event: CloudEvent): object {
  const { prevHash, eventHash } = event.data.context.integrity;
  const blobs =
    isNamed(event, "evidence.attached") || isNamed(event, "paper.transcribed")
      ? [event.data.blob].map(({ sha256, name, uri }) => ({ sha256, name, uri }))
      : [];
  return {
    subject: event.subject,
    integrity: known({ previousHash: prevHash, hash: eventHash }),
    blobs,
  };
}

type Measured = Heard<"measurement.recorded"> | Heard<"measurement.rejudged">;

function inspectionOf(event: CloudEvent): object {
  const { data } = event as unknown as Measured;
  const { characteristic, gage } = data;
  return known({
    characteristic: characteristic?.name ?? data.field.label,
    balloon: characteristic?.balloon,
    keyCharacteristic: characteristic?.keyCharacteristic,
    position: data.position || null,
    sample: data.sample,
    retry: data.retry,
    nominal: characteristic?.nominal,
    min: data.limits?.min,
    max: data.limits?.max,
    value: data.value,
    unit:
      data.unit &&
      known({ scheme: data.unit.scheme, code: data.unit.code, label: data.unit.label }),
    verdict: data.verdict,
    gage: gage && known({ code: gage.code, calibrationDueOn: gage.calibrationDueOn }),
  });
}

function signalOf(event: CloudEvent): object {
  const detail = (): string | undefined => {
    if (
      isNamed(event, "step.skipped") ||
      isNamed(event, "step.reopened") ||
      isNamed(event, "entry.late")
    )
      return saidIn(event.data.reason);
    if (isNamed(event, "rework.started")) return `${event.data.label}, loop ${event.data.loop}`;
    if (isNamed(event, "hold.placed")) return event.data.reason?.label ?? event.data.reason?.code;
    if (isNamed(event, "step.implausibly_fast")) return `${event.data.seconds} s`;
    return undefined;
  };
  return { signal: nameOf(event), detail: detail() };
}

const confirms: Readonly<Partial<Record<EventName, string>>> = {
  "order.released": "released",
  "order.started": "started",
  "order.completed": "completed",
  "order.accepted": "accepted",
  "order.closed_short": "closed_short",
  "step.completed": "step_completed",
  "unit.scrapped": "scrapped",
  "unit.quantity_adjusted": "quantity",
  "hold.placed": "held",
  "hold.released": "resumed",
};

function mesOf(event: CloudEvent): object {
  const base = { confirms: confirms[nameOf(event)] };
  if (isNamed(event, "step.completed"))
    return { ...base, durationSeconds: event.data.durationSeconds };
  if (isNamed(event, "unit.scrapped")) return { ...base, scrapped: event.data.quantity.value };
  if (isNamed(event, "unit.quantity_adjusted"))
    return { ...base, accepted: event.data.accepted.value, scrapped: event.data.scrapped.value };
  if (isNamed(event, "order.completed"))
    return {
      ...base,
      accepted: event.data.balance?.accepted.value,
      scrapped: event.data.balance?.scrapped.value,
    };
  return base;
}

function holdOf(event: CloudEvent): object {
  if (isNamed(event, "hold.placed")) {
    const { holdId, scope, reason, owner, comment, byRule } = event.data;
    return {
      state: "placed",
      hold: holdId,
      scope: scope.kind,
      subject: scope.subject,
      reason: reason?.label ?? reason?.code,
      owner,
      comment: comment && saidIn(comment),
      byRule,
    };
  }
  if (isNamed(event, "hold.released")) {
    const { holdId, scope, comment, ncrNumber } = event.data;
    return {
      state: "released",
      hold: holdId,
      scope: scope?.kind,
      subject: scope?.subject,
      comment: saidIn(comment),
      ncr: ncrNumber,
    };
  }
  throw new TypeError(`no hold in ${event.type}`);
}

const partOf: Readonly<Record<Exclude<DocumentedProcess, "NCR">, (event: CloudEvent) => object>> = {
  DEVIATION: deviationOf,
  CAPA_CANDIDATE: capaOf,
  TRAINING_USAGE: trainingOf,
  AUDIT_EVIDENCE: auditOf,
  INSPECTION_RESULT: inspectionOf,
  CONFORMANCE_SIGNAL: signalOf,
  MES_CONFIRM: mesOf,
  HOLD_NOTICE: holdOf,
};

const titles: Readonly<Record<Exclude<DocumentedProcess, "NCR">, string>> = {
  DEVIATION: "Deviation",
  CAPA_CANDIDATE: "CAPA candidate",
  TRAINING_USAGE: "Training usage",
  AUDIT_EVIDENCE: "Audit evidence",
  INSPECTION_RESULT: "Inspection result",
  CONFORMANCE_SIGNAL: "Conformance signal",
  MES_CONFIRM: "Confirmation",
  HOLD_NOTICE: "Hold",
};

/**
 * What the other system gets when a record of the process is opened by this event. `origin`: the event that
 * logged what this one is about, or the event itself. Throws where the event can't make one.
 */
export function documentFrom(
  process: DocumentedProcess,
  event: CloudEvent,
  origin: CloudEvent,
): ProcessDocument {
  if (!opens[process].includes(nameOf(event)))
    throw new TypeError(`${nameOf(event)} makes no ${process}`);
  if (process === "NCR") {
    if (!isNamed(origin, "defect.logged"))
      throw new TypeError("the defect's own event is not there");
    return ncrDraftOf(isNamed(event, "defect.amended") ? amendedDefect(origin, event) : origin);
  }
  const document = known({
    ...aboutOf(event, `${titles[process]}: ${nameOf(event)}`),
    process,
    ...known(partOf[process](event)),
  });
  return documentOf[process].parse(document) as ProcessDocument;
}

/** A word to a record that is there. */
export function updateFrom(
  process: DocumentedProcess,
  event: CloudEvent,
  document: ProcessDocument | null,
): NcrUpdate | ProcessUpdate {
  const update = ncrUpdateOf(event, updateText(event));
  return process === "NCR" ? update : { ...update, process, ...(document ? { document } : {}) };
}
