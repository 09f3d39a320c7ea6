import * as z from "zod/mini";
import { type EventName, isEventName } from "#lib/catalogue/data.schema";
import { feedProcesses } from "./processes.schema.ts";

const expression = z
  .string()
  .check(z.trim(), z.minLength(1, "needed"), z.maxLength(2000, "too_long"));
const eventName = z.custom<EventName>((name) => typeof name === "string" && isEventName(name));

/** What happens to the second event of a key, when the first has made a record. */
export const folds = ["create", "update", "append-comment"] as const;

const keyMember = z.object({
  name: z.string().check(z.trim(), z.minLength(1, "needed"), z.maxLength(40, "too_long")),
  /** JSONata over the event; `$origin` is the event that logged the defect it is about, or the event itself. */
  from: expression,
  /** Only what the plant itself leaves out may be: a defect that was found at no step. */
  mayBeEmpty: z.boolean(),
});
export type KeyMember = z.output<typeof keyMember>;

/** Days, hours, minutes: PT8H, P7D, P1DT12H. */
export const windowPattern =
  /^P(?=\d|T\d)(?:(\d{1,3})D)?(?:T(?=\d)(?:(\d{1,3})H)?(?:(\d{1,4})M)?)?$/;

export const ruleContent = z.object({
  v: z.literal(1),
  title: z.string().check(z.trim(), z.minLength(1, "needed"), z.maxLength(120, "too_long")),
  process: z.enum(feedProcesses),
  /** Events that may open a record. */
  on: z.array(eventName),
  /** Events that are told to a record that is there, and open none. */
  follow: z.array(eventName),
  /** Part numbers and work centers; none named: all. */
  scope: z.object({ parts: z.array(z.string()), workCenters: z.array(z.string()) }),
  /** JSONata over the event. Anything but true or false is an error, never "no". */
  when: expression,
  correlate: z.object({
    key: z.array(keyMember),
    /** How long later events of the key belong to the record: until it is closed, or so long after its first. */
    window: z.union([z.literal("until-closed"), z.string().check(z.regex(windowPattern))]),
    fold: z.enum(folds),
  }),
  /** The code of a connector of the site. */
  connector: z.string().check(z.maxLength(80, "too_long")),
  /** Photos: those that are larger stay here, and the record is told where they are. */
  attachments: z.object({
    photos: z.boolean(),
    bytesMax: z.int().check(z.positive(), z.lte(100_000_000)),
  }),
  gate: z.object({ mode: z.enum(["auto", "needs-approval"]), role: z.literal("quality") }),
  /** The lower goes first where several wait. */
  priority: z.int().check(z.gte(1), z.lte(99)),
  /** What the receiver may have of people and of their words. */
  discloses: z.object({ people: z.boolean(), words: z.boolean() }),
  /** What is done here at once, whatever the other system does. */
  effects: z.array(z.object({ kind: z.literal("hold"), reason: z.string() })),
});
export type RuleContent = z.output<typeof ruleContent>;

export const ruleStates = ["draft", "tested", "approved", "effective", "retired"] as const;
export type RuleState = (typeof ruleStates)[number];

export const ruleCode = z.string().check(z.trim(), z.regex(/^[a-z][a-z0-9-]{2,59}$/, "not_right"));

/** What the signature under an approval says. */
export const approvalMeaning = "I approve this routing rule for use";
