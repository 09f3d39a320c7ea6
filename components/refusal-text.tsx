"use client";
import { useLocale, useTimeZone, useTranslations } from "next-intl";
import { decimalIn, isMoment, type Locale, momentIn } from "#lib/messages/locales";
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

const vocabularies = {
  role: "role",
  owner: "owner",
  type: "buyoffType",
  before: "buyoffType",
  decision: "decision",
  status: "ncrStatus",
};

/** Roles, owners, kinds of signature, days and decimals as the reader has them; everything else as it is. */
function useNamed(): (params: Readonly<Record<string, string>>) => Record<string, string> {
  const locale = useLocale() as Locale;
  const zone = useTimeZone() ?? "UTC";
  const t = useTranslations("common");
  const words = (key: string, value: string): string => {
    if (isMoment(value)) return momentIn(value, locale, zone);
    if (key === "value" || key === "resolution") return decimalIn(value, locale);
    const area = vocabularies[key as keyof typeof vocabularies];
    const path = `${area}.${value}` as Parameters<typeof t>[0];
    return area !== undefined && t.has(path) ? t(path) : value;
  };
  return (params) =>
    Object.fromEntries(
      Object.entries(params).map(([key, value]) => [
        key,
        value
          .split(", ")
          .map((one) => words(key, one))
          .join(", "),
      ]),
    );
}

type Refusal = { code: string; params: Readonly<Record<string, string>> };

/** The words of a refusal of the rules in the reader's language; null: no rule refuses so. */
export function useRuleWords(): (of: Refusal) => Words | null {
  const locale = useLocale() as Locale;
  const named = useNamed();
  return ({ code, params }) =>
    isRefusalCode(code) ? refusalWords(locale, code, named(params)) : null;
}

/** Why it was refused and what to do next, wherever a refusal is shown. */
export function RefusalText({ code, params }: Refusal) {
  const t = useTranslations("common");
  const words = useRuleWords()({ code, params });
  if (words === null) {
    return <p className="font-[650]">{t("unknownRefusal", { code })}</p>;
  }
  const { why, next } = words;
  return (
    <>
      <p className="font-[650]">{why}</p>
      <p className="mt-1">{next}</p>
    </>
  );
}
