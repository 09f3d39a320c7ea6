import * as z from "zod/mini";
import { signalKinds } from "./state.schema.ts";

export const reviewPeriods = ["today", "week", "month", "all"] as const;
export type ReviewPeriod = (typeof reviewPeriods)[number];

/** Which signals are looked at; what is not said is not asked. */
export const signalFilter = z.object({
  kind: z.optional(z.enum(signalKinds)),
  station: z.optional(z.string().check(z.maxLength(60))),
  period: z.enum(reviewPeriods),
  reviewed: z.boolean(),
});
export type SignalFilter = z.output<typeof signalFilter>;

/** One note for what is looked at together on one unit. Messages are keys of `desk.form`. */
export const reviewForm = z.object({
  command: z.uuid(),
  traveler: z.uuid(),
  signals: z.array(z.int().check(z.positive())).check(z.minLength(1)),
  note: z
    .string()
    .check(z.trim(), z.minLength(1, "needed"), z.maxLength(1000, "too_long"), z.normalize("NFC")),
});
export type ReviewForm = z.output<typeof reviewForm>;

export const acceptBeyondForm = z.object({
  command: z.uuid(),
  traveler: z.uuid(),
  reading: z.uuid(),
  reason: z
    .string()
    .check(z.trim(), z.minLength(1, "needed"), z.maxLength(1000, "too_long"), z.normalize("NFC")),
});
export type AcceptBeyondForm = z.output<typeof acceptBeyondForm>;
