import * as z from "zod/mini";
import { dataOf, type EventName, isEventName } from "./data.schema.ts";
import { said } from "./parts.schema.ts";

export const schemaPath = "/api/schemas/events";
export const fileOf = (name: EventName): string => `${name}.v1.json`;
export const schemaUrl = (origin: string, name: EventName): string =>
  `${origin}${schemaPath}/${fileOf(name)}`;

/** The event whose schema is asked for by this file name, or null. */
export function eventOfFile(file: string): EventName | null {
  const name = file.replace(/\.v1\.json$/, "");
  return name !== file && isEventName(name) ? name : null;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The published schema of an event's data. Open to members that it doesn't name yet: a receiver that
 * checks against an older copy takes a newer event. `closed` is for our own tests: nothing unsaid goes out.
 */
export function schemaOf(origin: string, name: EventName, how: "open" | "closed"): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(dataOf(name), {
    io: how === "open" ? "input" : "output",
    metadata: said,
    reused: "inline",
  }) as Record<string, unknown>;
  return { $schema, $id: schemaUrl(origin, name), title: `dev.buyoff.${name}.v1`, ...schema };
}
