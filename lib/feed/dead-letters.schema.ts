import * as z from "zod/mini";
import { command, id, reason } from "#lib/plant/fields.schema";

export const retryForm = z.object({ delivery: id });

/** As many as one act sends again; more are shown when these are gone. */
export const retryMax = 500;
export const retryManyForm = z.object({
  command,
  deliveries: z.array(id).check(z.minLength(1, "needed"), z.maxLength(retryMax, "too_long")),
  reason,
});
export type RetryManyForm = z.output<typeof retryManyForm>;

export const discardForm = z.object({ command, delivery: id, reason });
export type DiscardForm = z.output<typeof discardForm>;

/** By a second person: the reason is why it is discarded indeed, or why it is sent after all. */
export const decideDiscardForm = z.object({
  command,
  delivery: id,
  decision: z.enum(["discard", "keep"], "needed"),
  reason,
});
export type DecideDiscardForm = z.output<typeof decideDiscardForm>;

export const linkForm = z.object({
  command,
  delivery: id,
  /** The other system's own id of the record, as its API names it. */
  externalId: z
    .string()
    .check(z.trim(), z.minLength(1, "needed"), z.maxLength(120, "too_long"), z.normalize("NFC")),
  reason,
});
export type LinkForm = z.output<typeof linkForm>;

const isObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

export const editForm = z.object({
  command,
  delivery: id,
  payload: z
    .string()
    .check(
      z.trim(),
      z.minLength(1, "needed"),
      z.maxLength(200_000, "too_long"),
      z.refine(isObject, "json_needed"),
    ),
  reason,
});
export type EditForm = z.output<typeof editForm>;
