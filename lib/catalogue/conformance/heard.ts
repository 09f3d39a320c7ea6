/**
 * What a receiver knows: the events that it got, as JSON, and the published schemas. This file and the
 * ones that read it import nothing else of ours; a test sees to it.
 */
export type Heard = {
  type: string;
  source: string;
  subject: string;
  time: string;
  causationid?: string;
  data: { context: Context } & Readonly<Record<string, unknown>>;
};

type Code = { scheme: string; code: string; label?: string };
export type Person = { personId: string; displayName?: string; employeeNo?: string };
type Words = { sha256: string; text?: string };
type Limits = { min?: string; max?: string };
export type Quantity = { value: string; unit: Code };
type Field = {
  fieldId: string;
  kind?: string;
  label?: string;
  positions?: string[];
  samples?: number;
};
type Characteristic = {
  characteristicId: string;
  balloon?: string;
  name?: string;
  keyCharacteristic?: string;
  nominal?: string;
};
type Gage = { gageId?: string; code: string; calibrationDueOn?: string };
type Step = { stepId: string; stepNumber?: string; attempt?: number };

export type Context = {
  place: { site: string; stationId?: string; shift?: string };
  order?: { orderId: string };
  item?: {
    partNumber: string;
    partRevision: string;
    partName?: string;
    drawing?: { number: string; revision: string };
  };
  units?: { travelerId: string; serial?: string; lot?: string; quantity?: Quantity }[];
  operation?: { operationId: string; operationNumber: string; title: string };
  step?: {
    stepId: string;
    stepInstanceId?: string;
    stepNumber?: string;
    title?: string;
    attempt?: number;
    rework?: string;
  };
  instruction?: { number: string; revision: string; contentHash: string };
  actor?: Person & { second?: { personId: string } };
  integrity: { stream: string; seq: number; eventHash: string };
  link?: string;
};

export type Measurement = {
  readingId: string;
  field: Field;
  characteristic?: Characteristic;
  position: string;
  sample: number;
  retry: number;
  value: string;
  valueLabel?: string;
  unit?: Code;
  limits?: Limits;
  processLimits?: Limits;
  verdict: string;
  gage?: Gage;
  timer?: { startedAt: string; stoppedAt: string };
  batch?: { lot: string; mixedAt: string };
};

export type Installed = {
  installationId: string;
  field: Field;
  position: string;
  find: string;
  partNumber: string;
  alternateFor?: string;
  serial?: string;
  lot?: string;
  quantity: string;
  expiresOn?: string;
};

export type PlannedField = Field & {
  characteristic?: Characteristic;
  unit?: Code;
  limits?: Limits;
  gageType?: string;
};
type Buyoff = { requirementId: string };
export type Routing = {
  operations: {
    operationId: string;
    operationNumber: string;
    title: string;
    buyoffs: Buyoff[];
    steps: {
      stepId: string;
      stepNumber: string;
      title: string;
      fields: PlannedField[];
      buyoffs: Buyoff[];
    }[];
  }[];
};

/** What each event that is read here says beside its common block. */
export type Said = {
  "order.released": { quantity: Quantity; routing: Routing };
  "order.completed": object;
  "step.completed": { performers: Person[] };
  "step.skipped": { kind: "skipped" | "not_applicable"; reason: Words; permit?: string };
  "step.deferred": { toOperationNumber?: string; reason: Words };
  "step.out_of_sequence": { reason: Words };
  "step.failed": { reason: Words };
  "step.reopened": { reason: Words };
  "step.implausibly_fast": { seconds: number; plausibleMinSeconds: number };
  "step.supervised": { trainer: Person; qualifications: string[] };
  "step.presented": { language: string };
  "entry.late": { claimedAt: string; reason: Words };
  "note.added": { noteId: string; text: Words };
  "handover.noted": { text: Words };
  "operator.assistance_requested": { category: Code };
  "inspection.called": { callId: string; operationNumber?: string };
  "inspection.acknowledged": { callId: string; arrived: boolean };
  "timer.started": { timerId: string; field: Field; position: string };
  "timer.stopped": { timerId: string };
  "batch_clock.started": {
    batchClockId: string;
    field: Field;
    clock: string;
    lot: string;
    mixedAt: string;
    minMinutes?: number;
    maxMinutes?: number;
  };
  "batch_clock.exceeded": { batchClockId: string; age: Quantity; greatest: Quantity };
  "tools.transferred": { kit: string; quantity: Quantity; direction: string; counterpart: string };
  "measurement.recorded": Measurement;
  "measurement.corrected": Measurement & {
    from: string;
    to: string;
    reason: Words;
    approver?: Person;
  };
  "measurement.rejudged": Measurement;
  "measurement.accepted_out_of_process_limit": Measurement & { reason: Words };
  "material.installed": Installed;
  "material.removed": Installed & { reason: Words; condition: string; to: string };
  "evidence.attached": {
    kind: string;
    evidenceId: string;
    blob: { sha256: string; name: string; uri: string };
    field?: Field;
    position?: string;
    defectId?: string;
  };
  "step.signed_off": Signed;
  "step.cosigned": Omit<Signed, "signatureId"> & { signatureId?: string; kind: string };
  "signature.verified": { signatureId: string };
  "signature.rejected": { signatureId?: string; cause: string };
  "signature.voided": { signatureId: string; cause: string; reason?: Words };
  "signature.declined": {
    signatureId: string;
    operationId: string;
    type: string;
    meaning: string;
    signer: Person;
    reason: Words;
  };
  "defect.logged": Logged;
  "defect.amended": {
    defectId: string;
    severity?: string;
    quantityAffected?: Quantity;
    location?: string;
    description?: Words;
  };
  "defect.withdrawn": { defectId: string; reason: Words };
  "defect.closed": { defectId: string };
  "qms_record.linked": { defectId: string; number: string; status: string; url: string };
  "disposition.received": { defectId: string; dispositions: object[] };
  "hold.placed": {
    holdId: string;
    scope: { kind: string; subject?: string };
    reason?: Code;
    owner?: string;
    defectId?: string;
    byRule: boolean;
  };
  "hold.released": { holdId?: string; basis?: string; comment: Words };
  "rework.started": {
    reworkId: string;
    defectId: string;
    label: string;
    steps: (Step & { positions?: string[] })[];
  };
  "rework.completed": { reworkId: string };
  "qualification.used": {
    qualifications: {
      code: string;
      validUntil?: string;
      result: string;
      waiverId?: string;
      trainerId?: string;
    }[];
  };
  "qualification.override_requested": { waiverId: string; person: Person; qualification: string };
  "qualification.override": { waiverId: string; validUntil?: string };
  "qualification.override_revoked": { waiverId: string };
};

type Signed = {
  signatureId: string;
  operationId: string;
  type: string;
  meaning: string;
  signer: Person;
  stamp?: string;
  method?: string;
  requirementId: string;
  recordHash: string;
  covers: Step[];
};

export type Logged = {
  defectId: string;
  code: Code;
  severity: string;
  quantityAffected: Quantity;
  description?: Words;
  location?: string;
  position?: string;
  characteristic?: Characteristic;
  readingId?: string;
  requirement: { text?: string; limits?: Limits; unit?: Code };
  actual?: { value: string; unit?: Code };
  gage?: Gage;
  containment: { holdId: string; reason: Code }[];
};

export type HeardAs<N extends keyof Said> = Heard & { data: { context: Context } & Said[N] };

export const isNamed = <N extends keyof Said>(event: Heard, name: N): event is HeardAs<N> =>
  event.type === `dev.buyoff.${name}.v1`;

export const named = <N extends keyof Said>(events: readonly Heard[], name: N): HeardAs<N>[] =>
  events.filter((event): event is HeardAs<N> => isNamed(event, name));

const withUnit = (value: string, unit?: Code): string =>
  unit?.label && unit.code !== "1" ? `${value} ${unit.label}` : value;

/** 21.9 … 24.9 N·m, ≥ 4.0 mm, ≤ 0.05 mm. */
export function limitsText(limits: Limits | undefined, unit?: Code): string | null {
  if (!limits) return null;
  const { min, max } = limits;
  if (min !== undefined && max !== undefined) return withUnit(`${min} … ${max}`, unit);
  if (min !== undefined) return withUnit(`≥ ${min}`, unit);
  return max === undefined ? null : withUnit(`≤ ${max}`, unit);
}

export const actualText = (actual: Logged["actual"]): string | null =>
  actual ? withUnit(actual.value, actual.unit) : null;
