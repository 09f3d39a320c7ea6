import { later } from "#lib/kit/later";
import { type Locale, localeFrom, locales } from "#lib/messages/locales";
import type { RefusalBook } from "#lib/messages/refusal-words";

const LOCALE_KEY = "buyoff-locale";

/** Before somebody is at work. */
export const words = {
  en: later(async () => (await import("../../lib/messages/en/start.ts")).words),
  es: later(async () => (await import("../../lib/messages/es/start.ts")).words),
};

/** With all that is said at work. */
export const allWords = {
  en: later(async () => (await import("../../lib/messages/en/tablet.ts")).words),
  es: later(async () => (await import("../../lib/messages/es/tablet.ts")).words),
};

export const refusals = {
  en: later<RefusalBook>(async () => (await import("../../lib/messages/en/refusals.json")).default),
  es: later<RefusalBook>(async () => (await import("../../lib/messages/es/refusals.json")).default),
};

/** What was chosen on this tablet, else what its browser asks for. */
export function localeHere(): Locale {
  const stored = localStorage.getItem(LOCALE_KEY);
  return locales.find((known) => known === stored) ?? localeFrom(navigator.languages);
}
export const keepLocale = (locale: Locale): void => localStorage.setItem(LOCALE_KEY, locale);

/** All that can be said in a language. */
export const bringWords = async (locale: Locale): Promise<unknown> =>
  Promise.all([words[locale].bring(), allWords[locale].bring(), refusals[locale].bring()]);
