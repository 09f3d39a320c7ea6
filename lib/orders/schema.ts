import * as z from "zod/mini";
import { command, id, reason } from "#lib/plant/fields.schema";

/** What became of a message; a parked one waits for something that it names. */
export const messageStates = [
  "applied",
  "unchanged",
  "duplicate",
  "older",
  "differs",
  "parked",
  "unreadable",
] as const;
export type MessageState = (typeof messageStates)[number];

export const redriveForm = z.object({ command, message: id });
export type RedriveForm = z.output<typeof redriveForm>;

export const settleForm = z.object({ command, order: id, reason });
export type SettleForm = z.output<typeof settleForm>;
