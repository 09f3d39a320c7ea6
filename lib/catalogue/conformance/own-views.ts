import type { InstructionContent } from "#lib/instructions/schema";
import {
  asBuilt,
  type BuyoffRecord,
  type OperationRecord,
} from "../../travelers/as-built.rules.ts";
import type { Bench } from "../../travelers/bench/bench.ts";
import type { ReadingContent, RecordRow } from "../../travelers/record-row.rules.ts";
import type { Defect, Hold, Limits, Reading } from "../../travelers/state.schema.ts";
import type { asBuiltRecord, Row } from "./as-built.ts";
import type { form3 } from "./form-3.ts";
import type { trainingUsage } from "./training.ts";

const numberOf = (content: InstructionContent, step: string | null): string | null =>
  content.operations.flatMap(({ steps }) => steps).find(({ id }) => id === step)?.number ?? null;

const given = (limits: Limits | null) =>
  limits && Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== null));

function readingContent(row: RecordRow, of: ReadingContent, reading: Reading) {
  return {
    label: row.label.en,
    position: reading.position,
    sample: reading.sample,
    retry: of.retry,
    value: of.value,
    valueLabel: of.valueLabel?.en ?? null,
    unit: of.unit,
    limits: given(of.limits),
    process: given(of.process),
    verdict: of.verdict,
    balloon: of.balloon,
    key: of.characteristicKey,
    gage: of.gage,
    amendments: of.amendments.map(({ from, to, verdict, reason, person, second, at }) => ({
      from,
      to,
      verdict,
      reason,
      person,
      second,
      at,
    })),
    accepted: of.accepted,
    replacedBy: of.replacedBy && {
      attempt: of.replacedBy.attempt,
      retry: of.replacedBy.retry,
    },
    timer: of.timer,
    batch: of.batch,
  };
}

function clockContent({ clock, min, max }: Extract<RecordRow["content"], { kind: "clock" }>) {
  const exceeded = (clock.exceeded ?? []).map(({ attempt: _, ...of }) => of);
  return { clock: clock.clock, lot: clock.lot, mixedAt: clock.mixedAt, min, max, exceeded };
}

/** A row of the app's own record in the receiver's terms: several, where it shows photos together. */
function rowsFrom(row: RecordRow, { state }: Bench): Row[] {
  const { content } = row;
  const base = {
    key: row.key,
    step: row.step.number,
    attempt: row.attempt,
    rework: row.rework,
    person: row.person,
    at: row.at,
    late: row.late?.claimedAt ?? null,
  };
  const as = (kind: string, said: Row["content"]): Row[] => [{ ...base, kind, content: said }];
  switch (content.kind) {
    case "reading": {
      const reading = state.readings.find(({ id }) => id === row.key);
      return reading ? as("reading", readingContent(row, content, reading)) : [];
    }
    case "component": {
      const { find, part, alternateFor, serial, lot, quantity, expiresOn, removed, position } =
        content.installation;
      const said = { find, part, alternateFor, serial, lot, quantity, expiresOn, removed };
      return as("component", { label: row.label.en, position, ...said });
    }
    case "photos":
      return content.photos.map((photo) => ({
        ...base,
        key: photo.id,
        kind: "photo",
        attempt: photo.attempt,
        person: photo.person,
        at: photo.at,
        content: {
          sha256: photo.sha256,
          name: null,
          field: photo.field === null ? null : row.label.en,
        },
      }));
    case "document":
      return as("measurement_record", {
        sha256: content.record.sha256,
        name: content.record.name,
        field: row.label.en,
      });
    case "timer": {
      const { position, stoppedAt } = content.timer;
      return as("timer", { position, stoppedAt });
    }
    case "clock":
      return as("clock", clockContent(content));
    case "note":
      return as("note", { text: content.text }).map((one) => ({
        ...one,
        attempt: null,
        rework: null,
      }));
    case "done":
      return as("done", {});
    case "supervision": {
      const { trainer, qualifications, cosigned } = content.supervision;
      return as("supervision", { trainer, qualifications, cosignedAt: cosigned?.at ?? null });
    }
    case "departure": {
      const { departure, permit, to, seconds } = content;
      // Late alone says why in its own words; the receiver has them in the entry.
      const reason = departure === "late" ? null : content.reason;
      return as("departure", { departure, reason, permit, to, seconds }).map((one) => ({
        ...one,
        attempt: null,
        rework: null,
      }));
    }
  }
}

const buyoffFrom = ({ buyoff, voided }: BuyoffRecord) => ({
  id: buyoff.id,
  type: buyoff.type,
  meaning: buyoff.meaning.en,
  person: buyoff.person,
  stamp: buyoff.stamp,
  contentSha256: buyoff.contentSha256,
  covers: buyoff.covers.map(({ step, attempt }) => ({
    step,
    attempt: attempt as number | undefined,
  })),
  voided,
  standing: buyoff.status as string,
  verifiedAt: buyoff.verifiedAt ?? null,
  at: buyoff.at,
});

const defectFrom = (content: InstructionContent) => (of: Defect) => ({
  id: of.id,
  code: of.code,
  severity: of.severity,
  quantity: of.quantity,
  step: numberOf(content, of.step),
  reading: of.reading,
  comment: of.comment,
  status: of.status,
  ncr: of.qms?.number ?? null,
  ncrStatus: of.qms?.status ?? null,
  dispositions: of.dispositions.map((one) =>
    Object.fromEntries(Object.entries(one).filter(([, value]) => value !== null)),
  ),
  at: of.at,
});

const holdFrom = (of: Hold) => ({
  id: of.id,
  kind: of.scope.kind,
  reason: of.reason,
  owner: of.owner,
  defect: of.defect,
  person: of.person,
  at: of.at,
  released: of.released,
});

type Shown = ReturnType<typeof asBuiltRecord>;

function operationFrom(of: OperationRecord, bench: Bench): Shown["operations"][number] {
  const rows = of.rows.flatMap((row) => rowsFrom(row, bench));
  return {
    number: of.number,
    title: of.title.en,
    rows: rows.sort((a, b) => a.key.localeCompare(b.key)),
    buyoffs: of.buyoffs.map(buyoffFrom).sort((a, b) => a.id.localeCompare(b.id)),
    declines: of.declines.map(({ id, type, meaning, person, reason, at }) => ({
      id,
      type,
      meaning: meaning?.en ?? "",
      person,
      reason,
      at,
    })),
    calls: of.calls.map(({ id, at, acknowledgedAt, arrivedAt }) => ({
      id,
      at,
      isAnswered: acknowledgedAt !== null,
      hasArrived: arrivedAt !== null,
    })),
  };
}

const unitFrom = ({ state, content, events }: Bench): Shown["unit"] => {
  const { contentSha256, instruction, number, revision } = state.revision;
  const pinned = { documentId: instruction, number, revision, contentHash: contentSha256 };
  return {
    order: state.workOrder,
    serial: state.unit.serial,
    lot: state.unit.lot,
    part: state.part.number,
    partRevision: state.part.revision,
    drawing: content.part.drawing,
    instruction: pinned,
    isCompleted: events.some(({ type }) => type === "traveler.completed"),
  };
};

/** What the app itself shows of a unit, in the receiver's terms. */
export function ownRecord(bench: Bench): Shown {
  const { state, content, events } = bench;
  const shown = asBuilt(state, content, events);
  const { waivers, transfers, remarks } = shown.unit;
  return {
    unit: unitFrom(bench),
    operations: shown.operations.map((of) => operationFrom(of, bench)),
    defects: state.defects.map(defectFrom(content)),
    holds: state.holds.map(holdFrom),
    reworks: state.reworks.map((of) => ({
      id: of.id,
      label: of.label,
      defect: of.defect,
      steps: of.steps.map(({ step, attempt, positions }) => ({
        step: numberOf(content, step),
        attempt,
        positions: positions && [...positions],
      })),
      isComplete: of.status === "complete",
      at: of.at,
    })),
    waivers: waivers.map(({ id, person, qualification, grantedAt, revoked }) => ({
      id,
      person,
      qualification,
      isGranted: grantedAt !== null,
      isRevoked: revoked !== null,
    })),
    transfers: transfers.map(({ person: _, ...of }) => of),
    remarks: [
      ...remarks.filter(({ kind }) => kind === "handover"),
      ...remarks.filter(({ kind }) => kind === "assistance"),
    ].map(({ text, category, at }) => ({ said: text ?? category ?? "", at })),
  };
}

const limitsText = (limits: Limits | null, unit: string | null): string | null => {
  const { min = null, max = null } = limits ?? {};
  const said =
    min !== null && max !== null
      ? `${min} … ${max}`
      : min !== null
        ? `≥ ${min}`
        : max === null
          ? null
          : `≤ ${max}`;
  return said === null || unit === null ? said : `${said} ${unit}`;
};

/** Form 3 from the traveler's state and its pinned revision. `ucum`: what the plant's units are there. */
export function ownForm3(
  { state, content }: Bench,
  ucum: Readonly<Record<string, string>>,
): ReturnType<typeof form3> {
  const fields = content.operations.flatMap(({ steps }) => steps.flatMap((of) => of.fields));
  const order = fields.flatMap((field) =>
    "characteristic" in field && field.characteristic ? [field.characteristic] : [],
  );
  return [...new Set(order)].map((id) => {
    const characteristic = content.characteristics.find((of) => of.id === id);
    const here = state.readings.filter((of) => of.characteristic === id);
    const counting = here.filter(
      (one) =>
        !here.some(
          (other) =>
            other.field === one.field &&
            other.position === one.position &&
            other.sample === one.sample &&
            (other.attempt > one.attempt ||
              (other.attempt === one.attempt && other.retry > one.retry)),
        ),
    );
    return {
      number: characteristic?.balloon ?? null,
      name: characteristic?.name.en ?? null,
      designator: characteristic?.key ?? null,
      requirements: [
        ...new Set(counting.map(({ limits, unit }) => limitsText(limits, unit))),
      ].sort(),
      results: counting
        .map(({ position, sample, value, unit, verdict }) => ({
          position,
          sample,
          value,
          unit,
          ucum: unit === null ? null : (ucum[unit] ?? null),
          verdict,
        }))
        .sort((a, b) => a.position.localeCompare(b.position) || a.sample - b.sample),
      tooling: [...new Set(counting.flatMap(({ gage }) => gage?.code ?? []))].sort(),
      nonconformances: state.defects
        .filter((defect) => {
          const reading = state.readings.find((of) => of.id === defect.reading);
          return reading?.characteristic === id;
        })
        .map(({ qms }) => qms?.number ?? null),
    };
  });
}

/** Every use of a qualification, from the record's own entries and the people as they were. */
export function ownUsage({ content, people, events }: Bench): ReturnType<typeof trainingUsage> {
  const everybody = Object.values(people);
  return events.flatMap((event) => {
    if (event.type !== "qualification.used") return [];
    return event.body.qualifications.map((used) => ({
      personId: event.person,
      name: everybody.find(({ id }) => id === event.person)?.name ?? null,
      code: used.code,
      result: used.result,
      validUntil: used.validUntil,
      under: used.waiver ?? used.trainer ?? null,
      step: numberOf(content, event.body.step),
      instruction: `${content.number} rev ${content.revision}`,
      at: event.at,
    }));
  });
}
