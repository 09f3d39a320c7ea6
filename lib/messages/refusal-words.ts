import type { RefusalCode } from "#lib/travelers/refusal.schema";

export type Words = { why: string; next: string };
export type Params = Readonly<Record<string, string>>;
/** The words of every refusal of the rules, in one language. */
export type RefusalBook = Record<RefusalCode, Words>;

const PLACEHOLDER = /\{(\w+)\}/g;
/** `[; {owner} releases it]` is said where its names are given, and left out where they are not. */
const OPTIONAL = /\[([^\]]*)\]/g;
const namesIn = (sentence: string): string[] =>
  [...sentence.matchAll(PLACEHOLDER)].map(([, name]) => name ?? "");

/** Puts what the refusal names into its sentences. Null: no rule refuses so. */
export function refusalWords(book: RefusalBook, code: string, params: Params): Words | null {
  if (!Object.hasOwn(book, code)) return null;
  const isGiven = (name: string) => (params[name] ?? "") !== "";
  const fill = (sentence: string) =>
    sentence
      .replace(OPTIONAL, (_, part: string) => (namesIn(part).every(isGiven) ? part : ""))
      .replace(PLACEHOLDER, (_, name: string) => params[name] ?? "");
  const { why, next } = book[code as RefusalCode];
  return { why: fill(why), next: fill(next) };
}

/** What the sentences of a refusal can't do without, and all that they could say. */
export function namesSaid({ why, next }: Words): { needed: string[]; all: string[] } {
  const both = `${why} ${next}`;
  return {
    needed: [...new Set(namesIn(both.replace(OPTIONAL, "")))],
    all: [...new Set(namesIn(both))],
  };
}

/** Names that a refusal leaves open in its own sentences: there would be a hole. None, for a good one. */
export const namesMissing = (words: Words, params: Params): string[] =>
  namesSaid(words).needed.filter((name) => (params[name] ?? "") === "");
