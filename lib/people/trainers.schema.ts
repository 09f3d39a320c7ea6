import * as z from "zod/mini";
import { code, command, day, dayOrNothing, id, reason } from "#lib/plant/fields.schema";

export const nameTrainerForm = z
  .object({
    command,
    person: id,
    trainer: id,
    /** What is being learned; nothing: whatever the trainer holds. */
    qualification: z.union([z.literal(""), code]),
    validFrom: day,
    validUntil: dayOrNothing,
  })
  .check(
    z.refine(({ validFrom, validUntil }) => validUntil === "" || validFrom <= validUntil, {
      path: ["validUntil"],
      message: "ends_before_start",
    }),
  );
export type NameTrainerForm = z.output<typeof nameTrainerForm>;

export const endTrainerForm = z.object({
  command,
  /** The row, not the person: somebody may have been a trainer before. */
  training: id,
  /** From this day on no longer. */
  endsOn: day,
  reason,
});
export type EndTrainerForm = z.output<typeof endTrainerForm>;
