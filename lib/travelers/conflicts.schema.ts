import * as z from "zod/mini";

const note = z
  .string()
  .check(z.trim(), z.minLength(1, "needed"), z.maxLength(1000, "too_long"), z.normalize("NFC"));

/** An act in quarantine is decided now after all, as if it had arrived from a tablet that is believed. */
export const releaseQuarantinedForm = z.object({
  command: z.uuid(),
  traveler: z.uuid(),
  signal: z.int().check(z.positive()),
  note,
});
export type ReleaseQuarantinedForm = z.output<typeof releaseQuarantinedForm>;

/** Somebody has looked at an entry of a tablet's own stream. */
export const reviewDeviceForm = z.object({
  command: z.uuid(),
  device: z.uuid(),
  entry: z.int().check(z.positive()),
  note,
});
export type ReviewDeviceForm = z.output<typeof reviewDeviceForm>;
