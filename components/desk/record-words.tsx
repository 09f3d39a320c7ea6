import type { Localized } from "#lib/instructions/schema";
import { inLocale, type Locale } from "#lib/messages/locales";
import type { PersonName } from "#lib/record/history.queries";
import type { PlantPolicy } from "#lib/travelers/facts.schema";

/** What turns the record's ids and hashes into words, for one reader. */
export type RecordWords = {
  locale: Locale;
  zone: string;
  people: Readonly<Record<string, PersonName>>;
  texts: Readonly<Record<string, string | null>>;
  policy: PlantPolicy;
  /** A customer reads that there is a defect; its page is not theirs, so nothing leads there. */
  opensDefects: boolean;
};

export const said = (words: RecordWords, of: Localized): string => inLocale(of, words.locale);

/** Who it was; an id that nobody here bears is another system or a rule. */
export const nameOf = (words: RecordWords, person: string | null): string | null =>
  person === null ? null : (words.people[person]?.name ?? null);

export function defectLabel(words: RecordWords, code: string): string {
  const known = words.policy.defectCodes.find((of) => of.code === code);
  return known ? inLocale(known.label, words.locale) : "";
}

export function holdLabel(words: RecordWords, reason: string): string {
  const known = words.policy.holdReasons.find((of) => of.code === reason);
  return known ? inLocale(known.label, words.locale) : reason;
}
