import * as z from "zod/mini";
import { DECIMAL } from "#lib/kit/decimal";

const isTyped = ({ as, serials, lot }: { as: string; serials: string; lot: string }) =>
  (as === "lot" ? lot : serials) !== "";
const isQuantity = ({ as, quantity }: { as: string; quantity: string }) =>
  as !== "lot" || (DECIMAL.test(quantity) && Number(quantity) > 0);

/** Units are typed or pasted, one per line or with commas between; or one lot with its quantity. */
export const releaseForm = z
  .object({
    command: z.uuid(),
    workOrder: z.string().check(z.minLength(1)),
    contentSha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, "needed")),
    as: z.enum(["serials", "lot"], "needed"),
    serials: z.string().check(z.trim(), z.maxLength(5000, "too_long")),
    lot: z.string().check(z.trim(), z.maxLength(60, "too_long")),
    quantity: z.string().check(z.trim(), z.maxLength(20, "too_long")),
  })
  .check(
    z.refine((form) => form.as !== "serials" || isTyped(form), {
      path: ["serials"],
      message: "needed",
    }),
    z.refine((form) => form.as !== "lot" || isTyped(form), { path: ["lot"], message: "needed" }),
    z.refine(isQuantity, { path: ["quantity"], message: "positive_needed" }),
  );
export type ReleaseForm = z.output<typeof releaseForm>;
