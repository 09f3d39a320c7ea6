import * as z from "zod/mini";
import type { Canonical } from "#lib/kit/canonical";
import { canonicalJson, entryHash } from "#lib/kit/canonical";

const id = z.uuid();
const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));

export const streamKinds = [
  "traveler",
  "instruction",
  "person",
  "gage",
  "order",
  "lot",
  "device",
  "site",
  "feed",
] as const;
export type StreamKind = (typeof streamKinds)[number];

/**
 * One entry of the record as its line says it. What an auditor could ask later stands here from the
 * first day, because nothing can be added to a line: unit, order, part, revision, shift, attempt and
 * the requirement's hash.
 */
export const entryLine = z.object({
  /** Version of the line's own layout. */
  v: z.literal(1),
  stream: id,
  kind: z.enum(streamKinds),
  seq: z.int().check(z.positive()),
  /** Hash of the entry before; null for the first. */
  prev: z.nullable(hash),
  type: z.string(),
  /** Version of the type's body; additive within one. */
  typeVersion: z.int(),
  site: id,
  command: z.nullable(id),
  person: z.nullable(id),
  /** Hash of the person's card at that time. */
  card: z.nullable(hash),
  /** Who co-signed in the same act. */
  second: z.nullable(id),
  device: z.nullable(id),
  station: z.nullable(z.string()),
  /** From the site's shift calendar at occurredAt, such as 2026-03-02/1. */
  shift: z.nullable(z.string()),
  /** Tablet's time, corrected by its known skew; and its clock as it stood. */
  occurredAt: z.string(),
  clock: z.nullable(
    z.object({
      wall: z.string(),
      skew: z.int(),
      lastServerContact: z.nullable(z.string()),
      /** The act lies between these; entries of earlier versions don't say. */
      earliest: z.optional(z.string()),
      latest: z.optional(z.string()),
      /** By how much the wall clock had been set since the skew was known. */
      jumpMs: z.optional(z.int()),
    }),
  ),
  /** Database's time. */
  recordedAt: z.string(),
  unit: z.nullable(z.string()),
  order: z.nullable(z.string()),
  part: z.nullable(z.string()),
  partRevision: z.nullable(z.string()),
  /** Instruction number, revision and SHA-256 of its content. */
  instruction: z.nullable(z.object({ number: z.string(), revision: z.string(), sha256: hash })),
  step: z.nullable(id),
  attempt: z.nullable(z.int()),
  requirementHash: z.nullable(hash),
  body: z.unknown(),
});
export type EntryLine = z.output<typeof entryLine>;

export type SealedEntry = { line: string; hash: string; entry: EntryLine };

/** The entry as canonical text, with the hash that the next one will name. */
export function seal(entry: EntryLine): SealedEntry {
  const line = canonicalJson(entry as unknown as Canonical);
  return { line, hash: entryHash(line), entry };
}
