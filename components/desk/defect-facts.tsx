import { useTranslations } from "next-intl";
import { Fragment } from "react";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { PhotoAlbum, PhotoStrip } from "#components/desk/photo-strip";
import { RecordText } from "#components/desk/record-text";
import { nameOf, type RecordWords, said, shotsOf } from "#components/desk/record-words";
import type { RecordedEvent } from "#lib/travelers/events.schema";
import type { TravelerRecord } from "#lib/travelers/history.queries";
import type { Defect } from "#lib/travelers/state.schema";

type Facts = { record: TravelerRecord; defect: Defect; words: RecordWords };

/** What was found, where, by whom; what the QMS says of it; what was decided. */
export function DefectFacts(facts: Facts) {
  return (
    <dl className="mb-5 grid grid-cols-1 gap-y-2 rounded max-sm:[&>dd]:mb-1.5 sm:grid-cols-[160px_minmax(0,1fr)] border-[1.5px] border-rule bg-sheet px-5 py-4 text-[15px] [&>dt]:text-ink-2">
      <Found {...facts} />
      <Decided {...facts} />
    </dl>
  );
}

function Found({ record, defect, words }: Facts) {
  const t = useTranslations("desk.defect");
  const common = useTranslations("common");
  const { state, content } = record;
  const unit = state.unit.serial ?? state.unit.lot ?? "";
  const step = content.operations.flatMap((of) => of.steps).find((of) => of.id === defect.step);
  const reading = state.readings.find((of) => of.id === defect.reading);
  return (
    <>
      <dt>{t("unit")}</dt>
      <dd>
        <Link
          href={`/travelers/${state.id}`}
          className="mono font-bold underline decoration-rule decoration-2 underline-offset-4"
        >
          {unit}
        </Link>{" "}
        <span className="mono text-ink-2">{state.workOrder}</span>
      </dd>
      <dt>{t("where")}</dt>
      <dd>
        {step ? (
          <>
            <span className="mono">{step.number}</span> {said(words, step.title)}
          </>
        ) : (
          t("wholeUnit")
        )}
        {defect.position === null ? "" : ` · ${defect.position}`}
        {defect.location === null ? "" : ` · ${defect.location}`}
      </dd>
      <dt>{t("severity")}</dt>
      <dd>
        {common(`severity.${defect.severity}`)} · {t("quantity", { quantity: defect.quantity })}
      </dd>
      {reading ? (
        <>
          <dt>{t("reading")}</dt>
          <dd className="mono font-[650] text-stop">
            {reading.value} {reading.unit}{" "}
            {reading.limits ? (
              <span className="font-[500] text-ink-2">
                ({reading.limits.min ?? "−"} … {reading.limits.max ?? "−"})
              </span>
            ) : null}
          </dd>
        </>
      ) : null}
      <dt>{t("found")}</dt>
      <dd>
        {nameOf(words, defect.person)} · <Moment at={defect.at} zone={words.zone} shape="full" />
      </dd>
      {defect.comment === null ? null : (
        <>
          <dt>{t("comment")}</dt>
          <dd>
            <RecordText hash={defect.comment} words={words} />
          </dd>
        </>
      )}
    </>
  );
}

function Decided({ record, defect, words }: Facts) {
  const t = useTranslations("desk.defect");
  const common = useTranslations("common");
  const photos = record.state.photos.filter((photo) => photo.defect === defect.id);
  return (
    <>
      <dt>{t("ncr")}</dt>
      <dd>
        {defect.qms === null ? (
          t("noNcr")
        ) : (
          <>
            <b className="mono font-bold">{defect.qms.number}</b>{" "}
            {common(`ncrStatus.${defect.qms.status}`)} ·{" "}
            <a
              href={defect.qms.url}
              target="_blank"
              rel="noreferrer"
              className="font-[650] underline underline-offset-4"
            >
              {t("openInQms")} ↗
            </a>
          </>
        )}
      </dd>
      <dt>{t("disposition")}</dt>
      <dd>
        {defect.dispositions.length === 0
          ? t("undecided")
          : defect.dispositions.map((of) => (
              <span key={of.decision + of.quantity} className="block">
                <b>{common(`decision.${of.decision}`)}</b> × {of.quantity}
                {of.designAuthority === null
                  ? ""
                  : ` · ${t("designAuthority")} ${of.designAuthority}`}
                {of.concession === null ? "" : ` · ${t("concession")} ${of.concession}`}
              </span>
            ))}
        {defect.dispositionFrom === "hand" ? (
          <span className="text-warn">{t("byHand")}</span>
        ) : null}
      </dd>
      {documentsOf(record, defect).map(({ sha256, of }) => (
        <Fragment key={sha256 + of}>
          <dt>{t("document")}</dt>
          <dd>
            <a
              href={`/api/blobs/${sha256}`}
              download
              className="font-[650] underline underline-offset-4"
            >
              {t(of)}
            </a>{" "}
            <span className="mono text-[13px] break-all text-ink-2">SHA-256 {sha256}</span>
          </dd>
        </Fragment>
      ))}
      {photos.length === 0 ? null : (
        <>
          <dt>{t("photos")}</dt>
          <dd className="[&>ul]:justify-start">
            <PhotoAlbum shots={shotsOf(words, photos)} zone={words.zone}>
              <PhotoStrip shots={shotsOf(words, photos)} />
            </PhotoAlbum>
          </dd>
        </>
      )}
    </>
  );
}

type Named = { sha256: string; of: "documentOf" | "documentOfRelease" };

/** What was typed in by hand stands on a document, and that is kept with the record. */
function documentsOf({ state, events }: TravelerRecord, defect: Defect): Named[] {
  const holds = state.holds.filter((hold) => hold.defect === defect.id).map(({ id }) => id);
  const named = (event: RecordedEvent): Named[] => {
    if (event.type === "disposition.received" && event.body.defect === defect.id)
      return event.body.evidence === null
        ? []
        : [{ sha256: event.body.evidence, of: "documentOf" }];
    if (event.type === "hold.released" && holds.includes(event.body.hold))
      return event.body.evidence === null
        ? []
        : [{ sha256: event.body.evidence, of: "documentOfRelease" }];
    return [];
  };
  return events.flatMap(named);
}
