import { useTranslations } from "next-intl";
import type { RecordWords } from "#components/desk/record-words";

/** A text of the record by its hash; one that retention has disposed of says so. */
export function RecordText({ hash, words }: { hash: string | null; words: RecordWords }) {
  const t = useTranslations("desk.record");
  if (hash === null) return null;
  const text = words.texts[hash];
  if (text === undefined || text === null) return <i className="text-ink-3">{t("disposed")}</i>;
  return <q className="break-words">{text}</q>;
}
