import type { CloudEvent } from "#lib/catalogue/data.schema";
import { type Canonical, canonicalJson, sha256Hex } from "#lib/kit/canonical";

/** CloudEvents in structured mode: one document, whatever carries it. */
export const structuredType = "application/cloudevents+json; charset=utf-8";

export type Message = {
  id: string;
  /** The same, to the last byte, after every retry: the receiver compares source and id. */
  body: string;
  /** For those who sort before they read. */
  attributes: Readonly<Record<string, string>>;
  event: CloudEvent;
};

export function messageOf(event: CloudEvent): Message {
  const { data: _, ...attributes } = event;
  return {
    id: event.id,
    body: canonicalJson(event as unknown as Canonical),
    attributes: Object.fromEntries(
      Object.entries(attributes).filter(
        (one): one is [string, string] => typeof one[1] === "string",
      ),
    ),
    event,
  };
}

/**
 * An event that is larger than its receiver takes: its attributes stay, and `dataref` and `datasha256` say where the
 * whole event is and how to know it (the claim check extension of CloudEvents). Never a part of the data.
 */
export function referenceTo(message: Message, url: string): Message {
  const { data: _, datacontenttype: __, ...attributes } = message.event;
  const referring = { ...attributes, dataref: url, datasha256: sha256Hex(message.body) };
  return {
    ...message,
    body: canonicalJson(referring as unknown as Canonical),
    attributes: { ...message.attributes, dataref: url, datasha256: referring.datasha256 },
  };
}

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** A topic, subject or routing key for this event. `forbidden` never comes in from a value. */
export function addressed(template: string, event: CloudEvent, forbidden: RegExp): string {
  const name = event.type.replace(/^dev\.buyoff\./, "").replace(/\.v\d+$/, "");
  const values: Readonly<Record<string, string>> = {
    type: event.type,
    name,
    site: event.data.context.place.site,
    partitionkey: event.partitionkey,
  };
  return template.replace(/\{([a-z]+)\}/g, (whole, key: string) =>
    Object.hasOwn(values, key) ? (values[key] ?? "").replace(forbidden, "_") : whole,
  );
}

/** Where a dropped event stands: the same name after every retry, sorted by day, traveler and sequence. */
export function dropName({ event }: Pick<Message, "event">): { folder: string; file: string } {
  return {
    folder: event.recordedtime.slice(0, 10),
    file: `${event.partitionkey}.${event.sequence}.${event.id}.jsonl`,
  };
}
