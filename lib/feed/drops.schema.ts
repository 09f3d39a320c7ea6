import * as z from "zod/mini";
import { command, day, id, reason, wordsOrNothing } from "#lib/plant/fields.schema";
import type { Trouble } from "./connectors/publishers/trouble.schema.ts";

/** What of people and of their words goes along; an id and a hash go always. */
export const disclosures = ["nothing", "words", "everything"] as const;
export type Disclosure = (typeof disclosures)[number];

/** Why a batch could not be written. */
export const dropTroubles = [
  "not_sent",
  "rejected",
  "shut",
  "later",
  /** No room left there. */
  "full",
  /** What lies there is not what was written. */
  "mismatch",
  /** Whatever else went wrong, in the destination's or our own words. */
  "unknown",
] as const satisfies readonly (Trouble | "full" | "mismatch" | "unknown")[];
export type DropTrouble = (typeof dropTroubles)[number];

export const dropStates = ["waiting", "writing", "written", "told", "failed"] as const;
export type DropState = (typeof dropStates)[number];

const batch = {
  connector: id,
  /** Whose records are told of it. */
  told: z.union([z.literal("nobody"), id]),
  part: wordsOrNothing(60),
  discloses: z.enum(disclosures, "needed"),
};

export const daysMax = 3_660;
const dayMs = 24 * 60 * 60_000;

export const dropForm = z
  .object({ command, ...batch, from: day, to: day, order: wordsOrNothing(60) })
  .check(
    z.refine(({ from, to }) => from <= to, { error: "range_needed", path: ["to"] }),
    z.refine(
      ({ from, to }) => !(from <= to) || Date.parse(to) - Date.parse(from) < daysMax * dayMs,
      { error: "drop_too_long", path: ["to"] },
    ),
  );
export type DropForm = z.output<typeof dropForm>;

const hour = z.string().check(z.regex(/^(never|([01]\d|2[0-3]))$/, "needed"));

export const planForm = z.object({ command, ...batch, from: day, hour, reason });
export type PlanForm = z.output<typeof planForm>;

export const replanForm = z.object({ command, plan: id, hour, reason });
export type ReplanForm = z.output<typeof replanForm>;

export const retryForm = z.object({ command, drop: id, reason });
export type RetryForm = z.output<typeof retryForm>;

export type DropRefusal = {
  code:
    | "connector_unknown"
    | "drop_unknown"
    | "drop_not_failed"
    | "drop_range_empty"
    | "plan_unknown"
    | "nothing_changed";
  params: Readonly<Record<string, string>>;
};

const text = z.string();
const count = z.int().check(z.nonnegative());
const optionalText = z.nullable(text);

const dropFile = z.object({
  name: text,
  mediaType: text,
  bytes: count,
  sha256: text,
  /** Of a file of lines: how many, without a heading. */
  lines: z.optional(count),
});

/** What a batch is: its range and scope, and every file by its hash. Nothing of when or by whom it was written. */
export const dropContent = z.object({
  kind: z.literal("buyoff-evidence-batch"),
  source: text,
  site: z.object({ id: text, code: text }),
  range: z.object({ from: text, to: text }),
  scope: z.object({ order: optionalText, part: optionalText }),
  discloses: z.enum(disclosures),
  counts: z.object({
    entries: count,
    streams: count,
    events: count,
    readings: count,
    attachments: count,
    /** Named by an event, and not kept here. */
    missing: count,
    /** Entries of which no event can be made. */
    unreadable: count,
  }),
  files: z.array(dropFile),
  missing: z.array(text),
});
export type DropContent = z.output<typeof dropContent>;

export const dropManifest = z.object({
  v: z.literal(1),
  content: dropContent,
  /** The batch of the same scope that was written before it. */
  supersedes: z.nullable(z.object({ folder: text, manifestSha256: text })),
});
export type DropManifest = z.output<typeof dropManifest>;
