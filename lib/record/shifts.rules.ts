import { dateIn, type Instant, minuteOfDayIn } from "#lib/kit/time";
import type { ShiftCalendar } from "./shifts.schema.ts";

/**
 * The shift of an instant, such as 2026-03-02/1, or null between shifts. A night shift keeps the
 * date on which it began.
 */
export function shiftAt(calendar: ShiftCalendar, zone: string, at: Instant): string | null {
  const today = dateIn(zone, at);
  const minute = minuteOfDayIn(zone, at);
  for (const { day, minutes } of [
    { day: today, minutes: minute },
    { day: dayBefore(today), minutes: minute + 24 * 60 },
  ]) {
    const shift = shiftsOn(calendar, day).find(({ from, to }) => {
      const start = minutesOf(from);
      const end = minutesOf(to) > start ? minutesOf(to) : minutesOf(to) + 24 * 60;
      return start <= minutes && minutes < end;
    });
    if (shift) return `${day}/${shift.code}`;
  }
  return null;
}

function shiftsOn(calendar: ShiftCalendar, day: string): ShiftCalendar[number]["shifts"] {
  const valid = calendar
    .filter(({ validFrom }) => validFrom <= day)
    .sort((a, b) => a.validFrom.localeCompare(b.validFrom));
  return valid.at(-1)?.shifts ?? [];
}

function minutesOf(clockTime: string): number {
  const [hours = "0", minutes = "0"] = clockTime.split(":");
  return Number(hours) * 60 + Number(minutes);
}

const dayBefore = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 24 * 60 * 60_000).toISOString().slice(0, 10);
