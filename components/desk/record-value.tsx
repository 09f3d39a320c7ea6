import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import { PhotoStrip } from "#components/desk/photo-strip";
import { type RecordWords, said, shotsOf, valueIn } from "#components/desk/record-words";
import { LimitBand } from "#components/ui/limit-band";
import { limitsText } from "#lib/kit/band";
import { compare } from "#lib/kit/decimal";
import { decimalIn } from "#lib/messages/locales";
import type { ReadingContent, RecordRow } from "#lib/travelers/record-row.rules";

/** Where the value lies between its limits; of a clock, which limits its batch has. */
export function RecordBand({ row, words }: { row: RecordRow; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const { content } = row;
  if (content.kind === "clock") {
    const { min, max } = content;
    const limits = [
      ...(min === null ? [] : [t("minutesAtLeast", { min })]),
      ...(max === null ? [] : [t("minutesAtMost", { max })]),
    ];
    return <span className={numbers}>{limits.join(" · ")}</span>;
  }
  if (content.kind !== "reading") return null;
  const limits = content.limits ?? content.process;
  if (limits === null || (limits.min === null && limits.max === null)) return null;
  const unit = content.unit ?? "";
  const isOut = content.verdict === "out_of_limits";
  const decimal = (value: string) => decimalIn(value, words.locale);
  const range = limitsText(limits, decimal);
  const value = decimal(content.value);
  return (
    <span className="block">
      <span className="block pt-1">
        <LimitBand
          size="row"
          value={content.value}
          limits={limits}
          process={content.limits === null ? null : content.process}
          out={isOut}
          label={t(isOut ? "bandOut" : "bandIn", { value, unit, range })}
        />
      </span>
      <span aria-hidden className={numbers}>
        {range}
      </span>
    </span>
  );
}

const numbers = "mono block text-center text-[12px] leading-4 text-ink-2";

export function RecordValue({ row, words }: { row: RecordRow; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const { content } = row;
  switch (content.kind) {
    case "photos":
      return (
        <div className="@min-[540px]:[&>ul]:justify-end">
          <PhotoStrip shots={shotsOf(words, content.photos)} />
        </div>
      );
    case "component":
      return content.installation.removed ? (
        <>
          <del className="text-ink-2">{content.installation.part}</del>
          <span className="block font-sans text-[13px] text-warn">{t("removedShort")}</span>
        </>
      ) : (
        <span className="break-words">{content.installation.part}</span>
      );
    case "document":
      return content.record.uri === null ? (
        <a
          href={`/api/blobs/${content.record.sha256}`}
          download
          className="font-sans underline underline-offset-4"
        >
          {t("download")}
        </a>
      ) : null;
    case "timer":
      return (
        <span className="font-sans text-[14px]">
          {content.timer.stoppedAt === null ? (
            t("runningNow")
          ) : (
            <Moment at={content.timer.stoppedAt} zone={words.zone} shape="time" />
          )}
        </span>
      );
    case "clock":
      return <Moment at={content.clock.mixedAt} zone={words.zone} />;
    case "done":
      return <span className="font-sans text-ok">{t("done")} ✓</span>;
    case "departure":
      return (
        <span className="font-sans text-[14px] text-warn">
          {t(`departure.${content.departure}`, {
            to: content.to ?? "",
            attempt: row.attempt,
            took: content.seconds?.took ?? 0,
            least: content.seconds?.least ?? 0,
          })}
        </span>
      );
    case "note":
    case "supervision":
      return null;
    case "reading":
      return <Read content={content} isOut={row.tags.includes("out_of_limits")} words={words} />;
  }
}

/** The value that was typed first is struck through in place; so is one that no longer counts. */
function Read({
  content,
  isOut,
  words,
}: {
  content: ReadingContent;
  isOut: boolean;
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  const text = content.valueLabel ? said(words, content.valueLabel) : valueWords(content.value, t);
  const shown = content.valueLabel ? text : valueIn(words, text, content.unit);
  return (
    <span className={isOut ? "text-stop" : ""}>
      {content.amendments.map(({ from, at }) => (
        <del key={at + from} className="mr-2 font-[500] text-ink-2">
          {decimalIn(from, words.locale)}
        </del>
      ))}
      {content.replacedBy ? <del>{shown}</del> : <span className="break-words">{shown}</span>}
      {isOut ? <span className="block text-[13px]">{beyond(content, words, t)}</span> : null}
    </span>
  );
}

type T = ReturnType<typeof useTranslations>;

const valueWords = (value: string, t: T): string =>
  value === "pass" || value === "fail" || value === "yes" || value === "no"
    ? t(`value.${value}`)
    : value;

/** Which limit it is beyond. The rules have judged; this only picks the nearer of the two to name. */
function beyond({ limits, value }: ReadingContent, { locale }: RecordWords, t: T): string {
  const { min, max } = limits ?? { min: null, max: null };
  if (min !== null && compare(value, min) < 0) return t("under", { min: decimalIn(min, locale) });
  return max === null ? t("notConforming") : t("over", { max: decimalIn(max, locale) });
}
