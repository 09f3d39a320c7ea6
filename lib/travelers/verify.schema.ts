import * as z from "zod/mini";
import type { Instant } from "#lib/kit/time";

export const verifyForm = z.object({ traveler: z.uuid() });

/** What a check of one chain found: how far it reaches, and the first entry that does not hold. */
export type Verified = {
  entries: number;
  head: string;
  at: Instant;
  broken: { seq: number; problem: string } | null;
};
