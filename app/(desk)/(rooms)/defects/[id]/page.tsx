import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { DefectActs } from "#components/desk/defect-acts";
import { Deliveries } from "#components/desk/deliveries";
import { Moment } from "#components/desk/moment";
import { PhotoStrip } from "#components/desk/photo-strip";
import { RecordHold } from "#components/desk/record-defect";
import { RecordText } from "#components/desk/record-text";
import { defectLabel, nameOf, type RecordWords, said } from "#components/desk/record-words";
import { Chip } from "#components/ui/chip";
import { requireActor } from "#lib/boundary/actor";
import { travelerOfDefect } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { attemptsOf, deliveriesOf } from "#lib/feed/queries";
import type { Locale } from "#lib/messages/locales";
import { travelerRecord } from "#lib/travelers/history.queries";

type Ask = { params: Promise<{ id: string }> };

async function defectAsked(id: string) {
  const actor = await requireActor("defect.read");
  const traveler = isId(id) ? await travelerOfDefect(actor, id) : null;
  const record = traveler === null ? null : await travelerRecord(actor, traveler);
  const defect = record?.state.defects.find((of) => of.id === id);
  return record && defect ? { actor, record, defect } : notFound();
}

export async function generateMetadata({ params }: Ask): Promise<Metadata> {
  const { record, defect } = await defectAsked((await params).id);
  return { title: `${defect.code} · ${record.state.unit.serial ?? record.state.unit.lot}` };
}

export default async function DefectPage({ params }: Ask) {
  const { id } = await params;
  const { actor, record, defect } = await defectAsked(id);
  const [t, common, locale, deliveries] = await Promise.all([
    getTranslations("desk.defect"),
    getTranslations("common"),
    getLocale(),
    deliveriesOf(actor, { defect: id }).then((found) =>
      Promise.all(
        found.map(async (delivery) => ({
          delivery,
          attempts: await attemptsOf(actor, delivery.id),
        })),
      ),
    ),
  ]);
  const { state, content } = record;
  const words: RecordWords = {
    locale: locale as Locale,
    zone: record.timeZone,
    people: record.people,
    texts: record.texts,
    policy: record.policy,
  };
  const unit = state.unit.serial ?? state.unit.lot ?? "";
  const step = content.operations.flatMap((of) => of.steps).find((of) => of.id === defect.step);
  const reading = state.readings.find((of) => of.id === defect.reading);
  const photos = state.photos.filter((photo) => photo.defect === id);
  const holds = state.holds.filter((hold) => hold.defect === id);
  return (
    <div className="grid min-h-dvh grid-cols-[minmax(0,1fr)_296px] min-[1400px]:grid-cols-[minmax(0,1fr)_330px]">
      <main className="min-w-0 px-7 py-6">
        <nav aria-label={t("crumbs")} className="text-[14px] text-ink-2">
          <Link href="/defects" className="underline-offset-4 hover:underline">
            {t("defects")}
          </Link>{" "}
          /{" "}
          <Link href={`/travelers/${state.id}`} className="mono underline-offset-4 hover:underline">
            {unit}
          </Link>
        </nav>
        <h1 className="mt-1 mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 text-[28px] leading-tight font-bold">
          <span>
            <span className="mono">{defect.code}</span> {defectLabel(words, defect.code)}
          </span>
          <Chip tone={defect.status === "open" ? "stop" : "plain"}>
            {t(`status.${defect.status}`)}
          </Chip>
        </h1>
        <dl className="mb-5 grid grid-cols-[160px_minmax(0,1fr)] gap-y-2 rounded border-[1.5px] border-rule bg-sheet px-5 py-4 text-[15px] [&>dt]:text-ink-2">
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
            {nameOf(words, defect.person)} ·{" "}
            <Moment at={defect.at} zone={words.zone} shape="full" />
          </dd>
          {defect.comment === null ? null : (
            <>
              <dt>{t("comment")}</dt>
              <dd>
                <RecordText hash={defect.comment} words={words} />
              </dd>
            </>
          )}
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
          {photos.length === 0 ? null : (
            <>
              <dt>{t("photos")}</dt>
              <dd className="[&>ul]:justify-start">
                <PhotoStrip
                  photos={photos}
                  label={defect.code}
                  zone={words.zone}
                  people={words.people}
                />
              </dd>
            </>
          )}
        </dl>
        {holds.length === 0 ? null : (
          <section
            aria-label={t("holds")}
            className="mb-5 overflow-hidden rounded border-[1.5px] border-rule bg-sheet [&>*:first-child]:border-t-0"
          >
            {holds.map((hold) => (
              <RecordHold key={hold.id} hold={hold} words={words} />
            ))}
          </section>
        )}
        <Deliveries deliveries={deliveries} zone={words.zone} />
      </main>
      <DefectActs record={record} defect={defect} roles={actor.roles} words={words} />
    </div>
  );
}
