"use client";
import { useTranslations } from "next-intl";
import { BuyoffMark } from "#components/desk/mark";
import { Button } from "#components/ui/button";
import type { PrintedBadge } from "#lib/people/badges.commands";

/** Cards of the size of a bank card (ISO/IEC 7810 ID-1), for the printer and for nothing else. */
export function BadgeSheet({ badges }: { badges: readonly PrintedBadge[] }) {
  const t = useTranslations("desk.people");
  return (
    <>
      <p className="text-[15px] text-ink-2 print:hidden">
        {t("badgeText", { count: badges.length })}
      </p>
      <ul className="print-sheet badge-sheet my-5 flex flex-wrap gap-4">
        {badges.map(({ badge, svg, name, employeeNumber }) => (
          <li
            key={badge}
            className="badge-card grid grid-cols-[auto_minmax(0,1fr)] items-center gap-4 rounded-[10px] border-2 border-[#1b1d1f] bg-[#fff] p-4 text-[#1b1d1f]"
          >
            {/* biome-ignore lint/performance/noImgElement: an inline drawing that must not be stored anywhere */}
            <img
              src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`}
              alt={t("badgeCode", { name })}
              width={132}
              height={132}
            />
            <div className="grid h-full content-between">
              <span className="flex items-center gap-1.5 text-[13px] font-bold">
                <BuyoffMark size={16} /> Buyoff
              </span>
              <span>
                <b
                  className={`block leading-tight [overflow-wrap:anywhere] ${name.length > 40 ? "text-[13px]" : name.length > 24 ? "text-[16px]" : "text-[20px]"}`}
                >
                  {name}
                </b>
                <span className="mono block text-[15px]">{employeeNumber}</span>
              </span>
            </div>
          </li>
        ))}
      </ul>
      {badges.length > 1 ? null : (
        <details className="text-[14px] print:hidden">
          <summary className="cursor-pointer text-ink-2">{t("badgeAsText")}</summary>
          <p className="mono mt-2 rounded bg-sunk px-3 py-2 break-all select-all">
            {badges[0]?.badge}
          </p>
        </details>
      )}
      <Button size="desk" className="mt-4 min-h-11 print:hidden" onClick={() => print()}>
        {t("print")}
      </Button>
    </>
  );
}
