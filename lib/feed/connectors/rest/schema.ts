import * as z from "zod/mini";
import { ownAtOnce, ownBreaker } from "../breaker.schema.ts";

export const qmsStatuses = [
  "open",
  "contained",
  "dispositioned",
  "closed",
  "void",
  "merged",
] as const;

/** A JSONata expression, written by whoever configures the connector. */
const expression = z.string().check(z.minLength(1), z.maxLength(8000));
const method = z.enum(["GET", "POST", "PUT", "PATCH"]);
const milliseconds = z.int().check(z.positive());

/** A question; `body` for systems that are asked by POST: text as it is, anything else as JSON. */
const question = { method, path: expression, body: z.optional(expression) };
/** Where `done` looks when the record itself doesn't show it; $externalId. */
const look = z.optional(z.object(question));

/** What an answer means. The default for each status stands in classify.rules.ts. */
export const classes = [
  "done",
  "not_found",
  "rejected",
  "unauthorized",
  "rate_limited",
  /** It says itself that it did nothing: the request may be sent again. */
  "not_processed",
  /** What it gave us at the beginning of the session counts no more: one new session, and the request once more. */
  "expired",
  /** It may have done it or not. */
  "unknown",
] as const;
export type Class = (typeof classes)[number];

/**
 * How long one member of what is sent may be, as the target counts: its Unicode as UTF-16 (SAP, Java,
 * .NET) or its bytes. What becomes of more is declared or the mapping is refused: nothing is cut in silence.
 */
const fieldLimit = z.object({
  /** Path of the member in the body: description, or fields.summary. */
  field: z.string().check(z.regex(/^[A-Za-z_]\w{0,63}(\.[A-Za-z_]\w{0,63}){0,5}$/)),
  max: z.int().check(z.positive(), z.lte(1_000_000)),
  count: z.enum(["utf16", "bytes"]),
  overflow: z.nullable(
    z.discriminatedUnion("to", [
      /** A beginning with a mark stays; all of it stands in the other member, under this one's name. */
      z.object({ to: z.literal("field"), field: z.string() }),
      /** A beginning with a mark stays; all of it is attached as a text file of this name. */
      z.object({
        to: z.literal("attachment"),
        name: z.string().check(z.regex(/^[\w-]{1,60}\.txt$/)),
      }),
    ]),
  ),
});
export type FieldLimit = z.output<typeof fieldLimit>;

/** The same of the words of an addition, before the mapping puts anything to them. */
const textLimit = z.object({
  max: z.int().check(z.gte(20), z.lte(1_000_000)),
  count: z.enum(["utf16", "bytes"]),
  overflow: z.nullable(
    z.object({
      to: z.literal("attachment"),
      name: z.string().check(z.regex(/^[\w-]{1,60}\.txt$/)),
    }),
  ),
});
export type TextLimit = z.output<typeof textLimit>;

const link = z.object({
  /** In messages to people. */
  name: z.string().check(z.minLength(1), z.maxLength(60)),
  method,
  path: expression,
  body: expression,
  look: z.object(question),
  done: expression,
});
export type Link = z.output<typeof link>;

/** Ready configurations: what a form begins with. Nothing of them is code. */
export const presets = [
  "request-tracker",
  "odoo",
  "servicenow",
  "sap-defect",
  "erpnext",
  "jira",
  "veeva",
  "carbon",
  "qms-sandbox",
] as const;
export type Preset = (typeof presets)[number];

/**
 * A system with a JSON API, as configuration alone. Expressions see the payload as their input and
 * what a member's comment names as variables.
 */
export const restConnectorConfig = z.object({
  kind: z.literal("rest"),
  v: z.literal(1),
  process: z.literal("NCR"),
  baseUrl: z.url({ protocol: /^https?$/ }),
  /** Hosts that may be reached although their address is private. */
  allow: z.array(z.string()),
  auth: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("none") }),
    z.object({ kind: z.literal("bearer") }),
    z.object({ kind: z.literal("basic"), user: z.string() }),
    z.object({ kind: z.literal("header"), name: z.string() }),
    /** By what session, headers and envelope make of $secret. */
    z.object({ kind: z.literal("request") }),
  ]),
  /** The ready configuration that it began with. */
  preset: z.optional(z.enum(presets)),
  /**
   * Asked for before anything else and kept for so long; $secret. Input of `gives`: status, headers, body; what
   * it gives is $session. The secret is seen here, in `headers` and in `envelope`, and in no mapping.
   */
  session: z.optional(
    z.object({
      ...question,
      headers: z.optional(expression),
      gives: expression,
      keptMs: milliseconds,
    }),
  ),
  /** Of every request; $session, $secret, $act. */
  headers: z.optional(expression),
  /** Input: the body as its mapping makes it; gives what is sent. $session, $secret, $act. */
  envelope: z.optional(expression),
  /** Shorter than the lease of a delivery, so that a slow answer doesn't outlive it. */
  timeoutMs: milliseconds.check(z.lte(20_000)),
  responseBytesMax: z.int().check(z.positive(), z.lte(20_000_000)),
  attachmentBytesMax: z.int().check(z.positive(), z.lte(100_000_000)),
  /** search: found by our key; upsert: our key is its key; none: a doubt is for a person. */
  dedupe: z.enum(["search", "upsert", "none"]),
  /** How long after a lost answer the record may take to be found: slowest commit plus index lag. */
  settlingMs: milliseconds,
  /** How often it is looked for, a settling time apart, before it is sent again. */
  lookupsMax: z.int().check(z.positive()),
  retry: z.object({
    attemptsMax: z.int().check(z.positive()),
    baseMs: milliseconds,
    factor: z.int().check(z.gte(2)),
    capMs: milliseconds,
  }),
  breaker: ownBreaker,
  atOnce: ownAtOnce,
  /** How many requests the system allows; `reserve` of them (0 to 1) is left for NCRs alone. */
  limits: z.optional(
    z.object({
      perMinute: z.optional(z.int().check(z.positive())),
      perDay: z.optional(z.int().check(z.positive())),
      reserve: z.number().check(z.gte(0), z.lte(0.9)),
    }),
  ),
  /** First that holds wins; before the defaults. Input: status, headers, body, act. */
  results: z.array(z.object({ when: expression, is: z.enum(classes) })),
  /** Their own words for why, out of an answer; the same input. Without it: the answer's beginning. */
  words: z.optional(expression),
  /** Input: the draft; $key. `path` gives text, `body` JSON. */
  create: z.object({
    method,
    path: expression,
    body: expression,
    /** The answer to a create → {externalId, number}, where it is not a whole record. */
    made: z.optional(expression),
  }),
  /** Of the members of that body. */
  fields: z.optional(z.array(fieldLimit)),
  /** $key. `records` reads the foreign records out of the answer. */
  lookup: z.object({ ...question, records: expression }),
  /** $externalId; the answer is one foreign record. */
  readBack: z.object(question),
  /** One foreign record → {externalId, number, key, url, version, status, dispositions}; $baseUrl. */
  record: expression,
  /** What must stand there after a create: two flat objects, compared member by member. */
  verify: z.object({ expected: expression, actual: expression }),
  /** Input: the update; $key, $externalId. `done`: is it in the foreign record already? */
  update: z.object({
    method,
    path: expression,
    headers: z.optional(expression),
    body: expression,
    /** How long the text may be that `body` sees; without it: as long as it is. */
    text: z.optional(textLimit),
    done: expression,
    look,
  }),
  /**
   * What belongs to a record and is a row of its own there, one after the other once it stands. Input of `body`:
   * the draft; null: there is nothing to link. `done` sees what `look` was answered; $key, $externalId.
   */
  links: z.optional(z.array(link)),
  /**
   * $externalId, $sha256, $name, $mediaType. `body` gives JSON from those and $base64; `form` gives the fields of
   * a multipart form, of which "$file" is the file's place; without both the bytes themselves are sent. `done` sees
   * the foreign record and $sha256, $bytes.
   */
  attach: z.object({
    method,
    path: expression,
    headers: z.optional(expression),
    body: z.optional(expression),
    form: z.optional(expression),
    done: expression,
    look,
    /** Of what `done` sees: [{name, sha256, bytes}], so that another photo under the same name is told from none. */
    held: z.optional(expression),
  }),
  /** $externalId. How a test record of a validation run is made void there; no other record ever is. */
  withdraw: z.optional(z.object({ method, path: expression, body: expression })),
  /** $cursor ("" at first). Overlap is part of `path`; what was seen before is left out by version. */
  changes: z.nullable(
    z.object({
      ...question,
      items: expression,
      cursor: expression,
      /** $at, an instant → the cursor that begins there; without it a list begins with everything there is. */
      begin: z.optional(expression),
      everyMs: milliseconds,
    }),
  ),
  /**
   * What a record that was raised there on a unit of ours does to it: `hold` is a reason of the plant, or null
   * for none. Without it the unit is held with the first reason that is quality's.
   */
  raisedThere: z.optional(z.object({ hold: z.nullable(z.string()) })),
  /** Input: the parsed webhook; gives the external id that it names. */
  webhookSubject: z.nullable(expression),
});
export type RestConnectorConfig = z.output<typeof restConnectorConfig>;

/** Whether a record of ours is found there by our key: then nothing is made or made again before it was looked for. */
export const isFoundByKey = ({ dedupe }: Pick<RestConnectorConfig, "dedupe">): boolean =>
  dedupe !== "none";
