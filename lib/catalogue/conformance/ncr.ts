import { actualText, type Heard, limitsText, named } from "./heard.ts";

/**
 * A nonconformity report with at least the fields of AS9131, for one defect, from the events alone. What
 * a plant's record doesn't say (customer, contract, cause) is for the author to fill in.
 */
export function ncrDraft(events: readonly Heard[], defectId: string) {
  const logged = named(events, "defect.logged").find(({ data }) => data.defectId === defectId);
  if (!logged) return null;
  const { data } = logged;
  const { context } = data;
  const unit = context.units?.[0];
  const amended = named(events, "defect.amended").filter((of) => of.data.defectId === defectId);
  const last = <T>(first: T, next: (of: (typeof amended)[number]["data"]) => T | undefined): T =>
    amended.reduce((value, of) => next(of.data) ?? value, first);
  const record = named(events, "qms_record.linked").findLast((of) => of.data.defectId === defectId);
  const decided = named(events, "disposition.received").findLast(
    (of) => of.data.defectId === defectId,
  );
  return {
    reportId: record?.data.number ?? null,
    defectId,
    organization: context.place.site,
    order: context.order?.orderId ?? null,
    part: {
      number: context.item?.partNumber ?? null,
      revision: context.item?.partRevision ?? null,
      name: context.item?.partName ?? null,
    },
    drawing: context.item?.drawing ?? null,
    unit: unit?.serial ?? unit?.lot ?? null,
    quantityAffected: last(data.quantityAffected.value, (of) => of.quantityAffected?.value),
    code: data.code.code,
    label: data.code.label ?? null,
    severity: last(data.severity, (of) => of.severity),
    description: last(data.description?.text ?? null, (of) => of.description?.text),
    location: last(data.location ?? null, (of) => of.location),
    position: data.position ?? null,
    detectedAt: {
      operation: context.operation
        ? `${context.operation.operationNumber} ${context.operation.title}`
        : null,
      step: context.step?.stepNumber ? `${context.step.stepNumber} ${context.step.title}` : null,
      station: context.place.stationId ?? null,
      shift: context.place.shift ?? null,
      time: logged.time,
    },
    detectedBy: {
      name: context.actor?.displayName ?? null,
      employeeNumber: context.actor?.employeeNo ?? null,
    },
    instruction: context.instruction ?? null,
    balloon: data.characteristic?.balloon ?? null,
    characteristic: data.characteristic?.name ?? null,
    keyCharacteristic: data.characteristic?.keyCharacteristic ?? null,
    requirement: data.actual
      ? limitsText(data.requirement.limits, data.requirement.unit)
      : (data.requirement.text ?? null),
    actual: actualText(data.actual),
    gage: data.gage ? `${data.gage.code}, calibration due ${data.gage.calibrationDueOn}` : null,
    containment: data.containment.map(({ reason }) => reason.code),
    photos: named(events, "evidence.attached")
      .filter((of) => of.data.defectId === defectId)
      .map((of) => of.data.blob.sha256),
    isWithdrawn: named(events, "defect.withdrawn").some((of) => of.data.defectId === defectId),
    dispositions: decided?.data.dispositions ?? [],
    entry: { stream: context.integrity.stream, seq: context.integrity.seq },
    link: context.link ?? null,
  };
}
