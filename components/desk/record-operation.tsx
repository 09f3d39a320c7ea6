import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import { RecordBuyoffs } from "#components/desk/record-buyoffs";
import { RecordDefect, RecordHold } from "#components/desk/record-defect";
import { RecordRowLine } from "#components/desk/record-row";
import { nameOf, type RecordWords, said } from "#components/desk/record-words";
import { dateFormat } from "#lib/messages/locales";
import type { OperationRecord } from "#lib/travelers/as-built.rules";
import { linesOf } from "#lib/travelers/record-row.rules";
import type { InspectionCall, Photo } from "#lib/travelers/state.schema";

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
  return (
    <section
      aria-labelledby={operation.id}
      className="@container mb-3 rounded border-[1.5px] border-rule bg-sheet"
    >
      <header className="heads flex flex-wrap items-baseline gap-x-3.5 gap-y-0.5 border-b-[1.5px] border-rule px-4 py-2.5">
        <h2 id={operation.id} className="text-[16px] font-bold">
          {t("operation", { number: operation.number })} {said(words, operation.title)}
        </h2>
        {operation.reworks.map((rework) => (
          <span key={rework.id} className="mono text-[15px] font-[650] text-warn">
            {rework.label}
          </span>
        ))}
        <span className="mono ml-auto text-[13px] text-ink-2">
          {operation.startedAt === null || operation.endedAt === null ? null : (
            <>
              <Moment at={operation.startedAt} zone={words.zone} /> –{" "}
              <Moment
                at={operation.endedAt}
                zone={words.zone}
                shape={
                  isSameDay(operation.startedAt, operation.endedAt, words.zone) ? "time" : "short"
                }
              />{" "}
              ·{" "}
            </>
          )}
          {operation.workCenter}
        </span>
      </header>
      {operation.rows.length === 0 ? null : (
        <ol aria-label={said(words, operation.title)} className="text-[15px]">
          {linesOf(operation.rows).map((line) => (
            <RecordRowLine key={line.key} line={line} words={words} />
          ))}
        </ol>
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
      <RecordBuyoffs buyoffs={operation.buyoffs} declines={operation.declines} words={words} />
      {operation.calls.map((call) => (
        <Call key={call.id} call={call} words={words} />
      ))}
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

/** On the plant's calendar. */
function isSameDay(one: string, other: string, zone: string): boolean {
  const day = dateFormat("en-CA", { timeZone: zone });
  return day.format(new Date(one)) === day.format(new Date(other));
}

function Call({ call, words }: { call: InspectionCall; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const moment = (at: string) => <Moment at={at} zone={words.zone} />;
  return (
    <p className="keep border-t border-sunk px-4 py-2 text-[14px] text-ink-2">
      {t("call", { person: nameOf(words, call.person) ?? "" })} {moment(call.at)}
      {call.acknowledgedAt === null ? null : (
        <>
          {" · "}
          {t("callAcknowledged")} {moment(call.acknowledgedAt)}
        </>
      )}
      {call.arrivedAt === null ? null : (
        <>
          {" · "}
          {t("callArrived")} {moment(call.arrivedAt)}
        </>
      )}
    </p>
  );
}
