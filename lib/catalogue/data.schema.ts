import * as z from "zod/mini";
import { context, type envelope } from "./envelope.schema.ts";
import { evidenceData } from "./evidence.schema.ts";
import { qualityData } from "./quality.schema.ts";
import { workData } from "./work.schema.ts";

/** What each event says beyond the common block. Additive: an event gains optional members. */
export const extraData = { ...workData, ...evidenceData, ...qualityData } as const;

export type EventName = keyof typeof extraData;
export const eventNames = Object.keys(extraData) as EventName[];
export const isEventName = (name: string): name is EventName => Object.hasOwn(extraData, name);

const extra = <T extends EventName>(name: T) => z.object(extraData[name]);
export type ExtraData<T extends EventName> = z.output<ReturnType<typeof extra<T>>>;

/** The data of one event. */
export const dataOf = (name: EventName) => z.object({ context, ...extraData[name] });

/** An event as the rules make it, before it stands in its envelope. */
export type Told = { [T in EventName]: { name: T; data: ExtraData<T> } }[EventName];

export type CloudEvent = z.output<typeof envelope> & {
  data: { context: z.output<typeof context> } & Readonly<Record<string, unknown>>;
};
