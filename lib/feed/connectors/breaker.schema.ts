import * as z from "zod/mini";

/** For how long a system that doesn't answer is left alone; breaker.rules.ts has the default. */
export const ownBreaker = z.optional(
  z.object({ baseMs: z.int().check(z.positive()), capMs: z.int().check(z.positive()) }),
);
