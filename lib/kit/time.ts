/** An instant as UTC text with milliseconds: 2026-03-02T07:00:00.000Z. Sorts as text. */
export type Instant = string;

export const instant = (ms: number): Instant => new Date(ms).toISOString();
export const millis = (at: Instant): number => Date.parse(at);

/** Making a format costs more than the rest of a decision; a plant has one zone. */
function perZone(make: (timeZone: string) => Intl.DateTimeFormat) {
  const known = new Map<string, Intl.DateTimeFormat>();
  return (zone: string): Intl.DateTimeFormat => {
    const format = known.get(zone) ?? make(zone);
    known.set(zone, format);
    return format;
  };
}

const dateFormat = perZone(
  (timeZone) => new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }),
);
const clockFormat = perZone(
  (timeZone) =>
    new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    }),
);

/**
 * What a format said last in each zone: entries of one act, and acts of one batch, mostly lie in the
 * same minute, in which neither date nor clock changes anywhere.
 */
function perMinute(format: (zone: string) => Intl.DateTimeFormat) {
  const last = new Map<string, { minute: number; text: string }>();
  return (zone: string, at: Instant): string => {
    const minute = Math.floor(millis(at) / 60_000);
    const known = last.get(zone);
    if (known?.minute === minute) return known.text;
    const text = format(zone).format(minute * 60_000);
    last.set(zone, { minute, text });
    return text;
  };
}

const dateText = perMinute(dateFormat);
const clockText = perMinute(clockFormat);

/** The calendar date (YYYY-MM-DD) of an instant in an IANA zone. */
export const dateIn = (zone: string, at: Instant): string => dateText(zone, at);

/** Minutes since local midnight of an instant in an IANA zone. */
export function minuteOfDayIn(zone: string, at: Instant): number {
  const parts = clockText(zone, at);
  const [hours = "0", minutes = "0"] = parts.split(":");
  return Number(hours) * 60 + Number(minutes);
}

/** The instant `minutes` later (earlier if negative). */
export const plusMinutes = (at: Instant, minutes: number): Instant =>
  instant(millis(at) + minutes * 60_000);

/**
 * The instant at which the clocks of a zone show this date and minute; null where they skip it. Shown twice
 * (summer time ends), it is the first.
 */
export function instantIn(zone: string, date: string, minuteOfDay: number): Instant | null {
  const asUtc = Date.parse(`${date}T00:00:00.000Z`) + minuteOfDay * 60_000;
  // No zone is further from UTC than 14 hours, and every offset is of whole quarters of an hour.
  for (let quarters = 14 * 4; quarters >= -14 * 4; quarters -= 1) {
    const at = instant(asUtc - quarters * 15 * 60_000);
    if (minuteOfDayIn(zone, at) === minuteOfDay && dateIn(zone, at) === date) return at;
  }
  return null;
}
