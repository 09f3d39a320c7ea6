import type { CloudEvent, EventName, ExtraData } from "#lib/catalogue/data.schema";
import { isEventName } from "#lib/catalogue/data.schema";
import type { EventContext } from "#lib/catalogue/envelope.schema";

/** One event of the catalogue by its name. */
export type Heard<N extends EventName> = Omit<CloudEvent, "data"> & {
  data: { context: EventContext } & ExtraData<N>;
};

/** defect.logged of dev.buyoff.defect.logged.v1 */
export function nameOf(event: Pick<CloudEvent, "type">): EventName {
  const name = event.type.replace(/^dev\.buyoff\./, "").replace(/\.v1$/, "");
  if (!isEventName(name)) throw new TypeError(`no event of the catalogue: ${event.type}`);
  return name;
}

export const isNamed = <N extends EventName>(
  event: CloudEvent,
  name: N,
): event is CloudEvent & Heard<N> => event.type === `dev.buyoff.${name}.v1`;

/** What a person wrote, or that it is not kept any more. */
export const saidIn = (words: { sha256: string; text?: string | undefined }): string =>
  words.text ?? `[text ${words.sha256.slice(0, 12)} not kept]`;

export const entryIn = ({ data }: CloudEvent) => {
  const { stream, seq, eventHash } = data.context.integrity;
  return { stream, seq, hash: eventHash };
};

/** Serial, or lot. */
export function unitIn({ data }: CloudEvent): string | null {
  const unit = data.context.units?.[0];
  return unit?.serial ?? unit?.lot ?? null;
}

export function bylineIn({ data }: CloudEvent): string {
  const { actor } = data.context;
  if (!actor) return "by rule";
  return actor.displayName ? `${actor.displayName} (${actor.employeeNo})` : actor.personId;
}

/** The defect that an event is about, or null. */
export function defectIn({ data }: CloudEvent): string | null {
  return typeof data.defectId === "string" ? data.defectId : null;
}
