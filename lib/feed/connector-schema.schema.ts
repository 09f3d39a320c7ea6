import * as z from "zod/mini";
import { command, id, wordsOrNothing } from "#lib/plant/fields.schema";
import { shape } from "./connectors/rest/shape.rules.ts";

/** What was learned, of which record, and when. */
export const schemaSample = z.object({ externalId: z.string(), at: z.string(), shape });
export type SchemaSample = z.output<typeof schemaSample>;

/** What a look found. `problem`: the mapping can't read the record any more, in its words. */
export const schemaCheck = z.object({
  at: z.string(),
  externalId: z.string(),
  gone: z.array(z.string()),
  changed: z.array(z.object({ path: z.string(), was: z.string(), is: z.string() })),
  problem: z.nullable(z.string()),
});
export type SchemaCheck = z.output<typeof schemaCheck>;

export const isDrift = ({ gone, changed, problem }: SchemaCheck): boolean =>
  gone.length > 0 || changed.length > 0 || problem !== null;

export const checkSchemaForm = z.object({
  command,
  connector: id,
  /** Learn anew from this record; empty: look at the one that was learned from, or at the newest. */
  externalId: wordsOrNothing(120),
});
export type CheckSchemaForm = z.output<typeof checkSchemaForm>;
