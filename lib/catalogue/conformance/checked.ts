import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { type CloudEvent, type EventName, eventNames } from "../data.schema.ts";
import { envelope } from "../envelope.schema.ts";
import { schemaOf } from "../schemas.rules.ts";
import { origin } from "./bench-events.ts";

const ajv = new Ajv2020({ strict: true, allErrors: true, validateFormats: false });
const validators = new Map<EventName, ValidateFunction>(
  eventNames.map((name) => [name, ajv.compile(schemaOf(origin, name, "closed"))]),
);

export const nameOf = (event: CloudEvent): EventName =>
  event.type.replace(/^dev\.buyoff\.(.*)\.v1$/, "$1") as EventName;

/** What is wrong with an event against its schema and its envelope; empty: nothing. */
export function faults(event: CloudEvent): string[] {
  const validate = validators.get(nameOf(event));
  if (!validate) return [`no schema for ${event.type}`];
  const { data, ...rest } = event;
  const found = envelope.safeParse(rest);
  return [
    ...(validate(data) ? [] : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`)),
    ...(found.success ? [] : [String(found.error)]),
    ...Object.keys(rest)
      .filter((member) => !/^[a-z0-9]{1,20}$/.test(member))
      .map((member) => `${member}: no name for an attribute of CloudEvents`),
  ];
}
