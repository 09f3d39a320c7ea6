import { describe, expect, test } from "vitest";
import { sha256Hex } from "#lib/kit/canonical";
import { anEvent } from "../../testing/publisher.ts";
import { addressed, bytesOf, dropName, messageOf, referenceTo } from "./message.rules.ts";
import { folderConfig } from "./schema.ts";

describe("an event on its way", () => {
  test("is the same text whatever order its members come in", () => {
    const event = anEvent();
    const turned = Object.fromEntries(Object.entries(event).reverse()) as typeof event;
    expect(messageOf(turned).body).toBe(messageOf(event).body);
    expect(JSON.parse(messageOf(event).body)).toEqual(event);
  });

  test("failure 62: a reference keeps every attribute, has the digest of the whole, and no part of the data", () => {
    const message = messageOf(anEvent());
    const referring = referenceTo(message, "https://plant.example/api/events/1");
    const { data: _, datacontenttype: __, ...attributes } = message.event;
    expect(JSON.parse(referring.body)).toEqual({
      ...attributes,
      dataref: "https://plant.example/api/events/1",
      datasha256: sha256Hex(message.body),
    });
  });

  test("is measured in bytes, not in characters", () => {
    expect(bytesOf("N·m")).toBe(4);
  });

  test("goes to a topic made from its own values, which can't make it another one", () => {
    const event = anEvent();
    event.data.context.place.site = "NG1/#/+";
    expect(addressed("plant/{site}/{name}/{nothing}", event, /[+#/\0]/g)).toBe(
      "plant/NG1____/defect.logged/{nothing}",
    );
  });

  test("has one file name for life, sorted by day, traveler and sequence", () => {
    const event = anEvent();
    expect(dropName({ event })).toEqual({
      folder: event.recordedtime.slice(0, 10),
      file: `${event.partitionkey}.${event.sequence}.${event.id}.jsonl`,
    });
  });
});

test("a folder never leads out of the one that drops may go to", () => {
  const path = folderConfig.shape.path;
  for (const good of ["events", "qms/in-box", "a.b/c_d"])
    expect(path.safeParse(good).success).toBe(true);
  for (const bad of ["", "/etc", "..", "a/../../b", "a//b", "a/.ssh", "a/", ".hidden"])
    expect(path.safeParse(bad).success, bad).toBe(false);
});
