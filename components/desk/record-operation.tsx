import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import { RecordBuyoffs } from "#components/desk/record-buyoffs";
import { RecordDefect, RecordHold } from "#components/desk/record-defect";
import { RecordRow } from "#components/desk/record-row";
import { type RecordWords, said } from "#components/desk/record-words";
import type { OperationRecord } from "#lib/travelers/as-built.rules";
import type { Photo } from "#lib/travelers/state.schema";

export function RecordOperation({
  operation,
  photos,
  words,
}: {
  operation: OperationRecord;
  photos: readonly Photo[];
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  const rework = operation.reworks.at(-1);
  return (
    <section
      aria-labelledby={operation.id}
      className="mb-3 overflow-hidden rounded border-[1.5px] border-rule bg-sheet"
    >
      <header className="flex flex-wrap items-baseline gap-x-3.5 gap-y-0.5 border-b-[1.5px] border-rule px-4 py-2.5">
        <h2 id={operation.id} className="text-[16px] font-bold">
          {t("operation", { number: operation.number })} {said(words, operation.title)}
        </h2>
        {rework ? (
          <span className="text-[15px] font-[650] text-warn">
            {t("afterRework", { attempt: operation.attempt, rework: rework.label })}
          </span>
        ) : null}
        <span className="mono ml-auto text-[13px] text-ink-2">
          {operation.startedAt === null || operation.endedAt === null ? null : (
            <>
              <Moment at={operation.startedAt} zone={words.zone} /> –{" "}
              <Moment at={operation.endedAt} zone={words.zone} shape="time" /> ·{" "}
            </>
          )}
          {operation.workCenter}
        </span>
      </header>
      {operation.rows.length === 0 ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on a narrow screen and may hold nothing else to focus
        <section aria-label={said(words, operation.title)} tabIndex={0} className="overflow-x-auto">
          <table className="w-full min-w-[600px] table-fixed border-collapse text-[15px]">
            <colgroup>
              <col className="w-[74px]" />
              <col />
              <col className="w-[88px] min-[1400px]:w-[118px]" />
              <col className="w-[112px] min-[1400px]:w-[136px]" />
              <col className="w-[138px] min-[1400px]:w-[164px]" />
            </colgroup>
            <caption className="sr-only">{said(words, operation.title)}</caption>
            <thead className="sr-only">
              <tr>
                {["step", "what", "means", "limits", "recorded"].map((column) => (
                  <th key={column}>{t(`column.${column}`)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {operation.rows.map((row) => (
                <RecordRow key={row.key} row={row} words={words} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {operation.defects.map((defect) => (
        <RecordDefect
          key={defect.id}
          defect={defect}
          photos={photos.filter((photo) => photo.defect === defect.id)}
          words={words}
        />
      ))}
      {operation.holds.map((hold) => (
        <RecordHold key={hold.id} hold={hold} words={words} />
      ))}
      <RecordBuyoffs buyoffs={operation.buyoffs} words={words} />
      {operation.untouched.length === 0 ? null : (
        <p className="border-t border-sunk px-4 py-2.5 text-[14px] text-ink-2">
          {t("untouched")}{" "}
          {operation.untouched.map((step, index) => (
            <span key={step.number}>
              {index === 0 ? "" : ", "}
              <span className="mono">{step.number}</span> {said(words, step.title)}
            </span>
          ))}
        </p>
      )}
    </section>
  );
}
