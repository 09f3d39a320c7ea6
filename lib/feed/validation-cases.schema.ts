import * as z from "zod/mini";
import { command, reason, words } from "#lib/plant/fields.schema";
import type { FlowPart } from "./flow.schema.ts";

/** What was seen of a step: a word for each thing that can come of it. */
export const observations = [
  "mapped",
  "code_missing",
  "not_mapped",
  "same",
  "drifted",
  "answered",
  "unauthorized",
  "verified",
  "differs",
  "none",
  "one",
  "several",
  "found",
  "there",
  "outcome_unknown",
  "parked",
  "sent_again",
  "asked_to_wait",
  "followed",
  "void",
  "taken",
  "failed",
] as const;
export type Observation = (typeof observations)[number];

type Act = {
  /** What it says something about. */
  touches: readonly FlowPart[];
  /** For systems that keep records, that hear events, or both. */
  of: "records" | "events" | "both";
  /** What can be expected of it; the first is usual. */
  expects: readonly [Observation, ...Observation[]];
};

/** What a step can do: a closed list, so that a plant composes cases and nobody writes code. */
export const acts = {
  /** Puts the plant's last events of this flow through mapping, crosswalks and limits. */
  map: {
    touches: ["rule", "mapping", "crosswalks"],
    of: "both",
    expects: ["mapped", "code_missing", "not_mapped"],
  },
  /** Compares a record of theirs with what the drift check has learned. */
  schema: { touches: ["schema"], of: "records", expects: ["same", "drifted"] },
  /** A question that changes nothing. */
  ask: { touches: ["connector"], of: "both", expects: ["answered", "unauthorized"] },
  create: {
    touches: ["rule", "connector", "mapping", "crosswalks", "schema"],
    of: "records",
    expects: ["verified", "differs", "parked"],
  },
  look_up: {
    touches: ["connector", "mapping"],
    of: "records",
    expects: ["one", "none", "several"],
  },
  /** The same key a second time. */
  create_again: { touches: ["connector", "mapping"], of: "records", expects: ["found"] },
  update: { touches: ["connector", "mapping"], of: "records", expects: ["there", "parked"] },
  attach: { touches: ["connector", "mapping"], of: "records", expects: ["there", "parked"] },
  /** The system commits, and its answer is thrown away before we read it. */
  lose_reply: {
    touches: ["connector", "mapping"],
    of: "records",
    expects: ["outcome_unknown", "parked"],
  },
  /** Refused with 422. */
  refuse: { touches: ["connector", "mapping"], of: "records", expects: ["parked", "sent_again"] },
  /** With a credential that isn't one. */
  wrong_credential: { touches: ["connector"], of: "records", expects: ["unauthorized"] },
  /** 429 with Retry-After. */
  too_many: { touches: ["connector", "mapping"], of: "records", expects: ["asked_to_wait"] },
  /** A code that is on no list. */
  unmapped_code: {
    touches: ["mapping", "crosswalks"],
    of: "records",
    expects: ["code_missing", "mapped"],
  },
  /** Asked for one record, the system answers with another. */
  merge: { touches: ["connector", "mapping"], of: "records", expects: ["followed"] },
  /** Made void there, and read. */
  void: { touches: ["connector", "mapping"], of: "records", expects: ["void"] },
  publish: { touches: ["rule", "connector"], of: "events", expects: ["taken", "parked"] },
  /** The same event again: whoever hears it knows it by source and id. */
  publish_again: { touches: ["connector"], of: "events", expects: ["taken"] },
} as const satisfies Readonly<Record<string, Act>>;
export type ActName = keyof typeof acts;
export const actNames = Object.keys(acts) as [ActName, ...ActName[]];

const step = z
  .object({
    act: z.enum(actNames),
    /** In the plant's words. */
    words: words(300),
    expected: z.enum(observations),
  })
  .check(
    z.refine(({ act, expected }) => isExpectable(act, expected), {
      error: "not_of_this_step",
      path: ["expected"],
    }),
  );
export type CaseStep = z.output<typeof step>;

export const isExpectable = (act: ActName, expected: string): boolean =>
  (acts[act].expects as readonly string[]).includes(expected);

export const stepsMax = 8;
export const caseContent = z.object({
  v: z.literal(1),
  title: words(120),
  /** Of the plant's own specification. */
  requirements: z
    .array(z.string().check(z.trim(), z.minLength(1), z.maxLength(40, "too_long")))
    .check(z.minLength(1, "needed"), z.maxLength(10, "too_many")),
  /** Left out of use: no run executes it and no flow waits for it. */
  inUse: z.boolean(),
  steps: z.array(step).check(z.minLength(1, "needed"), z.maxLength(stepsMax, "too_many")),
});
export type CaseContent = z.output<typeof caseContent>;

export const caseCode = z
  .string()
  .check(z.trim(), z.regex(/^[a-z0-9][a-z0-9-]{0,59}$/, "code_needed"));

/** As a person types it: one line for each step, and the requirements with commas between. */
export const caseForm = z.object({
  command,
  code: caseCode,
  /** The version that was looked at: somebody else's change meanwhile is not written over. */
  was: z.string().check(z.regex(/^\d{1,6}$/)),
  title: words(120),
  requirements: words(400),
  inUse: z.enum(["yes", "no"]),
  steps: words(4000),
  reason,
});
export type CaseForm = z.output<typeof caseForm>;
