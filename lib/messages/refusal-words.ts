import type { RefusalCode } from "#lib/travelers/refusal.schema";
import en from "./en/refusals.json" with { type: "json" };
import es from "./es/refusals.json" with { type: "json" };
import type { Locale } from "./locales.ts";

export type Words = { why: string; next: string };
export type Params = Readonly<Record<string, string>>;

/** One entry per refusal in each language: a refusal without words does not compile. */
const words: Record<Locale, Record<RefusalCode, Words>> = { en, es };

export const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(words.en, code);

const PLACEHOLDER = /\{(\w+)\}/g;
/** `[; {owner} releases it]` is said where its names are given, and left out where they are not. */
const OPTIONAL = /\[([^\]]*)\]/g;
const namesIn = (sentence: string): string[] =>
  [...sentence.matchAll(PLACEHOLDER)].map(([, name]) => name ?? "");

/** Puts what the refusal names into its sentences. */
export function refusalWords(locale: Locale, code: RefusalCode, params: Params): Words {
  const isGiven = (name: string) => (params[name] ?? "") !== "";
  const fill = (sentence: string) =>
    sentence
      .replace(OPTIONAL, (_, part: string) => (namesIn(part).every(isGiven) ? part : ""))
      .replace(PLACEHOLDER, (_, name: string) => params[name] ?? "");
  const { why, next } = words[locale][code];
  return { why: fill(why), next: fill(next) };
}

/** What the sentences of a refusal can't do without, and all that they could say. */
export function namesSaid(locale: Locale, code: RefusalCode): { needed: string[]; all: string[] } {
  const { why, next } = words[locale][code];
  const both = `${why} ${next}`;
  return {
    needed: [...new Set(namesIn(both.replace(OPTIONAL, "")))],
    all: [...new Set(namesIn(both))],
  };
}

/** Names that a refusal leaves open in its own sentences: there would be a hole. None, for a good one. */
export const namesMissing = (code: RefusalCode, params: Params): string[] =>
  namesSaid("en", code).needed.filter((name) => (params[name] ?? "") === "");
