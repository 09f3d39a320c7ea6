import * as z from "zod/mini";

/** How many messages are on their way to it at once, of all workers together; capabilities.rules.ts has the default. */
export const ownAtOnce = z.optional(z.int().check(z.positive(), z.lte(64)));

/** For how long a system that doesn't answer is left alone; breaker.rules.ts has the default. */
export const ownBreaker = z.optional(
  z.object({ baseMs: z.int().check(z.positive()), capMs: z.int().check(z.positive()) }),
);
