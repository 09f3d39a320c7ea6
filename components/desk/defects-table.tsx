import { useTranslations } from "next-intl";
import { DeliveryState } from "#components/desk/delivery-state";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { tableFrame, td, th } from "#components/desk/travelers-table";
import type { DefectLine } from "#lib/defects/queries";

export function DefectsTable({
  lines,
  labels,
  zone,
}: {
  lines: readonly DefectLine[];
  labels: Readonly<Record<string, string>>;
  zone: string;
}) {
  const t = useTranslations("desk.defects");
  const common = useTranslations("common");
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[15px]">
        <caption className="sr-only">{t("title")}</caption>
        <thead>
          <tr>
            <th className={`${th} min-w-[15ch]`}>{t("defect")}</th>
            <th className={th}>{t("unit")}</th>
            <th className={`${th} max-lg:hidden`}>{t("severity")}</th>
            <th className={th}>{t("ncr")}</th>
            <th className={`${th} max-md:hidden`}>{t("decision")}</th>
            <th className={th}>{t("delivery")}</th>
            <th className={`${th} text-right max-lg:hidden`}>{t("found")}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.id}>
              <th scope="row" className={`${td} text-left font-normal`}>
                <Link
                  href={`/defects/${line.id}`}
                  className="font-bold text-ink underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                >
                  <span className="mono">{line.code}</span> {labels[line.code] ?? ""}
                </Link>
                <span className="block text-[13px] text-ink-2">
                  {t(`status.${line.status}`)} · {t("quantity", { quantity: line.quantity })}
                </span>
              </th>
              <td className={td}>
                <Link
                  href={`/travelers/${line.traveler}`}
                  className="mono inline-block min-w-[9ch] font-[650] [overflow-wrap:anywhere] underline decoration-rule decoration-2 underline-offset-4"
                >
                  {line.unit}
                </Link>
                <span className="mono block text-[13px] text-ink-2">{line.workOrder}</span>
              </td>
              <td
                className={`${td} max-lg:hidden ${line.severity === "minor" ? "" : "font-[650] text-stop"}`}
              >
                {common(`severity.${line.severity}`)}
              </td>
              <td className={td}>
                {line.ncr === null ? (
                  <span className="text-ink-2">{t("noNcr")}</span>
                ) : (
                  <>
                    {line.ncr.url === null ? (
                      <b className="mono font-[650]">{line.ncr.number}</b>
                    ) : (
                      <a
                        href={line.ncr.url}
                        target="_blank"
                        rel="noreferrer"
                        className="mono font-[650] whitespace-nowrap underline underline-offset-4"
                      >
                        {line.ncr.number} ↗
                      </a>
                    )}
                    <span className="block text-[13px] text-ink-2">
                      {line.ncr.status === null ? "" : common(`ncrStatus.${line.ncr.status}`)}
                    </span>
                  </>
                )}
              </td>
              <td className={`${td} max-md:hidden`}>
                {line.decisions.length === 0 ? (
                  <span className="text-ink-2">{t("undecided")}</span>
                ) : (
                  <b className="font-[650]">
                    {line.decisions.map((of) => common(`decision.${of}`)).join(", ")}
                  </b>
                )}
              </td>
              <td className={td}>
                <DeliveryState state={line.delivery?.state ?? null} />
              </td>
              <td className={`${td} mono text-right text-[13px] text-ink-2 max-lg:hidden`}>
                <Moment at={line.at} zone={zone} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
