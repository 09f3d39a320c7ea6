"use client";
import { useTranslations } from "next-intl";
import { useNamed, useRuleWords } from "#components/refusal-text";

export type Refused = { code: string; params: Readonly<Record<string, string>> };

/** Why, and what to do next. A code without words still names itself: never an empty message. */
export function useRefusalWords() {
  const ofRule = useRuleWords();
  const named = useNamed();
  const desk = useTranslations("desk.errors");
  return (refused: Refused): { why: string; next: string } => {
    const { code, params } = refused;
    if (desk.has(`${code}.why`)) {
      const said = named(params);
      return { why: desk(`${code}.why`, said), next: desk(`${code}.next`, said) };
    }
    return ofRule(refused) ?? { why: desk("unknown.why", { code }), next: desk("unknown.next") };
  };
}

/** The first half alone, for a list of what was turned away. */
export function RefusalWhy({ refused }: { refused: Refused }) {
  return useRefusalWords()(refused).why;
}
