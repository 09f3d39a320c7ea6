import * as z from "zod/mini";
import { DECIMAL } from "#lib/kit/decimal";

const id = z.uuid();
/** Messages are keys of `desk.form`: what is wrong is said in the reader's language. */
const words = (max: number) =>
  z
    .string()
    .check(z.trim(), z.minLength(1, "needed"), z.maxLength(max, "too_long"), z.normalize("NFC"));
const wordsOrNothing = (max: number) =>
  z.string().check(z.trim(), z.maxLength(max, "too_long"), z.normalize("NFC"));
const quantity = z.string().check(z.trim(), z.regex(DECIMAL, "number_needed"));
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/, "document_needed"));

/** Each form names its command when it is opened, so that sending it twice acts once. */
const act = { command: id, traveler: id };

export const isId = (text: string): boolean => id.safeParse(text).success;

export const logDefectForm = z.object({
  ...act,
  code: words(60),
  severity: z.enum(["minor", "major", "critical"], "needed"),
  quantity,
  step: z.union([z.literal(""), id]),
  location: wordsOrNothing(200),
  comment: wordsOrNothing(1000),
});
export type LogDefectForm = z.output<typeof logDefectForm>;

export const releaseHoldForm = z.object({
  ...act,
  hold: id,
  comment: words(1000),
});
export type ReleaseHoldForm = z.output<typeof releaseHoldForm>;

/** The QMS is down: quality says which NCR, attaches its disposition, and why it was typed in. */
export const releaseHoldByHandForm = z.object({
  ...releaseHoldForm.shape,
  ncr: words(120),
  evidence: sha256,
});
export type ReleaseHoldByHandForm = z.output<typeof releaseHoldByHandForm>;

export const dispositionForm = z.object({
  ...act,
  defect: id,
  ncr: words(120),
  dispositions: z
    .array(
      z.object({
        decision: z.enum(
          ["rework", "repair", "use_as_is", "scrap", "return_to_supplier", "regrade"],
          "needed",
        ),
        quantity,
        designAuthority: wordsOrNothing(120),
        concession: wordsOrNothing(120),
      }),
    )
    .check(z.minLength(1)),
  evidence: sha256,
  reason: words(1000),
});
export type DispositionForm = z.output<typeof dispositionForm>;

export const startReworkForm = z.object({
  ...act,
  defect: id,
  steps: z
    .array(z.object({ step: id, positions: z.nullable(z.array(words(40))) }))
    .check(z.minLength(1, "step_needed")),
});
export type StartReworkForm = z.output<typeof startReworkForm>;

export const closeDefectForm = z.object({ ...act, defect: id, verification: words(1000) });
export type CloseDefectForm = z.output<typeof closeDefectForm>;

export const actOnTraveler = z.object(act);
export type ActOnTraveler = z.output<typeof actOnTraveler>;

export const completeReworkForm = z.object({ ...act, rework: id });
export type CompleteReworkForm = z.output<typeof completeReworkForm>;
