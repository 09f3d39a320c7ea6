import { namesOf, plantNamesOf } from "#lib/catalogue/catalogue.rules";
import type { CloudEvent, EventName } from "#lib/catalogue/data.schema";
import type { EventContext } from "#lib/catalogue/envelope.schema";
import { type Canonical, canonicalSha256, sha256Hex } from "#lib/kit/canonical";
import type { Instant } from "#lib/kit/time";
import type { StreamKind } from "#lib/record/schema";
import { evaluate } from "./connectors/rest/mapping.rules.ts";
import type { DeliveryOperation, DeliveryState } from "./delivery.rules.ts";
import { documentFrom, opens, updateFrom } from "./documents.rules.ts";
import type { DocumentedProcess, ProcessDocument, ProcessUpdate } from "./documents.schema.ts";
import { defectIn, isNamed, nameOf } from "./heard.rules.ts";
import { ncrPhotoOf, ncrUpdateOf } from "./ncr-documents.rules.ts";
import { outOfScope, windowEnd } from "./rules.rules.ts";
import type { KeyMember, RuleContent } from "./rules.schema.ts";
import type { NcrPhoto, NcrUpdate } from "./schema.ts";

/** The events that an entry of this type can become, without making them. */
export function namesHeard(kind: StreamKind, type: string): readonly EventName[] {
  const names: Readonly<Record<string, readonly EventName[]>> =
    kind === "traveler" || type === "attempt.refused" || type === "command.not_applied"
      ? namesOf
      : plantNamesOf;
  return Object.hasOwn(names, type) ? (names[type] ?? []) : [];
}

export const isListening = (content: RuleContent, names: readonly EventName[]): boolean =>
  names.some((name) => content.on.includes(name) || content.follow.includes(name));

/** A rule as the router has it: one version, and where its connector is. */
export type RuleInForce = {
  id: string;
  code: string;
  version: number;
  contentSha256: string;
  content: RuleContent;
  /** Null: the site has no connector of this code. */
  connector: string | null;
};

/** What was opened before under a correlation: the last of it. */
export type KnownRecord = {
  externalKey: string;
  connector: string;
  /** Of the entry that opened it. */
  stream: string | null;
  defect: string | null;
  /** When what opened it was recorded. */
  openedAt: Instant;
  state: DeliveryState;
  /** As the other system has it, if it has told. */
  status: string | null;
  /** No worker has ever taken it. */
  isUntouched: boolean;
  /** The number in the other system, where it has one. */
  number: string | null;
  /** How many were opened before it under the same correlation. */
  recurrence: number;
};

export type RecordOfLot = KnownRecord & { correlation: string };

export type Payload = ProcessDocument | ProcessUpdate | NcrUpdate | NcrPhoto | CloudEvent;

export type RoutedDelivery = {
  operation: DeliveryOperation;
  connector: string;
  process: RuleContent["process"];
  defect: string | null;
  /** Null: of an event alone. */
  correlation: string | null;
  orderingKey: string;
  externalKey: string;
  state: "pending" | "gated";
  priority: number;
  payload: Payload;
  /** Of a photo, by its content. */
  attachment: string | null;
};

export type Routed =
  | { outcome: "not_matched" | "error"; detail: string }
  | {
      outcome: "matched";
      detail: string | null;
      /** One, but for an event about a lot that is told to each of its records. */
      deliveries: readonly RoutedDelivery[];
      cancels: string | null;
      joins: string | null;
    };

export type Asked = {
  event: CloudEvent;
  /** The event that logged what this one is about, or the event itself. */
  origin: CloudEvent;
  rule: RuleInForce;
  site: string;
  /** The last record that was opened under a correlation. */
  latest(correlation: string): Promise<KnownRecord | null>;
  /** What the rule has opened about the pieces that a lot has at an entry, and has not been sent with that entry. */
  ofLot(at: Pick<EventContext["integrity"], "stream" | "seq">): Promise<readonly RecordOfLot[]>;
  now(): number;
};

const budget = (now: () => number) => ({ now, milliseconds: 500, depth: 200 });

const no = (detail: string): Routed => ({ outcome: "not_matched", detail });
const wrong = (detail: string): Routed => ({ outcome: "error", detail });

/**
 * What one version of a rule makes of one event: the same, whenever and however often it is asked. Whatever
 * can't be made is an error of this event and this rule, and holds up nothing else.
 */
export async function routeEvent(asked: Asked): Promise<Routed> {
  const routed = await routedBy(asked).catch((problem: unknown) =>
    wrong(`it can't be made: ${String(problem)}`),
  );
  if (routed.outcome !== "matched") return routed;
  try {
    for (const { payload } of routed.deliveries) canonicalSha256(payload as unknown as Canonical);
    return routed;
  } catch (problem) {
    return wrong(`what would be sent has no single text: ${String(problem)}`);
  }
}

async function routedBy(asked: Asked): Promise<Routed> {
  const { event, rule } = asked;
  const { content } = rule;
  const name = nameOf(event);
  const outside = outOfScope(content, event);
  if (outside) return no(outside);
  const isOpening = content.on.includes(name);
  if (isOpening) {
    const condition = await decided(asked);
    if ("outcome" in condition) return condition;
  }
  if (content.process === "EVENTS") return published(asked);
  return inProcess(asked, content.process, isOpening);
}

async function decided({ event, origin, rule, now }: Asked): Promise<Routed | { isMet: true }> {
  const answer = await evaluate(rule.content.when, event, { origin }, budget(now));
  if (!answer.ok) return wrong(`the condition failed: ${answer.problem}`);
  if (answer.value === true) return { isMet: true };
  if (answer.value === false) return no("the condition is not met");
  // JSONata takes a path that leads nowhere for nothing; nothing is not "no".
  return wrong(
    `the condition gave ${JSON.stringify(answer.value)?.slice(0, 80)} and not true or false`,
  );
}

function published({ event, rule, site }: Asked): Routed {
  if (rule.connector === null) return wrong(`this site has no connector ${rule.content.connector}`);
  return {
    outcome: "matched",
    detail: null,
    cancels: null,
    joins: null,
    deliveries: [
      {
        operation: "publish",
        connector: rule.connector,
        process: "EVENTS",
        defect: defectIn(event),
        correlation: null,
        orderingKey: event.partitionkey,
        externalKey: `buyoff:${site}:EVENT:${event.id}`,
        state: "pending",
        priority: rule.content.priority,
        payload: event,
        attachment: null,
      },
    ],
  };
}

async function inProcess(
  asked: Asked,
  process: DocumentedProcess,
  isOpening: boolean,
): Promise<Routed> {
  const { event, origin, rule, site } = asked;
  if (isNamed(event, "unit.serials_assigned")) return numbered(asked, process);
  if (process === "NCR" && defectIn(event) === null) return no("it is about no defect");
  if (event.data.context.units === undefined) return no("it is about no unit");
  const key = await keyOf(asked);
  if (!key.ok) return wrong(key.problem);
  const correlation = `buyoff:${site}:${process}:${sha256Hex(key.value).slice(0, 20)}`;
  const last = await asked.latest(correlation);
  if (!isOpening) {
    if (!last || last.state === "cancelled") return no("no record of its key was opened");
    return added(asked, process, correlation, last);
  }
  if (last && isStillOpen(last, rule.content, event.recordedtime)) {
    if (rule.content.correlate.fold === "create")
      return {
        outcome: "matched",
        detail: `told with ${last.externalKey}`,
        deliveries: [],
        cancels: null,
        joins: last.externalKey,
      };
    return added(asked, process, correlation, last);
  }
  if (rule.connector === null) return wrong(`this site has no connector ${rule.content.connector}`);
  let payload: ProcessDocument;
  try {
    payload = documentFrom(process, event, origin);
  } catch (problem) {
    return wrong(
      `no document can be made: ${problem instanceof Error ? problem.message : String(problem)}`,
    );
  }
  // The record before is over: the same again is a record of its own, that names it.
  const again = last ? last.recurrence + 1 : 0;
  const externalKey = again === 0 ? correlation : `${correlation}:r${again + 1}`;
  const names = last && last.state !== "cancelled" ? (last.number ?? last.externalKey) : null;
  return {
    outcome: "matched",
    detail: names ? `a recurrence of ${names}` : null,
    cancels: null,
    joins: null,
    deliveries: [
      {
        operation: "create",
        connector: rule.connector,
        process,
        defect: defectIn(event) ?? defectIn(origin),
        correlation,
        orderingKey: externalKey,
        externalKey,
        state: rule.content.gate.mode === "auto" ? "pending" : "gated",
        priority: rule.content.priority,
        payload: names ? { ...payload, recurrenceOf: names } : payload,
        attachment: null,
      },
    ],
  };
}

/**
 * The pieces of a lot have numbers from now on: every record that speaks of the lot is told them. What waits for
 * exactly that goes out with them and need not be told.
 */
async function numbered(asked: Asked, process: DocumentedProcess): Promise<Routed> {
  const { rule, event } = asked;
  const known = await asked.ofLot(event.data.context.integrity);
  const told = known.map((last) => added(asked, process, last.correlation, last));
  const deliveries = told.flatMap((of) => (of.outcome === "matched" ? of.deliveries : []));
  if (deliveries.length === 0) return no(`${rule.code} has no record about this lot`);
  const detail = deliveries.length === 1 ? null : `told to ${deliveries.length} records`;
  return { outcome: "matched", detail, cancels: null, joins: null, deliveries };
}

/** Whatever ends a record ends it for what comes later; what was never sent is no record. */
function isStillOpen(last: KnownRecord, { correlate }: RuleContent, at: Instant): boolean {
  if (["cancelled", "closed", "superseded"].includes(last.state)) return false;
  if (last.status === "void" || last.status === "closed") return false;
  const end = windowEnd(correlate.window, last.openedAt);
  return end === null || at < end;
}

/** Something more for a record that is there, or on its way. */
function added(
  asked: Asked,
  process: DocumentedProcess,
  correlation: string,
  last: KnownRecord,
): Routed {
  const { event, origin, rule } = asked;
  if (isNamed(event, "defect.withdrawn") && last.isUntouched)
    return {
      outcome: "matched",
      detail: "withdrawn before anything was sent",
      deliveries: [],
      cancels: last.externalKey,
      joins: null,
    };
  const base = {
    connector: last.connector,
    process,
    defect: defectIn(event) ?? defectIn(origin) ?? last.defect,
    correlation,
    orderingKey: last.externalKey,
    state: "pending" as const,
    priority: rule.content.priority,
  };
  const made = (
    of: Pick<RoutedDelivery, "operation" | "externalKey" | "payload" | "attachment">,
    detail: string | null = null,
  ): Routed => ({
    outcome: "matched",
    detail,
    cancels: null,
    joins: null,
    deliveries: [{ ...base, ...of }],
  });
  const externalKey = `${last.externalKey}:u${placeOf(event, last)}`;
  if (isNamed(event, "evidence.attached") && event.data.kind === "photo") {
    const { attachments } = rule.content;
    if (!attachments.photos) return no("photos are not sent");
    const photo = ncrPhotoOf(event);
    if (photo.bytes <= attachments.bytesMax)
      return made({
        operation: "attach",
        externalKey: `${last.externalKey}:a:${photo.sha256.slice(0, 20)}`,
        payload: photo,
        attachment: photo.sha256,
      });
    const text = `Photo ${photo.name} (${photo.bytes} bytes, SHA-256 ${photo.sha256}) is larger than ${attachments.bytesMax} bytes and stays at the plant: ${event.data.blob.uri}`;
    const payload = { ...ncrUpdateOf(event, text), process: process as "NCR" };
    return made(
      { operation: "update", externalKey, payload, attachment: null },
      "too large to be sent; its address is",
    );
  }
  const document =
    rule.content.correlate.fold === "update" &&
    opens[process].includes(nameOf(event)) &&
    process !== "NCR"
      ? documentFrom(process, event, origin)
      : null;
  return made({
    operation: "update",
    externalKey,
    payload: updateFrom(process, event, document),
    attachment: null,
  });
}

/**
 * Which of the updates it is: the entry's number where it stands in the stream of what opened the record, and
 * otherwise, from another unit or after a lot was split, with its own stream before it. Never the same for two.
 */
function placeOf(event: CloudEvent, last: KnownRecord): string {
  const { stream, seq } = event.data.context.integrity;
  const nth = event.sequence.slice(-1);
  const within = last.stream === stream ? "" : `${stream}.`;
  return `${within}${seq}${nth === "0" ? "" : `.${nth}`}`;
}

async function keyOf({
  event,
  origin,
  rule,
  now,
}: Asked): Promise<{ ok: true; value: string } | { ok: false; problem: string }> {
  const parts: string[] = [];
  for (const member of rule.content.correlate.key) {
    const part = await keyPart(member, event, origin, now);
    if (!part.ok) return part;
    parts.push(part.value);
  }
  return parts.length === 0
    ? { ok: false, problem: "the rule has no key" }
    : { ok: true, value: parts.join("|") };
}

async function keyPart(
  { name, from, mayBeEmpty }: KeyMember,
  event: CloudEvent,
  origin: CloudEvent,
  now: () => number,
): Promise<{ ok: true; value: string } | { ok: false; problem: string }> {
  const answer = await evaluate(from, event, { origin }, budget(now));
  if (!answer.ok) return { ok: false, problem: `key member "${name}" failed: ${answer.problem}` };
  const { value } = answer;
  const isText = typeof value === "string" || typeof value === "number";
  if (isText && value !== "") return { ok: true, value: String(value) };
  if (value !== null && !isText)
    return {
      ok: false,
      problem: `key member "${name}" is no text: ${JSON.stringify(value).slice(0, 80)}`,
    };
  // A part left out would fold what does not belong together.
  return mayBeEmpty
    ? { ok: true, value: "" }
    : { ok: false, problem: `key member "${name}" is empty` };
}

/** What a rule does here, beside what it sends, when an event opens a record or is counted with one. */
export const effectsOf = (
  rule: RuleInForce,
  event: CloudEvent,
  routed: Routed,
): RuleContent["effects"] =>
  routed.outcome === "matched" && rule.content.on.includes(nameOf(event))
    ? rule.content.effects
    : [];

/** Exactly what a rule decided on: the event, the one that logged what it is about, and the rule's content. */
export const inputsSha256 = ({
  event,
  origin,
  rule,
}: Pick<Asked, "event" | "origin" | "rule">): string =>
  sha256Hex(JSON.stringify([rule.contentSha256, event, origin.id === event.id ? null : origin]));
