import * as z from "zod/mini";

const text = z.string();
/** Those of B2MML (ISA-95 part 4) that an order, a unit or an operation can be in here. */
const state = z.enum(["Ready", "Running", "Held", "Completed", "Closed", "Aborted"]);
export type ResponseState = z.output<typeof state>;

const times = { startedAt: z.optional(text), endedAt: z.optional(text) };
const operation = z.object({ number: text, title: text, workCenter: text, state, ...times });
const material = z.object({
  partNumber: text,
  serial: z.optional(text),
  lot: z.optional(text),
  quantity: text,
});
const unit = z.object({
  travelerId: text,
  serial: z.optional(text),
  lot: z.optional(text),
  part: z.object({ number: text, revision: text }),
  instruction: z.optional(z.object({ number: text, revision: text })),
  state,
  quantity: text,
  accepted: text,
  scrapped: text,
  ...times,
  operations: z.array(operation),
  consumed: z.array(material),
  holds: z.array(z.object({ holdId: text, reason: z.optional(text), since: text })),
});

/**
 * What an MES is told of an order's execution. Partial while anything is open, final when nothing is:
 * each unit completed, accepted, scrapped or cancelled.
 */
export const performance = z.object({
  order: text,
  /** As the other system calls it. */
  externalId: z.optional(text),
  site: text,
  state,
  isFinal: z.boolean(),
  /** Of the last event that it is made of: the same events give the same document. */
  publishedAt: text,
  ...times,
  quantity: z.object({ released: text, completed: text, accepted: text, scrapped: text }),
  units: z.array(unit),
});
export type Performance = z.output<typeof performance>;
export type UnitPerformance = z.output<typeof unit>;
