import { useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { TravelerState } from "#components/desk/traveler-state";
import type { TravelerLine } from "#lib/travelers/list.queries";

export const th = "px-3 py-2 text-left text-[13px] font-[600] text-ink-2 first:pl-4 last:pr-4";
export const td = "px-3 py-2.5 align-middle first:pl-4 last:pr-4";
export const tableFrame =
  "relative overflow-x-auto rounded border-[1.5px] border-rule bg-sheet [&_tbody_tr]:border-t-[1.5px] [&_tbody_tr]:border-sunk [&_tbody_tr:hover]:bg-paper";

export function TravelersTable({ lines, zone }: { lines: readonly TravelerLine[]; zone: string }) {
  const t = useTranslations("desk.travelers");
  return (
    <div className={tableFrame}>
      <table className="w-full border-collapse text-[15px]">
        <caption className="sr-only">{t("title")}</caption>
        <thead>
          <tr>
            <th className={th}>{t("unit")}</th>
            <th className={th}>{t("state")}</th>
            <th className={th}>{t("waits")}</th>
            <th className={`${th} max-md:hidden`}>{t("order")}</th>
            <th className={`${th} max-lg:hidden`}>{t("part")}</th>
            <th className={`${th} max-xl:hidden`}>{t("instruction")}</th>
            <th className={`${th} text-right max-sm:hidden`}>{t("steps")}</th>
            <th className={`${th} text-right max-xl:hidden`}>{t("released")}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.id}>
              <th scope="row" className={`${td} text-left font-normal`}>
                <Link
                  href={`/travelers/${line.id}`}
                  className="mono inline-block min-w-[9ch] text-[16px] font-bold [overflow-wrap:anywhere] text-ink underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                >
                  {line.serial ?? line.lot}
                </Link>
                {line.serial === null ? (
                  <span className="ml-2 text-[13px] text-ink-2">
                    {t("quantity", { quantity: line.quantity })}
                  </span>
                ) : null}
              </th>
              <td className={td}>
                <TravelerState status={line.status} operation={line.operation} />
                {line.checkout === null ? null : (
                  <span className="mt-1 block text-[13px] text-ink-2">
                    {t("checkedOut", {
                      tablet: line.checkout.tablet,
                      station: line.checkout.station,
                    })}{" "}
                    <Moment at={line.checkout.until} zone={zone} />
                  </span>
                )}
              </td>
              <td className={td}>
                <Waiting line={line} />
              </td>
              <td className={`${td} mono text-[14px] whitespace-nowrap max-md:hidden`}>
                {line.workOrder}
              </td>
              <td className={`${td} mono text-[14px] whitespace-nowrap max-lg:hidden`}>
                {line.partNumber} {line.partRevision}
              </td>
              <td className={`${td} mono text-[14px] whitespace-nowrap max-xl:hidden`}>
                {line.instruction} {t("rev", { revision: line.revision })}
              </td>
              <td className={`${td} text-right max-sm:hidden`}>
                <StepsDone done={line.stepsDone} total={line.stepsTotal} />
              </td>
              <td className={`${td} mono text-right text-[13px] text-ink-2 max-xl:hidden`}>
                <Moment at={line.releasedAt} zone={zone} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Waiting({ line }: { line: TravelerLine }) {
  const t = useTranslations("desk.travelers");
  const type = useTranslations("common.buyoffType");
  if (line.holdsOpen + line.defectsOpen + line.buyoffsDue.length === 0)
    return <span className="text-ink-3">–</span>;
  return (
    <ul className="flex flex-wrap gap-x-3 gap-y-0.5 text-[14px] font-[650]">
      {line.holdsOpen > 0 ? (
        <li className="text-stop">{t("holds", { count: line.holdsOpen })}</li>
      ) : null}
      {line.defectsOpen > 0 ? (
        <li className="text-stop">{t("defects", { count: line.defectsOpen })}</li>
      ) : null}
      {line.buyoffsDue.length > 0 ? (
        <li className="text-warn">
          {t("due", { types: line.buyoffsDue.map((of) => type(of)).join(", ") })}
        </li>
      ) : null}
    </ul>
  );
}

function StepsDone({ done, total }: { done: number; total: number }) {
  return (
    <span className="inline-flex items-center gap-2.5">
      <svg aria-hidden width="64" height="8" className="shrink-0">
        <rect width="64" height="8" rx="3" className="fill-sunk" />
        <rect
          width={total === 0 ? 0 : Math.round((done / total) * 64)}
          height="8"
          rx="3"
          className={done === total ? "fill-ok" : "fill-act"}
        />
      </svg>
      <span className="mono w-[5ch] text-[14px]">
        {done}/{total}
      </span>
    </span>
  );
}
