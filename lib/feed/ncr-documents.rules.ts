import type { CloudEvent } from "#lib/catalogue/data.schema";
import { bylineIn, entryIn, type Heard, isNamed, nameOf, saidIn, unitIn } from "./heard.rules.ts";
import type { NcrDraft, NcrPhoto, NcrUpdate } from "./schema.ts";

/** The draft of an NCR, from the event that logged its defect and nothing else. */
export function ncrDraftOf(event: Heard<"defect.logged">): NcrDraft {
  const { context, code, requirement, actual, characteristic, gage } = event.data;
  const { item, instruction, operation, step, place, actor } = context;
  if (!instruction || !item) throw new Error("the event names no instruction or part");
  if (!actor?.displayName || actor.employeeNo === undefined)
    throw new Error("the event says nobody's name who reports it");
  const unit = unitIn(event as unknown as CloudEvent);
  const label = code.label ?? code.code;
  return {
    v: 1,
    process: "NCR",
    title: [
      `${code.code} ${label}`,
      unit,
      step?.stepNumber ? `step ${step.stepNumber}` : null,
      event.data.position ?? null,
    ]
      .filter((part) => part !== null)
      .join(" · "),
    entry: entryIn(event as unknown as CloudEvent),
    site: place.site,
    order: context.order?.orderId ?? null,
    part: { number: item.partNumber, revision: item.partRevision, name: item.partName ?? "" },
    drawing: item.drawing ?? { number: "", revision: "" },
    unit,
    // As executed at that step, by its hash: not what is effective by now.
    instruction: {
      number: instruction.number,
      revision: instruction.revision,
      sha256: instruction.contentHash,
    },
    operation: operation ? `${operation.operationNumber} ${operation.title}` : null,
    step: step?.stepNumber ? `${step.stepNumber} ${step.title}` : null,
    station: place.stationId ?? null,
    shift: place.shift ?? null,
    reportedBy: { name: actor.displayName, employeeNumber: actor.employeeNo },
    occurredAt: event.time,
    recordedAt: event.recordedtime,
    defect: {
      id: event.data.defectId,
      code: code.code,
      label,
      severity: event.data.severity,
      quantity: event.data.quantityAffected.value,
      position: event.data.position ?? null,
      location: event.data.location ?? null,
      comment: event.data.description ? saidIn(event.data.description) : null,
    },
    balloon: characteristic?.balloon ?? null,
    characteristic: characteristic?.name ?? null,
    keyCharacteristic: characteristic?.keyCharacteristic ?? null,
    requirement: actual
      ? limitsText(requirement.limits, requirement.unit?.label)
      : (requirement.text ?? null),
    actual: actual ? withUnit(actual.value, actual.unit?.label) : null,
    gage: gage ? `${gage.code}, calibration due ${gage.calibrationDueOn}` : null,
    ...(event.data.containment.length > 0
      ? { containment: event.data.containment.map(containmentText) }
      : {}),
    link: context.link ?? "",
  };
}

const containmentText = ({
  scope,
  reason,
}: Heard<"defect.logged">["data"]["containment"][number]): string =>
  `Hold on ${[scope.kind, scope.subject].filter(Boolean).join(" ")}: ${reason.label ?? reason.code}`;

/** What was amended since, over what was logged: for a defect that became worth an NCR later. */
export function amendedDefect(
  logged: Heard<"defect.logged">,
  amended: Heard<"defect.amended">,
): Heard<"defect.logged"> {
  const { context: _, code, ...changed } = amended.data;
  const data = { ...logged.data, ...(code ? { code } : {}), ...changed };
  return { ...logged, data: data as typeof logged.data };
}

/** The words of the record for what the catalogue calls otherwise: a QMS that knows them goes on knowing them. */
const recordWords: Readonly<Record<string, string>> = {
  "defect.amended": "defect.updated",
  "evidence.attached": "photo.attached",
};

export function ncrUpdateOf(event: CloudEvent, text = updateText(event)): NcrUpdate {
  const name = nameOf(event);
  return {
    v: 1,
    process: "NCR",
    event: recordWords[name] ?? name,
    entry: entryIn(event),
    by: bylineIn(event),
    at: event.time,
    text,
  };
}

const endings: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
};

export function ncrPhotoOf(event: CloudEvent & Heard<"evidence.attached">): NcrPhoto {
  const { blob } = event.data;
  const entry = entryIn(event);
  return {
    v: 1,
    process: "NCR",
    entry,
    sha256: blob.sha256,
    mediaType: blob.mediaType ?? "application/octet-stream",
    bytes: blob.size ?? 0,
    name: `photo-${entry.seq}.${endings[blob.mediaType ?? ""] ?? "bin"}`,
    by: bylineIn(event),
    at: event.time,
  };
}

/** What an event says to people who read the record it belongs to. */
export function updateText(event: CloudEvent): string {
  if (isNamed(event, "defect.logged")) {
    const { code, quantityAffected, position, actual } = event.data;
    const found = [
      code.code,
      code.label,
      position,
      actual && `actual ${withUnit(actual.value, actual.unit?.label)}`,
    ];
    return `The same again. ${found.filter(Boolean).join(" · ")}; quantity ${quantityAffected.value}${event.data.description ? `; ${saidIn(event.data.description)}` : ""}`;
  }
  if (isNamed(event, "defect.amended")) {
    const { severity, quantityAffected, location, description } = event.data;
    const changed = Object.entries({ severity, quantity: quantityAffected?.value, location })
      .filter(([, value]) => value !== undefined)
      .map(([member, value]) => `${member}: ${value}`);
    if (description) changed.push(`comment: ${saidIn(description)}`);
    return `Defect updated. ${changed.join("; ")}`;
  }
  if (isNamed(event, "defect.withdrawn"))
    return `Defect withdrawn. Reason: ${saidIn(event.data.reason)}`;
  if (isNamed(event, "rework.started")) {
    const { label, steps, voidedSignatureIds, voidedReadingIds } = event.data;
    const named = steps.map((of) => `step ${of.stepNumber ?? of.stepId}, attempt ${of.attempt}`);
    return `Rework ${label} started: ${named.join("; ")}. It voids ${voidedSignatureIds.length} buyoffs and ${voidedReadingIds.length} readings.`;
  }
  if (isNamed(event, "hold.released")) {
    const { comment, ncrNumber, basis } = event.data;
    return `Hold released. Comment: ${saidIn(comment)}${ncrNumber ? ` (${ncrNumber}, ${basis})` : ""}`;
  }
  if (isNamed(event, "hold.placed")) {
    const { scope, reason } = event.data;
    return `Hold placed on ${[scope.kind, scope.subject].filter(Boolean).join(" ")}${reason ? `: ${reason.label ?? reason.code}` : ""}`;
  }
  if (isNamed(event, "unit.serials_assigned"))
    return `The pieces of ${unitIn(event) ?? "the lot"} have serial numbers now: ${event.data.serials.join(", ")}.`;
  return nameOf(event);
}

const withUnit = (value: string, unit: string | undefined): string =>
  unit ? `${value} ${unit}` : value;

/** 21.9 … 24.9 N·m, ≥ 4.0 mm, ≤ 0.05 mm. */
export function limitsText(
  limits: { min?: string | undefined; max?: string | undefined } | undefined,
  unit: string | undefined,
): string | null {
  if (!limits) return null;
  const { min, max } = limits;
  if (min !== undefined && max !== undefined) return withUnit(`${min} … ${max}`, unit);
  if (min !== undefined) return withUnit(`≥ ${min}`, unit);
  return max === undefined ? null : withUnit(`≤ ${max}`, unit);
}
