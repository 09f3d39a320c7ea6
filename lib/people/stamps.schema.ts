import * as z from "zod/mini";
import { code, command, day, id, reason } from "#lib/plant/fields.schema";
import { stampKinds } from "./stamps.rules.ts";

export const stampForm = z.object({
  command,
  person: id,
  number: code,
  kind: z.enum(stampKinds, "needed"),
  issuedOn: day,
});
export type StampForm = z.output<typeof stampForm>;

export const withdrawStampForm = z.object({ command, number: code, withdrawnOn: day, reason });
export type WithdrawStampForm = z.output<typeof withdrawStampForm>;

export const coolDownForm = z.object({
  command,
  months: z.string().check(
    z.trim(),
    z.regex(/^\d{1,3}$/, "months_needed"),
    z.refine((text) => Number(text) <= 120, "months_needed"),
  ),
  reason,
});
export type CoolDownForm = z.output<typeof coolDownForm>;
