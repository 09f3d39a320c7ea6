import * as z from "zod/mini";
import { DECIMAL } from "#lib/kit/decimal";

// What commands and events have in common.

export const id = z.uuid();
export const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
export const decimal = z.string().check(z.regex(DECIMAL));
/** The record has one text for each value: NFC, and no half characters. */
export const wholeCharacters = z.refine<string>(
  (text) => text.isWellFormed(),
  "text holds half a character",
);
export const words = (max: number) =>
  z.string().check(z.normalize("NFC"), wholeCharacters, z.minLength(1), z.maxLength(max));
/** Why, in the person's own words. Stored beside the record and bound to it by hash. */
export const reason = words(1000);
export const code = words(60);
export const instant = z.iso.datetime({ precision: 3 });

/** Something that was done earlier than it is recorded, said to be so (rule 16). */
export const late = z.optional(z.object({ claimedAt: instant, reason }));
export const lateAct = z.enum(["startStep", "completeStep", "recordReading", "installComponent"]);
export type LateAct = z.output<typeof lateAct>;
export const place = { step: id, field: id, position: words(40) };
export const positions = z.nullable(z.array(words(40)));
export const holdScope = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("traveler") }),
  z.object({ kind: z.literal("operation"), operation: id }),
  z.object({ kind: z.literal("step"), step: id }),
]);
export const severity = z.enum(["minor", "major", "critical"]);
export const disposition = z.object({
  decision: z.enum(["rework", "repair", "use_as_is", "scrap", "return_to_supplier", "regrade"]),
  quantity: decimal,
  designAuthority: z.nullable(words(120)),
  concession: z.nullable(words(120)),
});
export const qmsStatus = z.enum(["open", "contained", "dispositioned", "closed", "void", "merged"]);
