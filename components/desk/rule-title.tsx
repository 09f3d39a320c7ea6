import type { useTranslations } from "next-intl";
import { isShippedTitle } from "#lib/feed/shipped-rules.rules";

type Translated = ReturnType<typeof useTranslations<"desk.rules.shippedTitle">>;

/** A rule's sentence in the reader's language where it is still the product's own; what the plant wrote is as it is. */
export const ruleTitle = (t: Translated, code: string, title: string): string =>
  isShippedTitle(code, title) ? t(code as Parameters<Translated>[0]) : title;
