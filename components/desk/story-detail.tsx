import { useTranslations } from "next-intl";
import { holdLabel, type RecordWords } from "#components/desk/record-words";
import { RefusalWhy } from "#components/desk/refusal-words";
import type { StoryLine } from "#lib/travelers/story.rules";

const spoken = new Set(["pass", "fail", "yes", "no"]);

/** What tells one event from another of its kind: a value, a number, a decision, why it was turned away. */
export function StoryDetail({ line, words }: { line: StoryLine; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const common = useTranslations("common");
  const { value, coded, refused, detail } = line;
  if (refused !== null) {
    const { command, code, params } = refused;
    return (
      <span className="block text-[13px] break-words">
        {t.has(`command.${command}`) ? t(`command.${command}`) : command}:{" "}
        <RefusalWhy refused={{ code, params }} />
      </span>
    );
  }
  if (value !== null) {
    const text = spoken.has(value.value) ? t(`value.${value.value}`) : value.value;
    return (
      <span className="mono block text-[13px] break-words">
        {value.place === null ? "" : `${value.place}: `}
        <b className="font-[650]">{value.unit === null ? text : `${text} ${value.unit}`}</b>
      </span>
    );
  }
  if (detail === null && coded === null) return null;
  const named = (of: string): string => {
    if (coded?.as === "holdReason") return holdLabel(words, of);
    if (coded?.as === "decision") return common(`decision.${of}`);
    return t.has(`voidCause.${of}`) ? t(`voidCause.${of}`) : of;
  };
  return (
    <span className="block text-[13px] break-words">
      <span className="mono">{detail}</span>
      {detail !== null && coded !== null ? " · " : ""}
      {coded?.values.map(named).join(", ")}
    </span>
  );
}
