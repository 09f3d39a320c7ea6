import en from "./en/machine.json" with { type: "json" };
import es from "./es/machine.json" with { type: "json" };
import type { Locale } from "./locales.ts";

export type ProblemCode = keyof typeof en.problem;
type Params = Readonly<Record<string, string>>;

const words = { en, es } satisfies Record<Locale, typeof en>;

const filled = (sentence: string, params: Params): string =>
  sentence.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "–");

/** What another system is told when its call was not taken: why, and what to do. */
export function problemWords(locale: Locale, code: ProblemCode, params: Params) {
  const { why, next } = words[locale].problem[code];
  return { why: filled(why, params), next: filled(next, params) };
}

const isMessageCode = (code: string): code is keyof typeof en.message =>
  Object.hasOwn(en.message, code);

/** What became of an order message: for what waits, why and what to do; for the rest, how it went. */
export function messageWords(
  locale: Locale,
  state: string,
  code: string | null,
  params: Params,
): { why: string; next: string } {
  const named = code ?? state;
  const { why, next } = words[locale].message[isMessageCode(named) ? named : "parked"];
  return { why: filled(why, params), next: filled(next, params) };
}

const isToldCode = (code: string): code is keyof typeof en.told => Object.hasOwn(en.told, code);

/** What became of one row of a list of qualifications. */
export function toldWords(locale: Locale, code: string, params: Params) {
  const { why, next } = words[locale].told[isToldCode(code) ? code : "refused"];
  return { why: filled(why, params), next: filled(next, params) };
}
