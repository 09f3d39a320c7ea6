import * as z from "zod/mini";
import { command, id, words, wordsOrNothing } from "./fields.schema.ts";

/** What a hold of the plant may lie on; on one traveler alone it is placed at the traveler. */
export const holdScopes = [
  "unit",
  "lot",
  "order",
  "part_revision",
  "station",
  "gage",
  "site",
] as const;
export type PlantHoldScope = (typeof holdScopes)[number];

export const plantHoldForm = z
  .object({
    command,
    scope: z.enum(holdScopes, "needed"),
    /** Serial, lot, order, "part revision", station or gage; nothing for the whole site. */
    subject: wordsOrNothing(120),
    reason: words(60),
    comment: words(1000),
  })
  .check(
    z.refine((form) => form.scope === "site" || form.subject !== "", {
      path: ["subject"],
      message: "needed",
    }),
  );
export type PlantHoldForm = z.output<typeof plantHoldForm>;

export const releasePlantHoldForm = z.object({ command, hold: id, comment: words(1000) });
export type ReleasePlantHoldForm = z.output<typeof releasePlantHoldForm>;
