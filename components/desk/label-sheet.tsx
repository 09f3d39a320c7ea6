"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { PrintPage } from "#components/desk/print-page";
import type { Label } from "#lib/plant/labels.queries";

const papers = ["sheet", "roll"] as const;

/** What a person reads stands there whole: the last digits tell one unit from the next. */
const sizeOf = (title: string): string =>
  title.length <= 12 ? "text-[16px]" : title.length <= 30 ? "text-[13px]" : "text-[11px]";

/** Labels of 62 × 29 mm: many on a sheet of A4, or one after another from a label printer's roll. */
export function LabelSheet({ labels }: { labels: readonly Label[] }) {
  const t = useTranslations("desk.labels");
  const [paper, setPaper] = useState<(typeof papers)[number]>("sheet");
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center gap-4 print:hidden">
        <fieldset aria-label={t("paper")} className="flex gap-2">
          {papers.map((of) => (
            <button
              key={of}
              type="button"
              aria-pressed={paper === of}
              onClick={() => setPaper(of)}
              className={`min-h-9 rounded-full border-[1.5px] px-4 text-[14px] font-[600] ${paper === of ? "border-ink bg-ink text-sheet" : "border-edge hover:bg-sheet"}`}
            >
              {t(of)}
            </button>
          ))}
        </fieldset>
        <PrintPage label={t("print", { count: labels.length })} />
      </div>
      <ul className={`print-sheet label-sheet label-${paper} flex flex-wrap gap-2`}>
        {labels.map(({ code, svg, title, lines }) => (
          <li
            key={code}
            className="label grid grid-cols-[auto_minmax(0,1fr)] items-center gap-2 border border-[#b9b4a6] bg-[#fff] p-1.5 text-[#000]"
          >
            {/* biome-ignore lint/performance/noImgElement: an inline drawing for the printer */}
            <img
              src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`}
              alt={t("code", { title })}
              className="label-code"
            />
            <div className="min-w-0 leading-tight">
              <b className={`mono block break-all ${sizeOf(title)}`}>{title}</b>
              {lines.map((line) => (
                <span key={line} className="mono mt-0.5 block text-[10px] break-all">
                  {line}
                </span>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
