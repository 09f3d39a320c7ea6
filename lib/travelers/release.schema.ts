import * as z from "zod/mini";

/** Units are typed or pasted, one per line or with commas between. */
export const releaseForm = z.object({
  command: z.uuid(),
  workOrder: z.string().check(z.minLength(1)),
  contentSha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, "needed")),
  serials: z.string().check(z.trim(), z.minLength(1, "needed"), z.maxLength(5000, "too_long")),
});
export type ReleaseForm = z.output<typeof releaseForm>;
