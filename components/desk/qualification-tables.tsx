import { useLocale, useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { ChangeQualification, RenewQualification } from "#components/desk/qualification-forms";
import { QualificationState } from "#components/desk/qualification-state";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import { inLocale, type Locale } from "#lib/messages/locales";
import type {
  HeldQualification,
  QualificationKind,
  QualificationSource,
} from "#lib/people/qualifications.queries";

/** Who holds what, by whose word and until when. `renewer`: who may renew it here, and never their own. */
export function HeldTable({
  held,
  today,
  zone,
  renewer,
}: {
  held: readonly (HeldQualification & { name: string })[];
  today: string;
  zone: string;
  renewer: string | null;
}) {
  const t = useTranslations("desk.qualifications");
  return (
    <section
      aria-label={t("held")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on a narrow screen
      tabIndex={0}
      className={tableFrame}
    >
      <table className="w-full border-collapse text-[15px]">
        <caption className="sr-only">{t("held")}</caption>
        <thead>
          <tr>
            <th className={th}>{t("person")}</th>
            <th className={th}>{t("qualification")}</th>
            <th className={th}>{t("authority")}</th>
            <th className={th}>{t("validUntil")}</th>
            <th className={th}>{t("state")}</th>
            {renewer !== null ? (
              <th className={th}>
                <span className="sr-only">{t("renew")}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {held.map((of) => (
            <tr key={of.id}>
              <th scope="row" className={`${td} text-left`}>
                <Link
                  href={`/people/${of.person}`}
                  className="font-[700] [overflow-wrap:anywhere] underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                >
                  {of.name}
                </Link>
              </th>
              <td className={`${td} mono whitespace-nowrap`}>{of.code}</td>
              <td className={`${td} text-[14px] [overflow-wrap:anywhere]`}>
                {of.authority}
                <span className="block text-ink-2">{of.evidence}</span>
                <ToldBy source={of.source} zone={zone} />
              </td>
              <td className={`${td} whitespace-nowrap`}>
                {of.validUntil === null ? (
                  t("forGood")
                ) : (
                  <Moment at={of.validUntil} zone="UTC" shape="day" />
                )}
              </td>
              <td className={td}>
                <QualificationState of={of} today={today} />
              </td>
              {renewer !== null ? (
                <td className={`${td} text-right`}>
                  {of.person === renewer ? null : <RenewQualification of={of} today={today} />}
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Which system told it, and as of when; nothing where it was given here. */
function ToldBy({ source, zone }: { source: HeldQualification["source"]; zone: string }) {
  const t = useTranslations("desk.qualifications");
  if (source === null) return null;
  return (
    <span className="block text-ink-2">
      {source.system},{" "}
      {t.rich("asOf", { moment: () => <Moment at={source.asOf} zone={zone} shape="short" /> })}
    </span>
  );
}

const dayMs = 86_400_000;

/** How fresh what other systems told is: what nobody has told for a day is marked. */
export function SourcesList({
  sources,
  zone,
  now,
}: {
  sources: readonly QualificationSource[];
  zone: string;
  now: number;
}) {
  const t = useTranslations("desk.qualifications");
  if (sources.length === 0) return null;
  return (
    <section>
      <h2 className="mt-8 mb-3 text-[19px] font-bold">{t("sources")}</h2>
      <ul className="grid gap-2">
        {sources.map((of) => (
          <li
            key={of.system}
            className="flex flex-wrap items-baseline gap-x-4 gap-y-1 rounded-[10px] border border-rule bg-card px-4 py-3 text-[15px]"
          >
            <b className="[overflow-wrap:anywhere]">{of.system}</b>
            <span>
              {t.rich("asOf", { moment: () => <Moment at={of.asOf} zone={zone} shape="short" /> })}
            </span>
            <span className="text-ink-2">
              {t.rich("received", {
                moment: () => <Moment at={of.receivedAt} zone={zone} shape="short" />,
              })}
            </span>
            <span className="text-ink-2">
              {t("rowsTold", { told: of.told, refused: of.refused })}
            </span>
            {now - of.asOf.getTime() > dayMs ? (
              <b className="text-warn">{t("sourceStale")}</b>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function KindsTable({
  kinds,
  manages,
}: {
  kinds: readonly (QualificationKind & { inForce: number })[];
  manages: boolean;
}) {
  const t = useTranslations("desk.qualifications");
  const locale = useLocale();
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[15px]">
        <caption className="sr-only">{t("kinds")}</caption>
        <thead>
          <tr>
            <th className={th}>{t("code")}</th>
            <th className={th}>{t("name")}</th>
            <th className={th}>{t("waivableBy")}</th>
            <th className={`${th} text-right`}>{t("inForce")}</th>
            {manages ? (
              <th className={th}>
                <span className="sr-only">{t("change")}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {kinds.map((kind) => (
            <tr key={kind.code}>
              <th scope="row" className={`${td} mono text-left whitespace-nowrap`}>
                {kind.code}
              </th>
              <td className={`${td} [overflow-wrap:anywhere]`}>
                {inLocale(kind.name, locale as Locale)}
              </td>
              <td className={td}>
                {t.has(`waivable.${kind.waivableBy}`)
                  ? t(`waivable.${kind.waivableBy}`)
                  : kind.waivableBy}
              </td>
              <td className={`${td} mono text-right`}>{kind.inForce}</td>
              {manages ? (
                <td className={`${td} text-right`}>
                  <ChangeQualification
                    key={JSON.stringify(kind)}
                    kind={{
                      code: kind.code,
                      nameEn: kind.name.en,
                      nameEs: kind.name.es ?? "",
                      waivableBy: kind.waivableBy,
                    }}
                  />
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
