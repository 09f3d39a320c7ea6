import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";

/** What both who ask for a waiver and who grant it sign, in words. */
export function WaiverTerms({
  person,
  qualification,
  unit,
  validUntil,
  reason,
  zone,
}: {
  person: string;
  qualification: string;
  unit: string;
  validUntil: string;
  reason: string;
  zone: string;
}) {
  const t = useTranslations("desk.waivers.terms");
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1.5 rounded border-[1.5px] border-rule bg-sheet px-4 py-3 text-[15px] [&>dd]:font-[650] [&>dd]:[overflow-wrap:anywhere] [&>dt]:text-ink-2">
      <dt>{t("person")}</dt>
      <dd>{person}</dd>
      <dt>{t("qualification")}</dt>
      <dd className="mono">{qualification}</dd>
      <dt>{t("unit")}</dt>
      <dd className="mono">{unit}</dd>
      <dt>{t("until")}</dt>
      <dd className="mono">
        <Moment at={validUntil} zone={zone} shape="full" />
      </dd>
      <dt>{t("reason")}</dt>
      <dd>{reason}</dd>
    </dl>
  );
}
