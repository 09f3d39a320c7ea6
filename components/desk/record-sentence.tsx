import { useTranslations } from "next-intl";
import {
  defectLabel,
  holdLabel,
  nameOf,
  type RecordWords,
  said,
} from "#components/desk/record-words";
import { RefusalWhy } from "#components/desk/refusal-words";
import { limitsText } from "#lib/kit/band";
import { decimalIn, momentIn } from "#lib/messages/locales";
import { type Word, wordsOf } from "#lib/travelers/sentences.rules";
import type { StoryLine } from "#lib/travelers/story.rules";

const spoken = new Set(["pass", "fail", "yes", "no"]);

type Words = ReturnType<typeof useTranslations>;

function useWord(words: RecordWords): (word: Word) => string {
  const common = useTranslations("common");
  const record = useTranslations("desk.record");
  const inList = (list: Words, key: string, code: string) =>
    list.has(`${key}.${code}`) ? list(`${key}.${code}`) : code;
  const coded = (vocabulary: string, code: string): string => {
    switch (vocabulary) {
      case "holdReason":
        return holdLabel(words, code);
      case "defectCode":
        return `${code} ${defectLabel(words, code)}`.trim();
      case "condition":
      case "basis":
      case "voidCause":
      case "command":
        return inList(record, vocabulary, code);
      default:
        return inList(common, vocabulary, code);
    }
  };
  const decimal = (value: string) => decimalIn(value, words.locale);
  const word = (of: Word): string => {
    if (typeof of === "string") return of;
    switch (of.as) {
      case "words":
        return said(words, of.of);
      case "moment":
        return momentIn(of.at, words.locale, words.zone);
      case "day":
        return momentIn(of.on, words.locale, words.zone);
      case "person":
        return nameOf(words, of.id) ?? record("byRule");
      case "lot":
        return words.lots[of.id] ?? of.id;
      case "value":
        if (of.unit !== null) return `${decimal(of.value)} ${of.unit}`;
        return spoken.has(of.value) ? record(`value.${of.value}`) : of.value;
      case "limits":
        return of.limits === null
          ? "–"
          : `${limitsText(of.limits, decimal)} ${of.unit ?? ""}`.trim();
      case "hash":
        return `${of.hash.slice(0, 8)}…${of.hash.slice(-4)}`;
      case "code":
        return coded(of.in, of.code);
      case "list":
        return of.of.map(word).join(", ");
    }
  };
  return word;
}

/** One entry as a sentence, and why where it tells of a refusal. */
export function RecordSentence({ line, words }: { line: StoryLine; words: RecordWords }) {
  const t = useTranslations("desk.sentences");
  const word = useWord(words);
  const filled = Object.entries(line.said).map(([name, of]) => [name, word(of)] as const);
  return (
    <span className="block text-[14px] leading-snug font-[450] break-words text-ink-2">
      {t(wordsOf(line.type), Object.fromEntries(filled))}
      {line.refused === null ? null : (
        <>
          {" "}
          <RefusalWhy refused={line.refused} />
        </>
      )}
    </span>
  );
}
