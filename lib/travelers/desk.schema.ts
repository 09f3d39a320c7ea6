import * as z from "zod/mini";

const id = z.uuid();
const place = {
  command: id,
  traveler: id,
  operation: id,
  /** Empty: the operation's own chain. */
  step: z.union([z.literal(""), id]),
  requirement: id,
};
/** Bounded, so that nobody makes the server hash a book. Messages are keys of `desk.form`. */
const secret = z.string().check(z.trim(), z.minLength(1, "needed"), z.maxLength(200, "too_long"));

export const signForm = z.object({
  ...place,
  /** Of exactly what was shown. */
  contentSha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  badge: secret,
  pin: secret,
});
export type SignForm = z.output<typeof signForm>;

const reason = z
  .string()
  .check(z.trim(), z.minLength(1, "needed"), z.maxLength(1000, "too_long"), z.normalize("NFC"));

export const declineForm = z.object({ ...place, reason });
export type DeclineForm = z.output<typeof declineForm>;

/** `device`: the tablet that was shown to have it. */
export const endCheckOutForm = z.object({ command: id, traveler: id, device: id, reason });
export type EndCheckOutForm = z.output<typeof endCheckOutForm>;
