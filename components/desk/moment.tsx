import { useLocale } from "next-intl";
import { dateFormat } from "#lib/messages/locales";

export type MomentShape = "time" | "short" | "full" | "day";

const shapes: Record<MomentShape, Intl.DateTimeFormatOptions> = {
  time: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  short: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  full: {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  },
  day: { day: "numeric", month: "short", year: "numeric" },
};

/** An instant in plant time; the exact one, in UTC, stands in the element and in its title. */
export function Moment({
  at,
  zone,
  shape = "short",
}: {
  at: Date | string;
  zone: string;
  shape?: MomentShape;
}) {
  const locale = useLocale();
  const when = typeof at === "string" ? new Date(at) : at;
  const text = dateFormat(locale === "en" ? "en-GB" : locale, {
    ...shapes[shape],
    timeZone: zone,
  }).format(when);
  return (
    <time dateTime={when.toISOString()} title={when.toISOString()} className="whitespace-nowrap">
      {text}
    </time>
  );
}
