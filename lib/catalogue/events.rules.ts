import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import { millis } from "#lib/kit/time";
import type { EntryLine } from "#lib/record/schema";
import {
  type EventBody,
  type EventType,
  eventTypes,
  parseEvent,
  type TravelerEvent,
} from "#lib/travelers/events.schema";
import { withoutEvent } from "./catalogue.rules.ts";
import { contextOf } from "./context.rules.ts";
import type { CloudEvent, Told } from "./data.schema.ts";
import { evidenceTelling } from "./evidence.rules.ts";
import type { EventFacts } from "./facts.schema.ts";
import { plantTelling } from "./plant.rules.ts";
import { qualityTelling } from "./quality.rules.ts";
import { known, type Of } from "./refs.rules.ts";
import { schemaUrl } from "./schemas.rules.ts";
import { type Telling, told } from "./telling.rules.ts";
import { workTelling } from "./work.rules.ts";

/** What the rules turned away: also where there is no unit, in the stream of a tablet or a person. */
const refusalTelling = {
  "attempt.refused": (body: EventBody<"attempt.refused">) => [
    told("command.refused", { where: "tablet", command: body.command, refusal: body.refusal }),
  ],
  "command.not_applied": (body: EventBody<"command.not_applied">) => [
    told("command.refused", {
      where: "server",
      command: body.command,
      refusal: body.refusal,
      commandSha256: body.commandSha256,
    }),
  ],
};

/** Total: a type of entry without its line here does not compile. */
const travelerTelling: Telling<EventType> = {
  ...workTelling,
  ...evidenceTelling,
  ...qualityTelling,
  ...refusalTelling,
};

const isTravelerType = (type: string): type is EventType =>
  (eventTypes as readonly string[]).includes(type);
const isRefusal = (type: string): type is keyof typeof refusalTelling =>
  Object.hasOwn(refusalTelling, type);
const isTold = (type: string): type is keyof typeof plantTelling =>
  Object.hasOwn(plantTelling, type);

export type NoEvents = { code: "entry_unreadable" | "facts_missing"; detail: string };

/**
 * What one entry of the record is to other systems: one event, none, or a second one that follows from it.
 * Nothing but the entry and its facts: the same after every retry, restart and replay.
 */
export function eventsOf(
  entry: EntryLine,
  facts: EventFacts,
): Result<readonly CloudEvent[], NoEvents> {
  try {
    const events = toldBy(entry, facts);
    return ok(events.map((event, place) => enveloped(entry, facts, event, place)));
  } catch (problem) {
    if (problem instanceof FactsMissing)
      return err({ code: "facts_missing", detail: problem.message });
    // What is on record and can't be read is an error that somebody sees, never an event left out.
    return err({ code: "entry_unreadable", detail: String(problem) });
  }
}

class FactsMissing extends Error {}

function toldBy(entry: EntryLine, facts: EventFacts): readonly Told[] {
  const { type } = entry;
  if (entry.kind !== "traveler") {
    if (isTold(type)) return plantTelling[type]({ entry, facts });
    if (Object.hasOwn(withoutEvent, type)) return [];
    if (!isRefusal(type)) throw new TypeError(`unknown entry type: ${type}`);
  }
  if (!isTravelerType(type)) throw new TypeError(`unknown entry type: ${type}`);
  const event = parseEvent(type, entry.body);
  const { content, state } = facts;
  if (isRefusal(type)) return refusalTelling[type](event.body as never);
  if (!content) throw new FactsMissing("the instruction that the entry names is not known");
  if (!state) throw new FactsMissing("the traveler's entries before it are not known");
  return tell(event, { entry, facts, content, state });
}

const tell = (event: TravelerEvent, of: Of): readonly Told[] =>
  travelerTelling[event.type](event.body as never, of);

function enveloped(
  entry: EntryLine,
  facts: EventFacts,
  { name, data }: Told,
  place: number,
): CloudEvent {
  return {
    specversion: "1.0",
    id: idOf(entry, facts, place),
    source: `${facts.origin}/sites/${facts.site.code}`,
    type: `dev.buyoff.${name}.v1`,
    subject: subjectOf(entry, facts),
    time: entry.occurredAt,
    datacontenttype: "application/json",
    dataschema: schemaUrl(facts.origin, name),
    // The chain of the record: order within it is what the hashes say, with no counter besides.
    partitionkey: entry.stream,
    sequence: `${String(entry.seq).padStart(10, "0")}${place}`,
    recordedtime: entry.recordedAt,
    correlationid: entry.stream,
    ...known({ causationid: entry.command }),
    data: { context: contextOf(entry, facts), ...data },
  };
}

/** Version 7 by the record's time, and the rest from the entry's hash: made again, it is the same. */
function idOf(entry: EntryLine, { entryHash }: EventFacts, place: number): string {
  const bytes = sha256Hex(`event/${entryHash}/${place}`).slice(0, 20).match(/../g) ?? [];
  const random = Uint8Array.from(bytes, (hex) => Number.parseInt(hex, 16));
  return uuidv7(millis(entry.recordedAt), random);
}

/** orders/<order>/operations/<op>/units/<unit>/steps/<step>, as far as the entry has them. */
function subjectOf(entry: EntryLine, { content }: EventFacts): string {
  const operation = content?.operations.find((of) => of.steps.some(({ id }) => id === entry.step));
  const step = operation?.steps.find(({ id }) => id === entry.step);
  const parts = [
    ["orders", entry.order],
    ["operations", operation?.number],
    ["units", entry.unit],
    ["steps", step?.number],
  ].flatMap(([what, id]) => (id ? [`${what}/${encodeURIComponent(id)}`] : []));
  return parts.length > 0 ? parts.join("/") : `${entry.kind}s/${entry.stream}`;
}
