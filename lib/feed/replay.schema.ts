import * as z from "zod/mini";
import { command, id, reason, wordsOrNothing } from "#lib/plant/fields.schema";

/** As many as one act sends again; a longer range is taken in parts. */
export const replayMax = 2_000;

/** A minute by the plant's clocks, as a browser's field has it: 2026-03-02T06:00. */
const minute = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d$/, "needed"));

export const searchMax = 120;
export const saidMax = 200;

const asked = {
  connector: id,
  /** When the messages were made, by the plant's clocks; `to` itself is not in it. */
  from: minute,
  to: minute,
  search: wordsOrNothing(searchMax),
  rule: wordsOrNothing(60),
  /** A part of what stands as its last result: their words. */
  said: wordsOrNothing(saidMax),
};
export const replayAsked = z.object(asked);
export type ReplayAsked = z.output<typeof replayAsked>;

const also = z.array(z.enum(["discarded", "gone"]));
const deliveries = z.array(id).check(z.minLength(1, "needed"), z.maxLength(replayMax, "too_long"));

/** What was shown, and nothing else: what came or changed meanwhile is left. */
export const replayForm = z.object({ command, ...asked, also, deliveries, reason });
export type ReplayForm = z.output<typeof replayForm>;

export const discardManyForm = z.object({ command, deliveries, reason });
export type DiscardManyForm = z.output<typeof discardManyForm>;

export const decideManyForm = z.object({
  command,
  deliveries,
  decision: z.enum(["discard", "keep"], "needed"),
  reason,
});
export type DecideManyForm = z.output<typeof decideManyForm>;
