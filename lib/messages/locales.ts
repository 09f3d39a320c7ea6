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

/** Words in the reader's language where the author gave them, in English elsewhere. */
export const inLocale = (words: { en: string; es?: string | undefined }, locale: Locale): string =>
  words[locale] ?? words.en;
