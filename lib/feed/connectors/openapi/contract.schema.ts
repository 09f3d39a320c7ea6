import * as z from "zod/mini";

/** As much of a document as a form may carry; one that is fetched may be longer. */
export const pastedCharsMax = 900_000;

/** What of a configuration asks an API for something of its own. */
export const apiParts = [
  "create",
  "lookup",
  "readBack",
  "update",
  "attach",
  "withdraw",
  "changes",
] as const;
export type ApiPart = (typeof apiParts)[number];

const field = z.object({
  path: z.string(),
  type: z.string(),
  required: z.boolean(),
  max: z.nullable(z.number()),
  choices: z.nullable(z.array(z.string())),
});

const operation = z.object({
  method: z.string(),
  path: z.string(),
  /** What a body has to be, needing nothing around it; null: it takes none, or one that nobody can check. */
  request: z.nullable(z.record(z.string(), z.unknown())),
  /** Members of the body that the mapping gives or that have to be there, and of the answer that it reads. */
  sends: z.array(field),
  reads: z.array(field),
});
export type ContractOperation = z.output<typeof operation>;

/** What the API's own document says of all that this connector uses of it, as somebody approved it. */
export const apiContract = z.object({
  sha256: z.string(),
  readAt: z.string(),
  /** Where it was read; null: it was given as a file. */
  address: z.nullable(z.string()),
  title: z.string(),
  version: z.string(),
  openapi: z.string(),
  operations: z.partialRecord(z.enum(apiParts), operation),
  /** All that the document describes: method and path. */
  names: z.array(z.string()),
});
export type ApiContract = z.output<typeof apiContract>;

/** As its makers call it. */
export const versionName = (openapi: string): string =>
  `${openapi.startsWith("2") ? "Swagger" : "OpenAPI"} ${openapi}`;

/** What a later look at the document found. `added`: operations that nobody uses yet, no drift. */
export const apiCheck = z.object({
  at: z.string(),
  sha256: z.string(),
  address: z.nullable(z.string()),
  gone: z.array(z.string()),
  changed: z.array(z.object({ path: z.string(), was: z.string(), is: z.string() })),
  added: z.array(z.string()),
  /** It can't be read any more, in words. */
  problem: z.nullable(z.string()),
});
export type ApiCheck = z.output<typeof apiCheck>;

export const isApiDrift = ({ gone, changed, problem }: ApiCheck): boolean =>
  gone.length > 0 || changed.length > 0 || problem !== null;
