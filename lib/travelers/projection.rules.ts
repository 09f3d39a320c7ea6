import type { InstructionContent } from "#lib/instructions/schema";
import { DECIMAL } from "#lib/kit/decimal";
import { buyoffsDue, isDone } from "./buyoffs.rules.ts";
import { operationProgress } from "./progress.rules.ts";
import type {
  BatchClock,
  Buyoff,
  Defect,
  Hold,
  Installation,
  MeasurementRecord,
  Origin,
  Photo,
  Reading,
  Signal,
  StepState,
  TravelerState,
  Waiver,
} from "./state.schema.ts";

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
  batchClocks: readonly Row[];
  measurementRecords: readonly Row[];
  waivers: readonly Row[];
  signals: readonly Row[];
};

/** The rows of the read tables, by their columns' names. A fold over the entries gives these. */
export function projection(state: TravelerState, content: InstructionContent): Projection {
  const of = { traveler_id: state.id, site_id: state.site };
  const rows = <T>(list: readonly T[], row: (one: T) => Row) =>
    list.map((one) => ({ ...of, ...row(one) }));
  const steps = [...state.earlierAttempts, ...Object.values(state.steps)];
  return {
    traveler: travelerRow(state, content),
    stepExecutions: rows(steps, stepRow),
    readings: rows(own(state, "readings"), readingRow),
    installations: rows(own(state, "components"), installationRow),
    photos: rows(own(state, "photos"), photoRow),
    buyoffs: rows(own(state, "buyoffs"), buyoffRow),
    defects: rows(own(state, "defects"), defectRow),
    holds: rows(state.holds, holdRow),
    batchClocks: rows(own(state, "clocks"), clockRow),
    measurementRecords: rows(own(state, "measurementRecords"), measurementRecordRow),
    waivers: rows(own(state, "waivers"), waiverRow),
    signals: rows(state.signals, signalRow),
  };
}

/** What a lot that was split off carries by reference has its rows with the parent. */
const own = <K extends keyof Origin["inherited"]>(
  state: TravelerState,
  list: K,
): readonly TravelerState[K][number][] => state[list].slice(state.origin?.inherited[list] ?? 0);

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
    parent_id: state.origin?.traveler ?? null,
    merged_into: state.mergedInto,
    quantity_accepted: state.quantities?.accepted ?? null,
    quantity_scrapped: state.quantities?.scrapped ?? null,
    quantity_transferred_out: state.quantities?.transferredOut ?? null,
    deferred_open: Object.values(state.steps).filter(
      ({ step, deferredTo }) => deferredTo !== null && !isDone(state, step),
    ).length,
    state,
  };
}

const stepRow = (step: StepState): Row => ({
  instance: step.instance,
  step_id: step.step,
  operation_id: step.operation,
  status: step.status,
  attempt: step.attempt,
  started_at: step.startedAt,
  completed_at: step.completedAt,
  deferred_to: step.deferredTo,
  paused_at: step.pausedAt,
});

const installationRow = (installed: Installation): Row => ({
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
});

const buyoffRow = (buyoff: Buyoff): Row => ({
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
});

const holdRow = (hold: Hold): Row => ({
  id: hold.id,
  scope: hold.scope.kind,
  reason: hold.reason,
  owner: hold.owner,
  defect_id: hold.defect,
  person_id: hold.person,
  occurred_at: hold.at,
  released_at: hold.released?.at ?? null,
});

const clockRow = (clock: BatchClock): Row => ({
  id: clock.id,
  step_id: clock.step,
  field_id: clock.field,
  clock: clock.clock,
  part: clock.part,
  lot: clock.lot,
  mixed_at: clock.mixedAt,
  person_id: clock.person,
  occurred_at: clock.at,
});

const measurementRecordRow = (record: MeasurementRecord): Row => ({
  id: record.id,
  step_id: record.step,
  field_id: record.field,
  position: record.position,
  attempt: record.attempt,
  name: record.name,
  sha256: record.sha256,
  uri: record.uri,
  media_type: record.mediaType,
  bytes: record.bytes,
  person_id: record.person,
  occurred_at: record.at,
});

const waiverRow = (waiver: Waiver): Row => ({
  id: waiver.id,
  person_id: waiver.person,
  qualification: waiver.qualification,
  valid_until: waiver.validUntil,
  requested_by: waiver.requestedBy,
  requested_at: waiver.requestedAt,
  granted_by: waiver.grantedBy,
  granted_at: waiver.grantedAt,
  revoked_at: waiver.revoked?.at ?? null,
});

const signalRow = (signal: Signal): Row => ({
  seq: signal.seq,
  kind: signal.kind,
  step_id: signal.step,
  person_id: signal.person,
  occurred_at: signal.at,
  reviewed_by: signal.reviewed?.person ?? null,
  reviewed_at: signal.reviewed?.at ?? null,
});

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
