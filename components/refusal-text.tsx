"use client";
import { useLocale, useTranslations } from "next-intl";
import type { Locale } from "#lib/messages/locales";
import type { RefusalCode } from "#lib/travelers/refusal.schema";
import en from "../lib/messages/en/refusals.json";
import es from "../lib/messages/es/refusals.json";

type Words = { why: string; next: string };

/** One entry per refusal in each language: a refusal without words does not compile. */
const words: Record<Locale, Record<RefusalCode, Words>> = { en, es };

export const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(words.en, code);

const PLACEHOLDER = /\{(\w+)\}/g;

/** Puts what the refusal names into its sentence. A name it does not give leaves no hole. */
export function refusalWords(
  locale: Locale,
  code: RefusalCode,
  params: Readonly<Record<string, string>>,
): Words {
  const fill = (sentence: string) =>
    sentence
      .replace(/\[([^\]]*)\]/g, (_, part: string) =>
        [...part.matchAll(PLACEHOLDER)].every(([, name]) => (params[name ?? ""] ?? "") !== "")
          ? part
          : "",
      )
      .replace(PLACEHOLDER, (_, name: string) => params[name] ?? "");
  const { why, next } = words[locale][code];
  return { why: fill(why), next: fill(next) };
}

/** Why it was refused and what to do next, wherever a refusal is shown. */
export function RefusalText({
  code,
  params,
}: {
  code: string;
  params: Readonly<Record<string, string>>;
}) {
  const locale = useLocale() as Locale;
  const t = useTranslations("common");
  if (!isRefusalCode(code)) {
    return <p className="font-[650]">{t("unknownRefusal", { code })}</p>;
  }
  const { why, next } = refusalWords(locale, code, params);
  return (
    <>
      <p className="font-[650]">{why}</p>
      <p className="mt-1">{next}</p>
    </>
  );
}
