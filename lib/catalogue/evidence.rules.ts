import { compare, DECIMAL, subtract } from "#lib/kit/decimal";
import {
  fieldIn,
  fieldRef,
  gageRef,
  installedOf,
  known,
  measurementOf,
  type Of,
  personOf,
  wordsOf,
} from "./refs.rules.ts";
import { type Telling, told } from "./telling.rules.ts";

type File = {
  sha256: string;
  mediaType: string | null;
  bytes: number | null;
  name: string;
  uri?: string | null;
};

/** Where the bytes are: at the plant, for whoever may see the unit, or where the revision says. */
export const blobOf = (
  { entry, facts }: Pick<Of, "entry" | "facts">,
  { sha256, mediaType, bytes, name, uri }: File,
) =>
  known({
    sha256,
    size: bytes,
    mediaType,
    name,
    uri: uri ?? `${facts.origin}/api/blobs/${sha256}`,
    capturedAt: entry.occurredAt,
    deviceId: entry.device,
  });

const endings: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
};
const photoName = (id: string, mediaType: string): string =>
  `photo-${id.slice(-12)}.${endings[mediaType] ?? "bin"}`;

export const photoBlob = (
  of: Pick<Of, "entry" | "facts">,
  photo: { id: string; sha256: string; mediaType: string; bytes: number },
) => blobOf(of, { ...photo, name: photoName(photo.id, photo.mediaType) });

function deviation(
  value: string,
  limits: { min?: string | undefined; max?: string | undefined },
): string | null {
  const { min, max } = limits;
  if (!DECIMAL.test(value)) return null;
  if (max !== undefined && compare(value, max) > 0) return subtract(value, max);
  return min !== undefined && compare(value, min) < 0 ? subtract(value, min) : null;
}

/** Beyond an engineering limit: told a second time under a name that somebody can wait for. */
function beyond(of: Of, reading: string) {
  const measured = measurementOf(of, reading);
  if (measured.verdict !== "out_of_limits") return [];
  const field = fieldIn(of.content, measured.field.fieldId);
  return [
    told(
      "measurement.out_of_tolerance",
      known({
        ...measured,
        deviation: measured.limits ? deviation(measured.value, measured.limits) : null,
        retriesAllowed: field?.kind === "measurement" ? field.retriesMax : null,
      }),
    ),
  ];
}

/** From when to when, where a timer that was stopped in the same act gave the value. */
function timerOf(of: Of) {
  for (const event of of.facts.act) {
    if (event.type !== "timer.stopped") continue;
    const timer = of.state.timers.find(({ id }) => id === event.body.timer);
    if (timer?.stoppedAt) return { startedAt: timer.startedAt, stoppedAt: timer.stoppedAt };
  }
  return null;
}

function batchOf(of: Of, fieldId: string) {
  const field = fieldIn(of.content, fieldId);
  if (field?.kind !== "clock_age") return null;
  const clock = of.state.clocks.findLast((one) => one.field === field.from);
  return clock ? { lot: clock.lot, mixedAt: clock.mixedAt } : null;
}

function installation(of: Of, id: string) {
  const found = of.state.components.find((one) => one.id === id);
  if (!found) throw new TypeError(`no entry installs ${id}`);
  return installedOf(of, found);
}

/** What was measured, built in and attached, and what it was measured with. */
export const evidenceTelling: Telling<
  | "reading.recorded"
  | "reading.amended"
  | "reading.rejudged"
  | "reading.accepted_out_of_process_limit"
  | "component.installed"
  | "component.removed"
  | "gage.selected"
  | "gage.quarantined"
  | "photo.attached"
  | "measurement_record.attached"
  | "paper_evidence.attached"
> = {
  "reading.recorded": (body, of) => [
    told(
      "measurement.recorded",
      known({
        ...measurementOf(of, body.reading),
        source: body.source,
        confirmed: body.confirmed,
        timer: timerOf(of),
        batch: batchOf(of, body.field),
      }),
    ),
    ...beyond(of, body.reading),
  ],
  "reading.amended": (body, of) => [
    told(
      "measurement.corrected",
      known({
        ...measurementOf(of, body.reading),
        from: body.from,
        to: body.to,
        reason: wordsOf(of, body.reason),
        approver: body.second === null ? null : personOf(of, body.second),
        evidence:
          body.evidence &&
          known({ photoId: body.evidence.photo, readingId: body.evidence.reading }),
      }),
    ),
    ...beyond(of, body.reading),
  ],
  "reading.rejudged": (body, of) => [
    told("measurement.rejudged", measurementOf(of, body.reading)),
    ...beyond(of, body.reading),
  ],
  "reading.accepted_out_of_process_limit": (body, of) => [
    told("measurement.accepted_out_of_process_limit", {
      ...measurementOf(of, body.reading),
      reason: wordsOf(of, body.reason),
    }),
  ],
  "component.installed": (body, of) => [
    told("material.installed", installation(of, body.installation)),
  ],
  "component.removed": (body, of) => [
    told("material.removed", {
      ...installation(of, body.installation),
      reason: wordsOf(of, body.reason),
      condition: body.condition,
      to: body.to,
    }),
  ],
  "gage.selected": (body) => [
    told("tool.used", { gage: gageRef(body, body.type), operationId: body.operation }),
  ],
  "gage.quarantined": (body, of) => [
    told(
      "gage.status_changed",
      known({
        gage: { gageId: body.gage, code: body.code },
        change: "quarantined" as const,
        changes: [],
        reason: wordsOf(of, body.reason),
        readingIds: body.readings,
      }),
    ),
  ],
  "photo.attached": (body, of) => [
    told(
      "evidence.attached",
      known({
        kind: "photo" as const,
        evidenceId: body.photo,
        blob: photoBlob(of, { ...body, id: body.photo }),
        field: body.field === null ? null : fieldRef(of, body.field),
        position: body.position,
        defectId: body.defect,
      }),
    ),
  ],
  "measurement_record.attached": (body, of) => [
    told("evidence.attached", {
      kind: "measurement_record",
      evidenceId: body.record,
      blob: blobOf(of, body),
      field: fieldRef(of, body.field),
      position: body.position,
    }),
  ],
  "paper_evidence.attached": (body, of) => [
    told("paper.transcribed", {
      blob: blobOf(of, {
        sha256: body.sha256,
        mediaType: null,
        bytes: null,
        name: `paper-${of.entry.seq}`,
      }),
      performedBy: personOf(of, body.performedBy),
      performedAt: body.performedAt,
    }),
  ],
};
