import * as z from "zod/mini";
import { DECIMAL } from "#lib/kit/decimal";

const id = z.uuid();
/** Messages are keys of `desk.form`. */
const words = (max: number) =>
  z
    .string()
    .check(z.trim(), z.minLength(1, "needed"), z.maxLength(max, "too_long"), z.normalize("NFC"));
const quantity = z.string().check(z.trim(), z.regex(DECIMAL, "number_needed"));
const act = { command: id, traveler: id };

export const splitForm = z.object({
  ...act,
  quantity,
  /** A reason of the plant to hold the pieces that leave; empty: they go on. */
  hold: z.string().check(z.maxLength(60, "too_long")),
  /** Open defects that leave with their pieces. */
  defects: z.array(id),
  /** The pieces that leave, where they have numbers. */
  serials: z.string().check(z.trim(), z.maxLength(5000, "too_long")),
  reason: words(1000),
});
export type SplitForm = z.output<typeof splitForm>;

export const mergeForm = z.object({
  ...act,
  from: z.array(id).check(z.minLength(1, "lot_needed")),
  reason: words(1000),
});
export type MergeForm = z.output<typeof mergeForm>;

/** What is here is counted; scrap and what left stand in the record, and are confirmed as shown. */
export const countForm = z.object({
  ...act,
  accepted: quantity,
  scrapped: quantity,
  transferredOut: quantity,
});
export type CountForm = z.output<typeof countForm>;

/** Typed or pasted, one per line or with commas between. */
export const serialsForm = z.object({
  ...act,
  serials: z.string().check(z.trim(), z.minLength(1, "needed"), z.maxLength(20_000, "too_long")),
});
export type SerialsForm = z.output<typeof serialsForm>;

export const scrapForm = z.object({
  ...act,
  defect: id,
  identification: words(200),
  segregation: words(200),
});
export type ScrapForm = z.output<typeof scrapForm>;
