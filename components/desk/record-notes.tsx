import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import { PhotoStrip } from "#components/desk/photo-strip";
import { RecordText } from "#components/desk/record-text";
import { nameOf, type RecordWords, said, shotsOf, valueIn } from "#components/desk/record-words";
import type {
  AmendmentRecord,
  RecordRow,
  ReportedCharacteristic,
} from "#lib/travelers/record-row.rules";

type Of<K extends RecordRow["content"]["kind"]> = {
  content: Extract<RecordRow["content"], { kind: K }>;
  words: RecordWords;
};

/** What happened to the value afterwards, who did it and why: in place, never in a footnote. */
export function RecordNotes({ row, words }: { row: RecordRow; words: RecordWords }) {
  return (
    <ul className="text-[13px] leading-snug text-ink-2 empty:hidden">
      <ContentNotes row={row} words={words} />
      <LateNote row={row} words={words} />
    </ul>
  );
}

function ContentNotes({ row: { content }, words }: { row: RecordRow; words: RecordWords }) {
  switch (content.kind) {
    case "reading":
      return <ReadingNotes content={content} words={words} />;
    case "component":
      return <ComponentNotes content={content} words={words} />;
    case "document":
      return <DocumentNote content={content} words={words} />;
    case "supervision":
      return <SupervisionNote content={content} words={words} />;
    case "departure":
      return <DepartureNotes content={content} words={words} />;
    case "clock":
      return <ClockNotes content={content} words={words} />;
    case "note":
      return (
        <li>
          <RecordText hash={content.text} words={words} />
        </li>
      );
    default:
      return null;
  }
}

function ClockNotes({ content: { clock }, words }: Of<"clock">) {
  const t = useTranslations("desk.record");
  const { joined, exceeded = [] } = clock;
  return (
    <>
      {joined ? <li>{t("joined")}</li> : null}
      {exceeded.map(({ step, minutes, maxMinutes, at }) => (
        <li key={`${step}/${at}`} className="text-stop">
          {t("usedTooOld", { minutes, max: maxMinutes })} <Moment at={at} zone={words.zone} />
        </li>
      ))}
    </>
  );
}

function LateNote({ row: { late }, words }: { row: RecordRow; words: RecordWords }) {
  const t = useTranslations("desk.record");
  if (late === null) return null;
  return (
    <li className="text-warn">
      {t.rich("lateClaimed", { at: () => <Moment at={late.claimedAt} zone={words.zone} /> })}{" "}
      <RecordText hash={late.reason} words={words} />
    </li>
  );
}

function ReadingNotes({ content, words }: Of<"reading">) {
  const t = useTranslations("desk.record");
  const { amendments, timer, batch, accepted, unit } = content;
  return (
    <>
      {amendments.map((of) => (
        <Amended key={of.at + of.from} of={of} words={words} unit={unit} />
      ))}
      {timer === null ? null : (
        <li className="mono">
          <Moment at={timer.startedAt} zone={words.zone} shape="time" /> –{" "}
          <Moment at={timer.stoppedAt} zone={words.zone} shape="time" />
        </li>
      )}
      {batch === null ? null : (
        <li>
          {t("lot", { lot: batch.lot })}, {t("mixedAt")}{" "}
          <Moment at={batch.mixedAt} zone={words.zone} />
        </li>
      )}
      {accepted === null ? null : (
        <li className="text-warn">
          {t("acceptedBeyond", { person: nameOf(words, accepted.person) ?? t("byRule") })}{" "}
          <Moment at={accepted.at} zone={words.zone} />{" "}
          <RecordText hash={accepted.reason} words={words} />
        </li>
      )}
    </>
  );
}

function ComponentNotes({ content, words }: Of<"component">) {
  const t = useTranslations("desk.record");
  const { alternateFor, removed } = content.installation;
  return (
    <>
      {alternateFor === null ? null : <li>{t("alternateFor", { part: alternateFor })}</li>}
      {removed === null ? null : (
        <li>
          {t("removed", { condition: t(`condition.${removed.condition}`), to: removed.to })}{" "}
          <RecordText hash={removed.reason} words={words} /> {nameOf(words, removed.person)}{" "}
          <Moment at={removed.at} zone={words.zone} />
        </li>
      )}
    </>
  );
}

function DocumentNote({ content: { record, isReplaced, reported }, words }: Of<"document">) {
  const t = useTranslations("desk.record");
  const { name, sha256, uri, bytes } = record;
  return (
    <>
      <li className="[overflow-wrap:anywhere]">
        <b className={`font-[650] ${isReplaced ? "line-through" : "text-ink"}`}>{name}</b>
        {bytes === null ? null : ` · ${Math.ceil(bytes / 1000)} kB`}
        {isReplaced ? ` · ${t("reportReplaced")}` : null}
        {uri === null ? null : (
          <>
            {" · "}
            <a href={uri} rel="noreferrer" className="underline underline-offset-4">
              {t("keptAt", { uri })}
            </a>
          </>
        )}
        <span className="mono block break-all">SHA-256 {sha256}</span>
      </li>
      {!isReplaced && reported.length === 0 ? <li>{t("reportsNothing")}</li> : null}
      {isReplaced
        ? null
        : reported.map((of) => <Reported key={of.balloon} of={of} words={words} />)}
    </>
  );
}

/** What the report is about, beside the readings of that very characteristic. */
function Reported({ of, words }: { of: ReportedCharacteristic; words: RecordWords }) {
  const t = useTranslations("desk.record");
  return (
    <li>
      {t("reportOf")} <span className="mono font-[650]">{of.balloon}</span> {said(words, of.name)}
      {of.key === null ? null : <span className="mono"> {of.key}</span>}
      {": "}
      {of.readings.length === 0 ? (
        <b className="font-[650] text-warn">{t("reportUnread")}</b>
      ) : (
        of.readings.map((reading, index) => (
          <span key={reading.id}>
            {index === 0 ? null : " · "}
            <span className="mono">{reading.step}</span>
            {reading.position === null ? null : ` ${t("reportAt", { place: reading.position })}`}
            {reading.sample === null ? null : ` ${t("sample", { sample: reading.sample })}`}{" "}
            <b
              className={`mono font-[650] whitespace-nowrap ${reading.verdict === "out_of_limits" ? "text-stop" : "text-ink"}`}
            >
              {valueIn(words, reading.value, reading.unit)}
            </b>
            {reading.verdict === "out_of_limits" ? ` ${t("reportOut")}` : null}
          </span>
        ))
      )}
    </li>
  );
}

function SupervisionNote({ content: { supervision }, words }: Of<"supervision">) {
  const t = useTranslations("desk.record");
  const { apprentice, trainer, qualifications, cosigned } = supervision;
  return (
    <li>
      {t("supervised", {
        apprentice: nameOf(words, apprentice) ?? "",
        trainer: nameOf(words, trainer) ?? "",
        qualifications: qualifications.join(", "),
      })}{" "}
      ·{" "}
      {cosigned === null ? (
        <b className="font-[650] text-warn">{t("notCosigned")}</b>
      ) : (
        <>
          {t("cosigned")} <Moment at={cosigned.at} zone={words.zone} />
        </>
      )}
    </li>
  );
}

function DepartureNotes({ content: { reason, permit }, words }: Of<"departure">) {
  const t = useTranslations("desk.record");
  return (
    <>
      {reason === null ? null : (
        <li>
          <RecordText hash={reason} words={words} />
        </li>
      )}
      {permit === null ? null : <li>{t("permit", { permit })}</li>}
    </>
  );
}

/** Old, new, why, who, the second person and what shows that the new value is right (rule 11). */
function Amended({
  of,
  unit,
  words,
}: {
  of: AmendmentRecord;
  unit: string | null;
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  const { from, to } = of;
  const second = of.second === null ? null : (nameOf(words, of.second) ?? "");
  return (
    <li>
      <span className="text-warn">
        {t("amendedLine", { from: valueIn(words, from, unit), to: valueIn(words, to, unit) })}
      </span>{" "}
      <RecordText hash={of.reason} words={words} /> · {nameOf(words, of.person)}
      {second === null ? null : (
        <b className="font-[650]">, {t("confirmedBy", { person: second })}</b>
      )}{" "}
      <Moment at={of.at} zone={words.zone} />
      {of.photo === null && of.reading === null ? null : (
        <div className="mt-0.5 flex flex-wrap items-center gap-2">
          {t("evidence")}
          {of.photo === null ? null : <PhotoStrip shots={shotsOf(words, [of.photo])} />}
          {of.reading === null ? null : (
            <span>
              {t("evidenceReading", { value: valueIn(words, of.reading.value, of.reading.unit) })}{" "}
              {nameOf(words, of.reading.person)} <Moment at={of.reading.at} zone={words.zone} />
            </span>
          )}
        </div>
      )}
    </li>
  );
}
