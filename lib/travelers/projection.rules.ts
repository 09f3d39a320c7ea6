import type { InstructionContent } from "#lib/instructions/schema";
import { DECIMAL } from "#lib/kit/decimal";
import { buyoffsDue, isDone } from "./buyoffs.rules.ts";
import { operationProgress } from "./progress.rules.ts";
import type { Defect, Photo, Reading, TravelerState } from "./state.schema.ts";

export type Row = Readonly<Record<string, unknown>>;
export type Projection = {
  traveler: Row;
  stepExecutions: readonly Row[];
  readings: readonly Row[];
  installations: readonly Row[];
  photos: readonly Row[];
  buyoffs: readonly Row[];
  defects: readonly Row[];
  holds: readonly Row[];
};

/** The rows of the read tables, by their columns' names. A fold over the entries gives these. */
export function projection(state: TravelerState, content: InstructionContent): Projection {
  const of = { traveler_id: state.id, site_id: state.site };
  return {
    traveler: travelerRow(state, content),
    stepExecutions: [...state.earlierAttempts, ...Object.values(state.steps)].map((step) => ({
      ...of,
      instance: step.instance,
      step_id: step.step,
      operation_id: step.operation,
      status: step.status,
      attempt: step.attempt,
      started_at: step.startedAt,
      completed_at: step.completedAt,
    })),
    readings: state.readings.map((reading) => ({ ...of, ...readingRow(reading) })),
    installations: state.components.map((installed) => ({
      ...of,
      id: installed.id,
      step_id: installed.step,
      field_id: installed.field,
      position: installed.position,
      part: installed.part,
      serial: installed.serial,
      lot: installed.lot,
      quantity: installed.quantity,
      person_id: installed.person,
      occurred_at: installed.at,
      removed_at: installed.removed?.at ?? null,
    })),
    photos: state.photos.map((photo) => ({ ...of, ...photoRow(photo) })),
    buyoffs: state.buyoffs.map((buyoff) => ({
      ...of,
      id: buyoff.id,
      operation_id: buyoff.operation,
      step_id: buyoff.step,
      requirement_id: buyoff.requirement,
      type: buyoff.type,
      status: buyoff.status,
      person_id: buyoff.person,
      stamp: buyoff.stamp,
      method: buyoff.method,
      content_sha256: buyoff.contentSha256,
      occurred_at: buyoff.at,
    })),
    defects: state.defects.map((defect) => ({ ...of, ...defectRow(defect) })),
    holds: state.holds.map((hold) => ({
      ...of,
      id: hold.id,
      scope: hold.scope.kind,
      reason: hold.reason,
      owner: hold.owner,
      defect_id: hold.defect,
      person_id: hold.person,
      occurred_at: hold.at,
      released_at: hold.released?.at ?? null,
    })),
  };
}

function travelerRow(state: TravelerState, content: InstructionContent): Row {
  const steps = Object.keys(state.steps);
  const current = operationProgress(state, content).find(
    ({ done, total, buyoffs }) => done < total || buyoffs === "open",
  );
  const due = buyoffsDue(state, content).map(({ requirement }) => requirement.type);
  return {
    id: state.id,
    site_id: state.site,
    work_order: state.workOrder,
    part_number: state.part.number,
    part_revision: state.part.revision,
    serial: state.unit.serial,
    lot: state.unit.lot,
    quantity: state.unit.quantity,
    content_sha256: state.revision.contentSha256,
    instruction: state.revision.number,
    revision: state.revision.revision,
    status: state.status,
    operation: current?.number ?? null,
    steps_done: steps.filter((step) => isDone(state, step)).length,
    steps_total: steps.length,
    defects_open: state.defects.filter(({ status }) => status === "open").length,
    holds_open: state.holds.filter(({ released }) => !released).length,
    buyoffs_due: [...new Set(due)],
    released_at: state.releasedAt,
    completed_at: state.completedAt,
    state,
  };
}

const readingRow = (reading: Reading): Row => ({
  id: reading.id,
  step_id: reading.step,
  field_id: reading.field,
  characteristic_id: reading.characteristic,
  position: reading.position,
  sample: reading.sample,
  attempt: reading.attempt,
  retry: reading.retry,
  value: reading.value,
  value_number: DECIMAL.test(reading.value) ? reading.value : null,
  unit: reading.unit,
  limit_min: reading.limits?.min ?? null,
  limit_max: reading.limits?.max ?? null,
  verdict: reading.verdict,
  gage_id: reading.gage?.id ?? null,
  gage_code: reading.gage?.code ?? null,
  person_id: reading.person,
  occurred_at: reading.at,
  amendments: reading.amendments.length,
});

const photoRow = (photo: Photo): Row => ({
  id: photo.id,
  sha256: photo.sha256,
  media_type: photo.mediaType,
  bytes: photo.bytes,
  step_id: photo.step,
  field_id: photo.field,
  defect_id: photo.defect,
  person_id: photo.person,
  occurred_at: photo.at,
});

const defectRow = (defect: Defect): Row => ({
  id: defect.id,
  code: defect.code,
  severity: defect.severity,
  quantity: defect.quantity,
  step_id: defect.step,
  status: defect.status,
  person_id: defect.person,
  occurred_at: defect.at,
  ncr_number: defect.qms?.number ?? null,
  ncr_status: defect.qms?.status ?? null,
  ncr_url: defect.qms?.url ?? null,
  decisions: [...new Set(defect.dispositions.map(({ decision }) => decision))],
});
