"use client";
import { useTranslations } from "next-intl";
import { useRuleWords } from "#components/refusal-text";

export type Refused = { code: string; params: Readonly<Record<string, string>> };

/** Why, and what to do next. A code without words still names itself: never an empty message. */
export function useRefusalWords() {
  const ofRule = useRuleWords();
  const desk = useTranslations("desk.errors");
  return (refused: Refused): { why: string; next: string } => {
    const { code, params } = refused;
    if (desk.has(`${code}.why`))
      return { why: desk(`${code}.why`, params), next: desk(`${code}.next`, params) };
    return ofRule(refused) ?? { why: desk("unknown.why", { code }), next: desk("unknown.next") };
  };
}

/** The first half alone, for a list of what was turned away. */
export function RefusalWhy({ refused }: { refused: Refused }) {
  return useRefusalWords()(refused).why;
}
