"use client";
import { NextIntlClientProvider, useTimeZone, useTranslations } from "next-intl";
import { createContext, type ReactNode, use } from "react";
import { decimalIn, inLocale, type Locale, locales, momentIn } from "#lib/messages/locales";
import { allWords } from "./words-part.ts";

export const LanguageContext = createContext<{ locale: Locale; change: (to: Locale) => void }>({
  locale: "en",
  change: () => {},
});

/** The instruction's own words in the reader's language. */
export function useWords(): (words: { en: string; es?: string | undefined }) => string {
  const { locale } = use(LanguageContext);
  return (of) => inLocale(of, locale);
}
/** A value as the reader writes decimals; anything that isn't one stays as it is. */
export function useDecimals(): (value: string) => string {
  const { locale } = use(LanguageContext);
  return (value) => decimalIn(value, locale);
}
/** A moment in the plant's own time. */
export function useMomentText(): (at: string) => string {
  const { locale } = use(LanguageContext);
  const zone = useTimeZone() ?? "UTC";
  return (at) => momentIn(at, locale, zone);
}
export const useLanguage = () => use(LanguageContext);

/** For what is shown at work, or opened over the first screen: waits until its words are here. */
export function AllWords({ children }: { children: ReactNode }) {
  const { locale } = use(LanguageContext);
  const messages = allWords[locale].here() ?? use(allWords[locale].bring());
  return (
    <NextIntlClientProvider locale={locale} messages={messages}>
      {children}
    </NextIntlClientProvider>
  );
}

const names: Record<Locale, string> = { en: "English", es: "Español" };

export function LanguageSwitch({ className = "" }: { className?: string }) {
  const t = useTranslations("common");
  const { locale, change } = use(LanguageContext);
  return (
    <section
      aria-label={t("language")}
      className={`flex min-h-touch items-stretch rounded border-2 border-edge ${className}`}
    >
      {locales.map((option) => (
        <button
          key={option}
          type="button"
          lang={option}
          aria-pressed={locale === option}
          onClick={() => change(option)}
          className="min-w-24 flex-1 rounded-[7px] px-4 text-[16px] font-[650] text-ink-2 aria-pressed:bg-ink aria-pressed:text-sheet"
        >
          {names[option]}
        </button>
      ))}
    </section>
  );
}
