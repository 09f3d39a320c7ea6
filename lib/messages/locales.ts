export const locales = ["en", "es"] as const;
export type Locale = (typeof locales)[number];

/** Set by the language switch; read by the desk's pages. */
export const LOCALE_COOKIE = "buyoff-locale";

/** The first language of ours that the browser asks for; English when it asks for none of them. */
export function localeFrom(preferred: readonly string[]): Locale {
  for (const tag of preferred) {
    const language = tag.trim().slice(0, 2).toLowerCase();
    const known = locales.find((locale) => locale === language);
    if (known !== undefined) return known;
  }
  return "en";
}

/** A recorded decimal as the reader writes it; the record itself keeps the point. */
export const decimalIn = (value: string, locale: Locale): string =>
  locale === "es" ? value.replace(/^(-?\d+)\.(\d+)$/, "$1,$2") : value;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** A day or an instant as the record writes it. */
export const isMoment = (text: string): boolean => DAY.test(text) || INSTANT.test(text);

/** Making one costs as much as a row of a record, which has hundreds: there are few shapes and zones. */
const dateFormats = new Map<string, Intl.DateTimeFormat>();
export function dateFormat(
  locale: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const known = dateFormats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  dateFormats.set(key, known);
  return known;
}

/** As people write it: a day is the same everywhere, an instant is the time on the site's clock. */
export const momentIn = (text: string, locale: Locale, zone: string): string =>
  dateFormat(locale, {
    dateStyle: "medium",
    ...(DAY.test(text)
      ? { timeZone: "UTC" }
      : { timeZone: zone, timeStyle: "short", hourCycle: "h23" }),
  }).format(new Date(text));

/** Words in the reader's language where the author gave them, in English elsewhere. */
export const inLocale = (words: { en: string; es?: string | undefined }, locale: Locale): string =>
  words[locale] ?? words.en;
