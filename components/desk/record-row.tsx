import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Moment } from "#components/desk/moment";
import { PhotoStrip } from "#components/desk/photo-strip";
import { RecordText } from "#components/desk/record-text";
import { nameOf, type RecordWords, said } from "#components/desk/record-words";
import { LimitBand } from "#components/ui/limit-band";
import type { RecordRow as Row } from "#lib/travelers/as-built.rules";

const small = "text-[13px] leading-snug text-ink-2";

/** One line of the as-built record: step, what, with what, where between its limits, value. */
export function RecordRow({ row, words }: { row: Row; words: RecordWords }) {
  const isOut = row.tags.includes("out_of_limits");
  const isSuperseded = row.content.kind === "reading" && row.content.replacedBy !== null;
  return (
    <tr
      className={`border-t border-sunk first:border-t-0 ${isOut && !isSuperseded ? "bg-stop-wash" : ""}`}
    >
      <td className="mono py-2 pr-2 pl-4 align-top text-[13px] leading-6 font-[600] text-ink-2">
        {row.step.number}
      </td>
      <td className="py-2 pr-3 align-top leading-6">
        <Label row={row} words={words} />
      </td>
      <td className="mono py-2 pr-3 align-top text-[13px] leading-6 text-ink-2">
        <Means row={row} words={words} />
      </td>
      <td className="py-2 pr-3 align-top">
        <Band row={row} />
      </td>
      <td className="mono py-2 pr-4 text-right align-top text-[15px] leading-6 font-[650]">
        <Value row={row} words={words} />
      </td>
    </tr>
  );
}

function Label({ row, words }: { row: Row; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const { content } = row;
  const place =
    content.kind === "reading" || content.kind === "component" ? (
      <>
        {content.position === null ? null : <span className="mono"> {content.position}</span>}
        {content.kind === "reading" && content.sample !== null
          ? ` · ${t("sample", { sample: content.sample })}`
          : null}
      </>
    ) : null;
  const attempt = attemptWords(row, t);
  return (
    <>
      {said(words, row.label)}
      {place}
      {content.kind === "reading" && content.characteristicKey !== null ? (
        <span className="mono ml-2 rounded border border-ink px-1 text-[12px] font-bold">
          {content.characteristicKey}
        </span>
      ) : null}
      {attempt === null ? null : <span className="font-[650] text-warn"> · {attempt}</span>}
      <Notes row={row} words={words} />
    </>
  );
}

function attemptWords(row: Row, t: ReturnType<typeof useTranslations>): string | null {
  const retry = row.content.kind === "reading" ? row.content.retry : 1;
  const replaced = row.content.kind === "reading" && row.content.replacedBy !== null;
  if (row.attempt > 1) return t("attempt", { attempt: row.attempt });
  if (retry > 1) return t("retry", { retry });
  return replaced ? t("attempt", { attempt: 1 }) : null;
}

/** What happened to the value afterwards, who did it and why: in place, never in a footnote. */
function Notes({ row, words }: { row: Row; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const { content } = row;
  const lines: ReactNode[] = [];
  if (content.kind === "reading") {
    for (const amendment of content.amendments) {
      lines.push(
        <>
          {t("amendedFrom", { value: amendment.from })}{" "}
          <RecordText hash={amendment.reason} words={words} /> {nameOf(words, amendment.person)}
          {amendment.second === null ? null : `, ${nameOf(words, amendment.second)}`}{" "}
          <Moment at={amendment.at} zone={words.zone} />
        </>,
      );
    }
    if (content.replacedBy?.rework)
      lines.push(t("doneAgainIn", { rework: content.replacedBy.rework }));
    else if (content.replacedBy) lines.push(t("measuredAgain"));
    if (content.acceptedBy !== null)
      lines.push(t("acceptedBeyond", { person: nameOf(words, content.acceptedBy) ?? "" }));
  }
  if (content.kind === "component" && content.installation.alternateFor !== null)
    lines.push(t("alternateFor", { part: content.installation.alternateFor }));
  if (content.kind === "component" && content.installation.removed)
    lines.push(<Removal removed={content.installation.removed} words={words} />);
  if (content.kind === "note") lines.push(<RecordText hash={content.text} words={words} />);
  if (content.kind === "skipped")
    lines.push(
      <>
        <RecordText hash={content.reason} words={words} />
        {content.permit === null ? null : ` · ${t("permit", { permit: content.permit })}`}
      </>,
    );
  if (row.tags.includes("late")) lines.push(t("late"));
  if (lines.length === 0) return null;
  return (
    <ul className={small}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the notes of a row never change their order
        <li key={index}>{line}</li>
      ))}
    </ul>
  );
}

function Removal({
  removed,
  words,
}: {
  removed: NonNullable<Extract<Row["content"], { kind: "component" }>["installation"]["removed"]>;
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  return (
    <>
      {t("removed", { condition: t(`condition.${removed.condition}`), to: removed.to })}{" "}
      <RecordText hash={removed.reason} words={words} /> {nameOf(words, removed.person)}{" "}
      <Moment at={removed.at} zone={words.zone} />
    </>
  );
}

function Means({ row }: { row: Row; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const { content } = row;
  if (content.kind === "reading") return content.gage;
  if (content.kind === "photos") return t("photos", { count: content.photos.length });
  if (content.kind !== "component") return null;
  const { serial, lot } = content.installation;
  return serial ?? (lot === null ? null : t("lot", { lot }));
}

function Band({ row }: { row: Row }) {
  const t = useTranslations("desk.record");
  const { content } = row;
  if (content.kind !== "reading" || content.limits === null) return null;
  const { min, max } = content.limits;
  if (min === null && max === null) return null;
  const unit = content.unit ?? "";
  const isOut = content.verdict === "out_of_limits";
  const range =
    min !== null && max !== null
      ? t("between", { min, max, unit })
      : min === null
        ? t("atMost", { max: max ?? "", unit })
        : t("atLeast", { min, unit });
  return (
    <>
      <span className="block pt-1">
        <LimitBand
          size="row"
          value={content.value}
          limits={content.limits}
          out={isOut}
          label={t(isOut ? "bandOut" : "bandIn", { value: content.value, unit, range })}
        />
      </span>
      <span aria-hidden className="mono block text-center text-[12px] leading-4 text-ink-2">
        {range}
      </span>
    </>
  );
}

function Value({ row, words }: { row: Row; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const { content } = row;
  if (content.kind === "photos")
    return (
      <PhotoStrip
        photos={content.photos}
        label={said(words, row.label)}
        zone={words.zone}
        people={words.people}
      />
    );
  if (content.kind === "component")
    return content.installation.removed ? (
      <>
        <del className="text-ink-2">{content.installation.part}</del>
        <span className="block text-[13px] text-warn">{t("removedShort")}</span>
      </>
    ) : (
      <span className="break-all">{content.installation.part}</span>
    );
  if (content.kind === "done") return <span className="font-sans text-ok">{t("done")} ✓</span>;
  if (content.kind === "skipped")
    return <span className="font-sans text-warn">{t("skipped")}</span>;
  if (content.kind === "note") return null;
  const first = content.amendments[0];
  const text = content.valueLabel ? said(words, content.valueLabel) : valueWords(content.value, t);
  const isOut = row.tags.includes("out_of_limits");
  const shown = content.unit ? `${text} ${content.unit}` : text;
  return (
    <span className={isOut ? "text-stop" : ""}>
      {first ? <del className="mr-2 font-[500] text-ink-2">{first.from}</del> : null}
      {content.replacedBy ? <del>{shown}</del> : <span className="break-words">{shown}</span>}
      {isOut ? <span className="block text-[13px]">{beyond(content, t)}</span> : null}
    </span>
  );
}

const valueWords = (value: string, t: ReturnType<typeof useTranslations>): string =>
  value === "pass" || value === "fail" || value === "yes" || value === "no"
    ? t(`value.${value}`)
    : value;

/** Which limit it is beyond. The rules have judged; this only picks the nearer of the two to name. */
function beyond(
  content: Extract<Row["content"], { kind: "reading" }>,
  t: ReturnType<typeof useTranslations>,
): string {
  const { min, max } = content.limits ?? { min: null, max: null };
  if (min !== null && Number(content.value) < Number(min)) return t("under", { min });
  return max === null ? t("notConforming") : t("over", { max });
}
