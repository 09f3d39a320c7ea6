import type { InstructionContent, Step } from "#lib/instructions/schema";
import { canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import type { EntryLine } from "#lib/record/schema";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import { type EventBody, parseEvent, type TravelerEvent } from "#lib/travelers/schema";
import type { DeliveryOperation } from "./delivery.rules.ts";
import type { NcrDraft, NcrPhoto, NcrUpdate } from "./schema.ts";

/** The one rule of this version. What it decides stands with its version in every evaluation. */
export const rule = { name: "ncr-from-defect", version: 1 } as const;

/** What the entry names and does not hold itself: by hash, so it is what it was then. */
export type EntryFacts = {
  entryHash: string;
  origin: string;
  site: { id: string; code: string; policy: Pick<PlantPolicy, "defectCodes"> };
  person: { name: string; employeeNumber: string } | null;
  content: InstructionContent | null;
  /** Texts by their SHA-256; one that was disposed of is not there. */
  texts: Readonly<Record<string, string>>;
  /** The defect that a released hold was tied to. */
  holdDefect: string | null;
  /** Order, unit, step and code of the defect, from its own entry: they make its key. */
  defectKey: string | null;
};

export type RoutedDelivery = {
  operation: DeliveryOperation;
  defect: string;
  orderingKey: string;
  externalKey: string;
  payload: NcrDraft | NcrUpdate | NcrPhoto;
};

export type Routed =
  | { outcome: "matched"; delivery: RoutedDelivery; withdraws: boolean }
  | { outcome: "not_matched"; detail: string }
  | { outcome: "error"; detail: string };

const heard: ReadonlySet<string> = new Set([
  "defect.logged",
  "photo.attached",
  "defect.updated",
  "defect.withdrawn",
  "rework.started",
  "hold.released",
]);

export const isHeard = (entry: Pick<EntryLine, "kind" | "type">): boolean =>
  entry.kind === "traveler" && heard.has(entry.type);

/** The defect that an entry is about, or null. `holdDefect` for a hold's release. */
export function defectOf(event: TravelerEvent, holdDefect: string | null): string | null {
  switch (event.type) {
    case "defect.logged":
    case "defect.updated":
    case "defect.withdrawn":
    case "rework.started":
    case "photo.attached":
      return event.body.defect;
    case "hold.released":
      return holdDefect;
    default:
      return null;
  }
}

/**
 * Order, unit, step, characteristic or code, and the defect itself: one NCR per defect. The key is
 * the same whenever it is made again, from a retry, a restart or a replay.
 */
export function externalKeyOf(entry: EntryLine, body: EventBody<"defect.logged">): string {
  const about = [
    entry.order ?? "",
    entry.unit ?? "",
    body.step ?? "",
    body.measured?.characteristic ?? body.code,
    body.defect,
  ].join("|");
  return `buyoff:${entry.site}:NCR:${sha256Hex(about).slice(0, 20)}`;
}

/** What one entry means to the QMS: the rule, deciding from the entry and what it names. */
export function route(entry: EntryLine, facts: EntryFacts): Routed {
  if (!isHeard(entry)) return { outcome: "not_matched", detail: entry.type };
  let event: TravelerEvent;
  try {
    event = parseEvent(entry.type, entry.body);
  } catch (problem) {
    return { outcome: "error", detail: `entry can't be read: ${String(problem)}` };
  }
  const defect = defectOf(event, facts.holdDefect);
  if (defect === null) return { outcome: "not_matched", detail: `${entry.type} without a defect` };
  if (event.type === "defect.logged") return created(entry, event.body, facts);
  if (facts.defectKey === null) {
    return { outcome: "error", detail: `no entry logs defect ${defect}` };
  }
  const key = facts.defectKey;
  const about = { defect, orderingKey: key };
  if (event.type === "photo.attached") {
    const externalKey = `${key}:a:${event.body.sha256.slice(0, 20)}`;
    const payload = photo(entry, event.body, facts);
    return {
      outcome: "matched",
      withdraws: false,
      delivery: { ...about, operation: "attach", externalKey, payload },
    };
  }
  const payload: NcrUpdate = {
    v: 1,
    process: "NCR",
    event: entry.type,
    entry: entryRef(entry, facts),
    by: byline(facts),
    at: entry.occurredAt,
    text: updateText(event, facts),
  };
  const delivery: RoutedDelivery = {
    ...about,
    operation: "update",
    externalKey: `${key}:u${entry.seq}`,
    payload,
  };
  return { outcome: "matched", withdraws: event.type === "defect.withdrawn", delivery };
}

function created(entry: EntryLine, body: EventBody<"defect.logged">, facts: EntryFacts): Routed {
  const { content, person } = facts;
  if (!content)
    return { outcome: "error", detail: "the instruction that the entry names is not known" };
  if (!person)
    return { outcome: "error", detail: "the person card that the entry names is not known" };
  const key = externalKeyOf(entry, body);
  const payload = draft(entry, body, { ...facts, content, person });
  return {
    outcome: "matched",
    withdraws: false,
    delivery: {
      operation: "create",
      defect: body.defect,
      orderingKey: key,
      externalKey: key,
      payload,
    },
  };
}

type FullFacts = EntryFacts & {
  content: InstructionContent;
  person: { name: string; employeeNumber: string };
};

function draft(entry: EntryLine, body: EventBody<"defect.logged">, facts: FullFacts): NcrDraft {
  const { content } = facts;
  const place = placeOf(content, body.step);
  const measured = body.measured;
  const characteristic = content.characteristics.find(({ id }) => id === measured?.characteristic);
  const label =
    facts.site.policy.defectCodes.find(({ code }) => code === body.code)?.label.en ?? body.code;
  return {
    v: 1,
    process: "NCR",
    title: [
      `${body.code} ${label}`,
      entry.unit,
      place.step ? `step ${place.step.number}` : null,
      body.position,
    ]
      .filter((part) => part !== null)
      .join(" · "),
    entry: entryRef(entry, facts),
    site: facts.site.code,
    order: entry.order,
    part: { number: entry.part, revision: entry.partRevision, name: content.part.name.en },
    drawing: content.part.drawing,
    unit: entry.unit,
    // As executed at that step, by its hash: not what is effective by now.
    instruction: {
      number: entry.instruction?.number ?? content.number,
      revision: entry.instruction?.revision ?? content.revision,
      sha256: entry.instruction?.sha256 ?? canonicalSha256(content),
    },
    operation: place.operation ? `${place.operation.number} ${place.operation.title.en}` : null,
    step: place.step ? `${place.step.number} ${place.step.title.en}` : null,
    station: entry.station,
    shift: entry.shift,
    reportedBy: facts.person,
    occurredAt: entry.occurredAt,
    recordedAt: entry.recordedAt,
    defect: {
      id: body.defect,
      code: body.code,
      label,
      severity: body.severity,
      quantity: body.quantity,
      position: body.position,
      location: body.location,
      comment: body.comment ? textOf(facts, body.comment) : null,
    },
    balloon: measured?.balloon ?? characteristic?.balloon ?? null,
    characteristic: characteristic?.name.en ?? null,
    keyCharacteristic: characteristic?.key ?? null,
    requirement: measured
      ? limitsText(measured.limits, measured.unit)
      : (place.step?.text.en ?? null),
    actual: measured ? withUnit(measured.value, measured.unit) : null,
    gage: measured?.gage
      ? `${measured.gage.code}, calibration due ${measured.gage.calibrationDueOn}`
      : null,
    link: `${facts.origin}/travelers/${entry.stream}#entry-${entry.seq}`,
  };
}

function photo(entry: EntryLine, body: EventBody<"photo.attached">, facts: EntryFacts): NcrPhoto {
  const ending =
    { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp" }[body.mediaType] ?? "bin";
  return {
    v: 1,
    process: "NCR",
    entry: entryRef(entry, facts),
    sha256: body.sha256,
    mediaType: body.mediaType,
    bytes: body.bytes,
    name: `photo-${entry.seq}.${ending}`,
    by: byline(facts),
    at: entry.occurredAt,
  };
}

function updateText(event: TravelerEvent, facts: EntryFacts): string {
  switch (event.type) {
    case "defect.updated": {
      const { severity, quantity, location, comment } = event.body;
      const changed = Object.entries({ severity, quantity, location })
        .filter(([, value]) => value !== undefined)
        .map(([member, value]) => `${member}: ${value}`);
      if (comment) changed.push(`comment: ${textOf(facts, comment)}`);
      return `Defect updated. ${changed.join("; ")}`;
    }
    case "defect.withdrawn":
      return `Defect withdrawn. Reason: ${textOf(facts, event.body.reason)}`;
    case "rework.started":
      return `Rework ${event.body.label} started: ${stepNumbers(facts, event.body.steps)}. It voids ${event.body.voids.buyoffs.length} buyoffs and ${event.body.voids.readings.length} readings.`;
    case "hold.released":
      return `Hold released. Comment: ${textOf(facts, event.body.comment)}${event.body.ncr ? ` (${event.body.ncr}, ${event.body.basis})` : ""}`;
    default:
      return event.type;
  }
}

const stepNumbers = (
  facts: EntryFacts,
  steps: readonly { step: string; attempt: number }[],
): string =>
  steps
    .map(({ step, attempt }) => {
      const known = facts.content ? placeOf(facts.content, step).step : null;
      return `step ${known?.number ?? step}, attempt ${attempt}`;
    })
    .join("; ");

function placeOf(content: InstructionContent, step: string | null) {
  for (const operation of content.operations) {
    const found = operation.steps.find(({ id }): boolean => id === step);
    if (found) return { operation, step: found as Step };
  }
  return { operation: null, step: null };
}

const withUnit = (value: string, unit: string | null): string =>
  unit ? `${value} ${unit}` : value;

/** 21.9 … 24.9 N·m, ≥ 4.0 mm, ≤ 0.05 mm. */
function limitsText(
  limits: { min: string | null; max: string | null } | null,
  unit: string | null,
): string | null {
  if (!limits) return null;
  const { min, max } = limits;
  if (min !== null && max !== null) return withUnit(`${min} … ${max}`, unit);
  if (min !== null) return withUnit(`≥ ${min}`, unit);
  return max === null ? null : withUnit(`≤ ${max}`, unit);
}

const entryRef = (entry: EntryLine, facts: EntryFacts) => ({
  stream: entry.stream,
  seq: entry.seq,
  hash: facts.entryHash,
});
const byline = ({ person }: EntryFacts): string =>
  person ? `${person.name} (${person.employeeNumber})` : "by rule";
const textOf = (facts: EntryFacts, hash: string): string =>
  facts.texts[hash] ?? `[text ${hash.slice(0, 12)} not kept]`;

/** The texts, by hash, that an event of this kind names. */
export function textsNamed(event: TravelerEvent): string[] {
  switch (event.type) {
    case "defect.logged":
    case "defect.updated":
    case "hold.released":
      return event.body.comment ? [event.body.comment] : [];
    case "defect.withdrawn":
      return [event.body.reason];
    default:
      return [];
  }
}
