import en from "./en/refusals.json" with { type: "json" };
import es from "./es/refusals.json" with { type: "json" };
import type { Locale } from "./locales.ts";
import type { RefusalBook } from "./refusal-words.ts";

/** One entry per refusal in each language: a refusal without words does not compile. */
export const refusalBooks: Record<Locale, RefusalBook> = { en, es };
