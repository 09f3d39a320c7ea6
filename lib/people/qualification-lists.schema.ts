import * as z from "zod/mini";
import { code, day, dayOrNothing, reason, words } from "#lib/plant/fields.schema";
import { inOrder } from "./qualifications.schema.ts";

export const toldMax = 5_000;

/** One qualification of one person, as the system that masters it states it. */
export const toldRow = z
  .object({
    employeeNumber: code,
    code,
    authority: words(120),
    evidence: words(200),
    validFrom: day,
    validUntil: z._default(dayOrNothing, ""),
    /** From this day on it is no longer held; with whose word, and why. */
    withdrawnOn: z._default(dayOrNothing, ""),
    reason: z.optional(reason),
  })
  .check(
    inOrder,
    z.refine(({ withdrawnOn, reason }) => withdrawnOn === "" || reason !== undefined, {
      path: ["reason"],
      message: "needed",
    }),
  );
export type ToldRow = z.output<typeof toldRow>;

export const toldList = z.object({
  /** The state of the sending system that the list shows. */
  asOf: z.iso.datetime({ offset: true }),
  /** Everything it knows of this plant's people: what isn't in it is named in the answer. */
  complete: z._default(z.boolean(), false),
  qualifications: z.array(toldRow).check(z.minLength(1), z.maxLength(toldMax)),
});
export type ToldList = z.output<typeof toldList>;

export const toldStates = [
  "given",
  "renewed",
  "corrected",
  "withdrawn",
  "unchanged",
  "refused",
] as const;
export type ToldState = (typeof toldStates)[number];
