import * as z from "zod/mini";
import { command, id, reason, words } from "#lib/plant/fields.schema";
import { withApiDocument } from "./api-document.schema.ts";
import { connectorKinds } from "./connectors/fields.rules.ts";

/** Stands in addresses of webhooks and in rules. */
const code = z
  .string()
  .check(
    z.trim(),
    z.minLength(1, "needed"),
    z.maxLength(40, "too_long"),
    z.regex(/^[a-z0-9][a-z0-9-]*$/, "connector_code_needed"),
  );
const key = z.string().check(z.maxLength(60));
/** One text for each field of the connector's kind; typed.rules.ts reads them. */
const typed = z.record(key, z.string().check(z.maxLength(40_000), z.normalize("NFC")));
/** Only what is typed anew. Nothing that is kept ever comes back to be sent again. */
const secrets = z.record(key, z.string().check(z.maxLength(20_000)));
const name = words(80);

export const addConnectorForm = z.object({
  command,
  kind: z.enum(connectorKinds),
  code,
  name,
  typed,
  secrets,
  apiDocument: withApiDocument,
  reason,
});
export type AddConnectorForm = z.output<typeof addConnectorForm>;

export const changeConnectorForm = z.object({
  command,
  connector: id,
  /** What the form was opened on: what somebody else has changed meanwhile is not overwritten. */
  was: z.string().check(z.length(64)),
  name,
  typed,
  secrets,
  apiDocument: withApiDocument,
  reason,
});
export type ChangeConnectorForm = z.output<typeof changeConnectorForm>;

/** What is typed, before it is saved; of a connector that is there, with the secrets it has. */
export const testConnectorForm = z.object({
  connector: z.nullable(id),
  kind: z.enum(connectorKinds),
  /** Null: as it is saved. */
  typed: z.nullable(typed),
  secrets,
});
export type TestConnectorForm = z.output<typeof testConnectorForm>;

export const pauseConnectorForm = z.object({ command, connector: id, reason });
export type PauseConnectorForm = z.output<typeof pauseConnectorForm>;
