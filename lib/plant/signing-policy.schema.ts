import * as z from "zod/mini";
import { offlineTypes } from "#lib/travelers/facts.schema";
import { command, reason } from "./fields.schema.ts";

/** Which buyoff types may be signed without a network here; none of them is none at all. */
export const offlineSigningForm = z.object({
  command,
  types: z.array(z.enum(offlineTypes)),
  reason,
});
export type OfflineSigningForm = z.output<typeof offlineSigningForm>;
