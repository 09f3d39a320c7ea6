import type { EventBody, EventType } from "#lib/travelers/events.schema";
import type { namesOf } from "./catalogue.rules.ts";
import type { EventName, ExtraData, Told } from "./data.schema.ts";
import type { Of } from "./refs.rules.ts";

type ToldAs<N extends EventName> = Extract<Told, { name: N }>;

/** What an entry of a type is to other systems: under the names that the catalogue gives it, and no others. */
export type Telling<T extends EventType> = {
  readonly [K in T]: (body: EventBody<K>, of: Of) => readonly ToldAs<(typeof namesOf)[K][number]>[];
};

export const told = <N extends EventName>(name: N, data: ExtraData<N>): ToldAs<N> =>
  ({ name, data }) as unknown as ToldAs<N>;
