import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Moment } from "#components/desk/moment";
import { RecordNotes } from "#components/desk/record-notes";
import { RecordBand, RecordValue } from "#components/desk/record-value";
import { nameOf, type RecordWords, said } from "#components/desk/record-words";
import type { RecordLine, RecordRow } from "#lib/travelers/record-row.rules";

const columns =
  "@min-[540px]:grid-cols-[52px_minmax(0,1fr)_82px_100px_118px] @min-[700px]:grid-cols-[58px_minmax(0,1fr)_100px_122px_140px] @min-[860px]:grid-cols-[66px_minmax(0,1fr)_128px_140px_168px]";
const stepNumber = "mono text-[13px] leading-6 font-[600] text-ink-2";

/** One line of the as-built record; several attempts at one place stand in it side by side. */
export function RecordRowLine({ line, words }: { line: RecordLine; words: RecordWords }) {
  const [row] = line.rows;
  if (!row) return null;
  return line.rows.length === 1 ? (
    <Single row={row} words={words} />
  ) : (
    <SideBySide rows={line.rows} words={words} />
  );
}

const isSuperseded = ({ content }: RecordRow): boolean =>
  (content.kind === "reading" && content.replacedBy !== null) ||
  (content.kind === "document" && content.isReplaced) ||
  (content.kind === "component" && content.installation.removed !== null);

const washOf = (row: RecordRow): string =>
  row.tags.includes("out_of_limits") && !isSuperseded(row) ? "bg-stop-wash" : "";

function Single({ row, words }: { row: RecordRow; words: RecordWords }) {
  const band = <RecordBand row={row} words={words} />;
  return (
    <li
      className={`keep grid grid-cols-[52px_minmax(0,1fr)] gap-x-3 border-t border-sunk px-4 py-1.5 first:border-t-0 ${columns} ${washOf(row)}`}
    >
      <span className={stepNumber}>{row.step.number}</span>
      <div className="min-w-0 leading-6">
        <Label row={row} words={words} />
        <Attempt row={row} />
        <span className="text-[13px] text-ink-2 @max-[699px]:block @max-[699px]:leading-4">
          <span className="@max-[699px]:hidden">{" · "}</span>
          <By row={row} words={words} />
        </span>
      </div>
      <span className="mono min-w-0 text-[13px] leading-6 break-words text-ink-2 @max-[539px]:col-start-2 @max-[539px]:empty:hidden">
        <Means row={row} />
      </span>
      <span className="min-w-0 @max-[539px]:col-start-2">{band}</span>
      <div className="mono min-w-0 text-[15px] leading-6 font-[650] break-words @max-[539px]:col-start-2 @min-[540px]:text-right">
        <RecordValue row={row} words={words} />
      </div>
      <div className="col-[2/-1] min-w-0">
        <RecordNotes row={row} words={words} />
      </div>
    </li>
  );
}

/** Nothing is overwritten: what was done first stands beside what stands for it now. */
function SideBySide({ rows, words }: { rows: readonly RecordRow[]; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const last = rows.at(-1);
  const [first] = rows;
  if (!first || !last) return null;
  const label = `${said(words, first.label)} ${placeIn(first)}`.trim();
  return (
    <li className="keep grid grid-cols-[52px_minmax(0,1fr)] gap-x-3 border-t border-sunk px-4 py-1.5 first:border-t-0 @min-[700px]:grid-cols-[58px_minmax(0,1fr)] @min-[860px]:grid-cols-[66px_minmax(0,1fr)]">
      <span className={stepNumber}>{first.step.number}</span>
      <div className="min-w-0 leading-6">
        <Label row={first} words={words} />
        <ol
          aria-label={t("sideBySide", { count: rows.length, label })}
          className="mt-1 mb-1.5 grid grid-cols-[repeat(auto-fit,minmax(min(210px,100%),1fr))] gap-2"
        >
          {rows.map((row) => (
            <Cell key={row.key} row={row} isLast={row === last} words={words} />
          ))}
        </ol>
      </div>
    </li>
  );
}

function Cell({ row, isLast, words }: { row: RecordRow; isLast: boolean; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const superseded = isSuperseded(row) || !isLast;
  const by = row.content.kind === "reading" ? row.content.replacedBy : null;
  const state = superseded
    ? by
      ? t("supersededBy", {
          by: by.rework ?? (by.retry > 1 ? t("retry", { retry: by.retry }) : `${by.attempt}`),
        })
      : null
    : t("counts");
  return (
    <li
      className={`min-w-0 rounded border-[1.5px] px-3 py-1.5 ${superseded ? "border-rule bg-paper" : "border-ink bg-sheet"} ${washOf(row)}`}
    >
      <p className="flex flex-wrap items-baseline justify-between gap-x-2 text-[13px] leading-5">
        <b className="mono font-[700]">{attemptName(row, t)}</b>
        {state === null ? null : (
          <span className={superseded ? "text-ink-2" : "font-[650] text-ok"}>{state}</span>
        )}
      </p>
      <div className="mono text-[15px] leading-6 font-[650] break-words">
        <RecordValue row={row} words={words} />
      </div>
      <RecordBand row={row} words={words} />
      <p className="text-[13px] leading-snug text-ink-2">
        <span className="mono mr-1.5 empty:hidden">
          <Means row={row} />
        </span>
        <By row={row} words={words} />
      </p>
      <RecordNotes row={row} words={words} />
    </li>
  );
}

type T = ReturnType<typeof useTranslations>;

function attemptName(row: RecordRow, t: T): string {
  const retry = row.content.kind === "reading" ? row.content.retry : 1;
  const name = row.rework ?? (row.attempt === 1 ? t("first") : t("nth", { attempt: row.attempt }));
  return retry > 1 ? `${name} · ${t("retry", { retry })}` : name;
}

const placeIn = ({ content }: RecordRow): string =>
  "position" in content && content.position !== null ? content.position : "";

function Label({ row, words }: { row: RecordRow; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const { content } = row;
  return (
    <>
      {said(words, row.label)}
      {placeIn(row) === "" ? null : <span className="mono"> {placeIn(row)}</span>}
      {content.kind === "reading" && content.sample !== null
        ? ` · ${t("sample", { sample: content.sample })}`
        : null}
      {content.kind === "reading" && content.characteristicKey !== null ? (
        <span className="mono ml-2 rounded border border-ink px-1 text-[12px] font-bold">
          {content.characteristicKey}
        </span>
      ) : null}
      {row.inherited && words.parent !== null ? (
        <span className="ml-2 rounded bg-sunk px-1.5 text-[12px] font-[650] text-ink-2">
          {t("from", { parent: words.parent })}
        </span>
      ) : null}
    </>
  );
}

/** Alone in its line and yet not the first: the filter has left the others out. */
function Attempt({ row }: { row: RecordRow }) {
  const t = useTranslations("desk.record");
  const isRepeated = row.content.kind === "reading" && row.content.retry > 1;
  const isFirst = row.content.kind === "reading" && row.content.replacedBy !== null;
  if (row.attempt === 1 && !isRepeated && !isFirst) return null;
  return <span className="font-[650] text-warn"> · {attemptName(row, t)}</span>;
}

function By({ row, words }: { row: RecordRow; words: RecordWords }): ReactNode {
  const name = nameOf(words, row.person);
  return (
    <>
      {name === null ? null : `${name}, `}
      <Moment at={row.at} zone={words.zone} />
    </>
  );
}

function Means({ row }: { row: RecordRow }) {
  const t = useTranslations("desk.record");
  const { content } = row;
  if (content.kind === "reading") return content.gage;
  if (content.kind === "photos") return t("photos", { count: content.photos.length });
  if (content.kind === "clock") return t("lot", { lot: content.clock.lot });
  if (content.kind !== "component") return null;
  const { serial, lot } = content.installation;
  return serial ?? (lot === null ? null : t("lot", { lot }));
}
