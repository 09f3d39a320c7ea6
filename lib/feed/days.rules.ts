import { type Instant, instant, instantIn, millis } from "#lib/kit/time";

const dayMs = 24 * 60 * 60_000;

/** Midnight; where the clocks skip it, the first moment of that day. */
export function dayBegins(zone: string, day: string): Instant {
  for (let minute = 0; minute < 180; minute += 15) {
    const at = instantIn(zone, day, minute);
    if (at !== null) return at;
  }
  return `${day}T00:00:00.000Z`;
}

export const nextDay = (day: string): string =>
  instant(millis(`${day}T00:00:00.000Z`) + dayMs).slice(0, 10);
