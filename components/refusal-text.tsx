"use client";
import { useLocale, useTimeZone, useTranslations } from "next-intl";
import { createContext, use } from "react";
import { decimalIn, isMoment, type Locale, momentIn } from "#lib/messages/locales";
import { type RefusalBook, refusalWords, type Words } from "#lib/messages/refusal-words";

const vocabularies = {
  role: "role",
  owner: "owner",
  type: "buyoffType",
  before: "buyoffType",
  decision: "decision",
  status: "ncrStatus",
  kind: "protection",
  waivableBy: "waivableBy",
  why: "mergeWhy",
};

const decimals = [
  "value",
  "expected",
  "resolution",
  "min",
  "max",
  "tolerance",
  "uncertainty",
  "quantity",
  "of",
  "sum",
];

/** Roles, owners, kinds of signature, days and decimals as the reader has them; everything else as it is. */
export function useNamed(): (params: Readonly<Record<string, string>>) => Record<string, string> {
  const locale = useLocale() as Locale;
  const zone = useTimeZone() ?? "UTC";
  const t = useTranslations("common");
  const words = (key: string, value: string): string => {
    if (isMoment(value)) return momentIn(value, locale, zone);
    if (decimals.includes(key)) return decimalIn(value, locale);
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

type BookOf = (locale: Locale) => RefusalBook | Promise<RefusalBook>;
const RefusalBooksContext = createContext<BookOf | null>(null);

/** Where the words of refusals come from: along with a page of the desk, after the page on a tablet. */
export const RefusalBooks = RefusalBooksContext.Provider;

function useRefusalBook(): RefusalBook {
  const bookOf = use(RefusalBooksContext);
  const locale = useLocale() as Locale;
  if (bookOf === null) throw new Error("nobody said where the words of refusals are");
  const book = bookOf(locale);
  return book instanceof Promise ? use(book) : book;
}

/** The words of a refusal of the rules in the reader's language; null: no rule refuses so. */
export function useRuleWords(): (of: Refusal) => Words | null {
  const book = useRefusalBook();
  const named = useNamed();
  return ({ code, params }) => refusalWords(book, code, named(params));
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
