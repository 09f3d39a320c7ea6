import * as z from "zod/mini";
import { DECIMAL } from "#lib/kit/decimal";
import { code, wordsOrNothing } from "#lib/plant/fields.schema";
import { canonicalNumber } from "./number.rules.ts";

const text = (max: number) =>
  z
    .string()
    .check(z.trim(), z.minLength(1, "needed"), z.maxLength(max, "too_long"), z.normalize("NFC"));
/** As the other system writes it; what we keep is one form of it. */
const number = z.pipe(
  z
    .string()
    .check(
      z.trim(),
      z.maxLength(40, "too_long"),
      z.regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, "code_needed"),
    ),
  z.transform(canonicalNumber),
);
/** With a zone, always: an hour without one is another hour somewhere else. */
const moment = z.string().check(
  z.trim(),
  z.regex(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/,
    "moment_needed",
  ),
  z.refine((value) => !Number.isNaN(Date.parse(value)), "moment_needed"),
);
const at = z.pipe(
  moment,
  z.transform((value) => new Date(value).toISOString()),
);
const quantity = z.string().check(
  z.trim(),
  z.regex(DECIMAL, "number_needed"),
  z.refine((value) => Number(value) > 0, "positive_needed"),
);
const unit = z
  .string()
  .check(z.trim(), z.regex(/^[A-Za-z0-9][A-Za-z0-9._/#+-]{0,59}$/, "code_needed"));

const envelope = {
  /** Which system says so: orders of two systems with one number are not mistaken for each other. */
  system: code,
  number,
  /** The order's own id in that system, where it has one beside its number. */
  externalId: z.optional(text(120)),
  /** Counts the states of the order in that system; the later one holds, whenever it arrives. */
  version: z.optional(z.string().check(z.trim(), z.regex(/^\d{1,15}$/, "number_needed"))),
  /** When that system said it; decides where there is no version. */
  sentAt: at,
};
const plan = {
  dueAt: z.optional(at),
  priority: z.optional(text(20)),
  customer: z.optional(wordsOrNothing(120)),
  /** Which instruction it is to be built by; without a revision: the one that is effective. */
  instruction: z.optional(z.object({ number: code, revision: z.optional(text(20)) })),
  /** Serial numbers that the other system has given out, or a lot. */
  serials: z.optional(z.array(unit).check(z.maxLength(2000, "too_long"))),
  lot: z.optional(unit),
};

/** Everything that an MES or an ERP can tell of a work order, whatever it was written in. */
export const orderMessage = z.discriminatedUnion("action", [
  /** The whole order as it is to be: the first one makes it, a later one changes it. */
  z.object({
    action: z.literal("order"),
    ...envelope,
    ...plan,
    part: z.object({ number: code, revision: code }),
    quantity,
  }),
  z.object({ action: z.literal("hold"), ...envelope, reason: text(500) }),
  z.object({ action: z.literal("release"), ...envelope, reason: z.optional(text(500)) }),
  z.object({ action: z.literal("cancel"), ...envelope, reason: text(500) }),
  /** Part of `parent` goes on as an order of its own, `number`. */
  z.object({ action: z.literal("split"), ...envelope, ...plan, parent: number, quantity }),
]);
export type OrderMessage = z.output<typeof orderMessage>;
export type Statement = Extract<OrderMessage, { action: "order" | "split" }>;

export const ordersMax = 500;
export const orderMessages = z.object({
  orders: z.array(orderMessage).check(z.minLength(1, "needed"), z.maxLength(ordersMax, "too_long")),
});
