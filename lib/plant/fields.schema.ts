import * as z from "zod/mini";
import { DECIMAL } from "#lib/kit/decimal";

/** Messages are keys of `desk.form`: what is wrong is said in the reader's language. */
export const id = z.uuid();
export const words = (max: number) =>
  z
    .string()
    .check(z.trim(), z.minLength(1, "needed"), z.maxLength(max, "too_long"), z.normalize("NFC"));
export const wordsOrNothing = (max: number) =>
  z.string().check(z.trim(), z.maxLength(max, "too_long"), z.normalize("NFC"));
/** What people and machines call a thing: no space, so that a scan and a list never differ by one. */
export const code = z
  .string()
  .check(
    z.trim(),
    z.minLength(1, "needed"),
    z.maxLength(60, "too_long"),
    z.regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, "code_needed"),
  );
export const decimal = z.string().check(z.trim(), z.regex(DECIMAL, "number_needed"));
export const positive = decimal.check(z.refine((value) => Number(value) > 0, "positive_needed"));
export const decimalOrNothing = z.union([
  z.literal(""),
  z.string().check(z.trim(), z.regex(DECIMAL, "number_needed")),
]);
/** A calendar day, YYYY-MM-DD (ISO 8601). */
export const day = z.string().check(
  z.trim(),
  z.regex(/^\d{4}-\d{2}-\d{2}$/, "day_needed"),
  z.refine((value) => {
    const at = new Date(`${value}T00:00:00Z`);
    return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value);
  }, "day_needed"),
);
export const dayOrNothing = z.union([z.literal(""), day], "day_needed");
export const reason = words(500);
export const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
/** Bounded, so that nobody makes the server hash a book. */
export const secret = z
  .string()
  .check(z.trim(), z.minLength(1, "needed"), z.maxLength(200, "too_long"));
/** Each form names its command when it is opened, so that sending it twice acts once. */
export const command = z.uuid();
