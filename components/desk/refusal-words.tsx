import { useTranslations } from "next-intl";

export type Refused = { code: string; params: Readonly<Record<string, string>> };

/** Why, and what to do next. A code without words still names itself: never an empty message. */
export function useRefusalWords() {
  const refusals = useTranslations("refusals");
  const desk = useTranslations("desk.errors");
  return ({ code, params }: Refused): { why: string; next: string } => {
    if (desk.has(`${code}.why`))
      return { why: desk(`${code}.why`, params), next: desk(`${code}.next`, params) };
    if (refusals.has(`${code}.why`))
      return { why: refusals(`${code}.why`, params), next: refusals(`${code}.next`, params) };
    return { why: desk("unknown.why", { code }), next: desk("unknown.next") };
  };
}
