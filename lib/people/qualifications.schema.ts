import * as z from "zod/mini";
import {
  code,
  command,
  day,
  dayOrNothing,
  id,
  reason,
  words,
  wordsOrNothing,
} from "#lib/plant/fields.schema";

const given = {
  /** Who vouches for it: the examiner, the trainer, the eye doctor. */
  authority: words(120),
  /** Where the evidence lies: certificate, test sheet, record of the training system. */
  evidence: words(200),
  validFrom: day,
  validUntil: dayOrNothing,
};
export const inOrder = z.refine<{ validFrom: string; validUntil: string }>(
  ({ validFrom, validUntil }) => validUntil === "" || validFrom <= validUntil,
  { path: ["validUntil"], message: "ends_before_start" },
);

export const grantForm = z.object({ command, person: id, code, ...given }).check(inOrder);
export type GrantForm = z.output<typeof grantForm>;

export const renewForm = z.object({ command, qualification: id, ...given }).check(inOrder);
export type RenewForm = z.output<typeof renewForm>;

export const withdrawQualificationForm = z.object({
  command,
  qualification: id,
  withdrawnOn: day,
  authority: words(120),
  reason,
});
export type WithdrawQualificationForm = z.output<typeof withdrawQualificationForm>;

/** A qualification that somebody holds, as a row of a file. */
export const heldRow = z.object({ employeeNumber: code, code, ...given }).check(inOrder);
export type HeldRow = z.output<typeof heldRow>;

/** The columns of a list of what people hold. */
export const heldColumns = [
  { name: "employeeNumber", alias: ["employee number", "number", "número"] },
  { name: "code", alias: ["qualification", "cualificación", "código"] },
  { name: "authority", alias: ["autoridad", "granted by"] },
  { name: "evidence", alias: ["evidencia", "certificate", "certificado"] },
  { name: "validFrom", alias: ["valid from", "from", "desde"] },
  { name: "validUntil", alias: ["valid until", "until", "hasta"] },
];

export const waivers = ["nobody", "quality", "supervisor_and_quality"] as const;
const kind = {
  nameEn: words(120),
  nameEs: wordsOrNothing(120),
  waivableBy: z.enum(waivers, "needed"),
};
export const qualificationForm = z.object({ command, code, ...kind });
export type QualificationForm = z.output<typeof qualificationForm>;

export const qualificationChangeForm = z.object({ command, code, ...kind, reason });
export type QualificationChangeForm = z.output<typeof qualificationChangeForm>;
