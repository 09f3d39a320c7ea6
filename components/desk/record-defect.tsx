import { useTranslations } from "next-intl";
import { DefectLink } from "#components/desk/defect-link";
import { Moment } from "#components/desk/moment";
import { PhotoStrip } from "#components/desk/photo-strip";
import { RecordText } from "#components/desk/record-text";
import {
  defectLabel,
  holdLabel,
  nameOf,
  type RecordWords,
  shotsOf,
} from "#components/desk/record-words";
import type { Defect, Hold, Photo } from "#lib/travelers/state.schema";

/** A defect as a band across the record: code, NCR number with its status, what was decided. */
export function RecordDefect({
  defect,
  photos,
  words,
}: {
  defect: Defect;
  photos: readonly Photo[];
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  const common = useTranslations("common");
  const settled = defect.status !== "open";
  const label = `${defect.code} ${defectLabel(words, defect.code)}`;
  return (
    <section
      className={`keep flex flex-wrap items-center gap-x-4 gap-y-1 border-t-[1.5px] border-rule px-4 py-2.5 text-[15px] ${settled ? "bg-paper" : "bg-warn-wash"}`}
    >
      <DefectLink
        defect={defect.id}
        opens={words.opensDefects}
        className={`font-[700] ${settled ? "text-ink-2" : "text-warn"}`}
      >
        {label}
      </DefectLink>
      <p className="min-w-0 flex-1 basis-64">
        {defect.qms === null ? (
          t("noNcr")
        ) : (
          <>
            → <b className="mono font-[650]">{defect.qms.number}</b>{" "}
            {common(`ncrStatus.${defect.qms.status}`)}
          </>
        )}
        {defect.dispositions.map((of) => (
          <span key={`${of.decision}${of.quantity}`}>
            {" · "}
            <b className="font-[650]">{common(`decision.${of.decision}`)}</b> × {of.quantity}
            {[of.designAuthority, of.concession].map((reference) =>
              reference === null ? null : (
                <span key={reference} className="mono">
                  {" "}
                  {reference}
                </span>
              ),
            )}
          </span>
        ))}
        {settled ? ` · ${t(`defectStatus.${defect.status}`)}` : ""}
        <span className="block text-[13px] text-ink-2">
          {common(`severity.${defect.severity}`)} · {nameOf(words, defect.person)}{" "}
          <Moment at={defect.at} zone={words.zone} />{" "}
          <RecordText hash={defect.comment} words={words} />
        </span>
      </p>
      {photos.length === 0 ? null : <PhotoStrip shots={shotsOf(words, photos)} />}
      {defect.qms === null ? null : (
        <a
          href={defect.qms.url}
          target="_blank"
          rel="noreferrer"
          className="font-[650] whitespace-nowrap underline underline-offset-4 print:hidden"
        >
          {t("openInQms")} ↗
        </a>
      )}
    </section>
  );
}

export function RecordHold({ hold, words }: { hold: Hold; words: RecordWords }) {
  const t = useTranslations("desk.record");
  const common = useTranslations("common");
  const { released } = hold;
  return (
    <p
      className={`keep border-t-[1.5px] border-rule px-4 py-2.5 text-[15px] ${released ? "" : "bg-stop-wash"}`}
    >
      <b className={`font-[700] ${released ? "text-ink-2 line-through" : "text-stop"}`}>
        {t("hold")}: {holdLabel(words, hold.reason)}
      </b>{" "}
      · {common(`owner.${hold.owner}`)} · {nameOf(words, hold.person) ?? t("byRule")}{" "}
      <Moment at={hold.at} zone={words.zone} /> <RecordText hash={hold.comment} words={words} />
      {released ? (
        <span className="block text-[14px] text-ink-2">
          {t("released", { basis: t(`basis.${released.basis}`) })} ·{" "}
          {nameOf(words, released.person)} <Moment at={released.at} zone={words.zone} />{" "}
          <RecordText hash={released.comment} words={words} />
        </span>
      ) : null}
    </p>
  );
}
