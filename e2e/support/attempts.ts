import type { TravelerEvent } from "#lib/travelers/events.schema";
import { entriesOf } from "./database.ts";

type Told<T extends TravelerEvent["type"]> = {
  seq: number;
  person: string | null;
  body: Extract<TravelerEvent, { type: T }>["body"];
};

/** The entries of one kind as the record's own lines tell them. */
export async function told<T extends TravelerEvent["type"]>(
  traveler: string,
  type: T,
): Promise<Told<T>[]> {
  const entries = await entriesOf(traveler);
  return entries.filter((entry) => entry.type === type).map(({ line }) => JSON.parse(line));
}
