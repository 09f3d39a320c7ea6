import * as z from "zod/mini";
import { compare, DECIMAL } from "#lib/kit/decimal";
import {
  code,
  command,
  day,
  decimal,
  decimalOrNothing,
  id,
  positive,
  reason,
  words,
  wordsOrNothing,
} from "./fields.schema.ts";

/** The certificate's range: its top lies above its bottom. */
const inOrder = z.refine<{ calibratedMin: string; calibratedMax: string }>(
  ({ calibratedMin, calibratedMax }) =>
    // What is no number is said at its own field.
    !(DECIMAL.test(calibratedMin) && DECIMAL.test(calibratedMax)) ||
    compare(calibratedMin, calibratedMax) < 0,
  { path: ["calibratedMax"], message: "range_reversed" },
);

const kind = { type: words(60), name: words(120), unit: words(20), resolution: positive };
const certificate = {
  calibratedMin: decimal,
  calibratedMax: decimal,
  uncertainty: decimalOrNothing,
  calibrationDueOn: day,
};

/** One gage as a row of a file or a form gives it. */
export const gageRow = z.object({ code, ...kind, ...certificate }).check(inOrder);
export type GageRow = z.output<typeof gageRow>;

export const gageForm = z.object({ command, code, ...kind, ...certificate }).check(inOrder);
export type GageForm = z.output<typeof gageForm>;

export const gageStatus = z.enum(["in_service", "quarantined", "withdrawn"], "needed");

/** What a gage is. What it measures rightly, and until when, only a calibration changes. */
export const gageChangeForm = z.object({ command, gage: id, ...kind, status: gageStatus, reason });
export type GageChangeForm = z.output<typeof gageChangeForm>;

/** ISO/IEC 17025: how it was found, how it was left, and until when that holds. */
export const calibrationForm = z
  .object({
    command,
    gage: id,
    calibratedOn: day,
    ...certificate,
    certificate: words(120),
    laboratory: words(120),
    asFound: z.enum(["in_tolerance", "out_of_tolerance", "not_measurable"], "needed"),
    asLeft: gageStatus,
    comment: wordsOrNothing(1000),
  })
  .check(
    inOrder,
    z.refine((form) => form.calibratedOn <= form.calibrationDueOn, {
      path: ["calibrationDueOn"],
      message: "due_before_done",
    }),
    z.refine((form) => form.asFound === "in_tolerance" || form.comment !== "", {
      path: ["comment"],
      message: "needed",
    }),
  );
export type CalibrationForm = z.output<typeof calibrationForm>;
