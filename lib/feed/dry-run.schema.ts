import * as z from "zod/mini";

const text = z.string();
const counts = z.object({
  create: z.int(),
  gated: z.int(),
  update: z.int(),
  attach: z.int(),
  publish: z.int(),
  joined: z.int(),
  withdrawn: z.int(),
  notMatched: z.int(),
  error: z.int(),
});
export type Counts = z.output<typeof counts>;
export const countNames = Object.keys(counts.shape) as readonly (keyof Counts)[];

const line = z.object({
  stream: text,
  seq: z.int(),
  event: text,
  unit: text,
  at: text,
  does: z.enum(countNames),
  detail: z.nullable(text),
});
export type DryRunLine = z.output<typeof line>;

const difference = z.object({ count: z.int(), lines: z.array(line) });

/** What a content would have made of what happened, and what the one in force made of the same. */
export const dryRun = z.object({
  v: z.literal(1),
  days: z.int(),
  from: text,
  to: text,
  /** Entries that it or the one in force listens to. */
  entries: z.int(),
  /** There were more: these are the last. */
  isCut: z.boolean(),
  counts,
  inForce: z.nullable(z.object({ version: z.int(), counts })),
  /** Sent now and not before, before and not now, and to another effect. */
  more: difference,
  less: difference,
  other: difference,
  /** Why events could not be decided on, with how many. */
  problems: z.array(z.object({ detail: text, count: z.int() })),
  lines: z.array(line),
});
export type DryRun = z.output<typeof dryRun>;
