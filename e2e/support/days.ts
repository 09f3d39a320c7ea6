import { aDayThatLasts } from "#lib/db/test-day";
import { dateIn, instant, instantIn, minuteOfDayIn, plusMinutes } from "#lib/kit/time";
import { demoSites } from "../../prisma/seed/plant.ts";

const { timeZone } = demoSites.ng1;

/** So many days from today by the calendar of the plant: in its evening Greenwich has another, and not every day has 24 hours. */
export function plantDay(days: number): string {
  const today = dateIn(timeZone, instant(Date.now()));
  return instant(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).slice(0, 10);
}

/** What the demo plant says of its own days, whose midnight may have passed since it was made. */
export const sinceTheSeed = (days: number): string[] => [plantDay(days), plantDay(days - 1)];

/** What is said of today at the plant in the next minutes stays today's. */
export const untilDayLasts = (minutes: number): Promise<string> => aDayThatLasts(timeZone, minutes);

/** A whole minute an hour or more ago that the plant's clocks have shown but once: an hour of autumn comes twice. */
export function earlierToday(): string {
  const minute = instant(Math.floor(Date.now() / 60_000) * 60_000);
  const isShownOnce = (at: string) => {
    const first = instantIn(timeZone, dateIn(timeZone, at), minuteOfDayIn(timeZone, at));
    return first === at && !isShownAgain(at);
  };
  const isShownAgain = (at: string) =>
    minuteOfDayIn(timeZone, at) === minuteOfDayIn(timeZone, plusMinutes(at, 60));
  const found = [60, 120, 180].map((minutes) => plusMinutes(minute, -minutes)).find(isShownOnce);
  if (!found) throw new Error("every hour is shown twice");
  return found;
}
