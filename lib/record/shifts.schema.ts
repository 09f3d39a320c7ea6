import * as z from "zod/mini";

const clockTime = z.string().check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time such as 06:00"));

/**
 * A site's shifts, versioned: the last version that was valid on the day counts. Times are plant
 * time; a shift whose end is not after its start runs over midnight.
 */
export const shiftCalendar = z.array(
  z.object({
    validFrom: z.iso.date(),
    shifts: z.array(z.object({ code: z.string(), from: clockTime, to: clockTime })),
  }),
);
export type ShiftCalendar = z.output<typeof shiftCalendar>;
