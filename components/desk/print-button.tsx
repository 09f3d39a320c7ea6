"use client";
import { useTranslations } from "next-intl";

export function PrintButton() {
  const t = useTranslations("desk.paper");
  return (
    <button
      type="button"
      onClick={() => print()}
      className="min-h-8 rounded border-[1.5px] border-edge px-3.5 text-[14px] font-[650] hover:bg-sheet print:hidden"
    >
      {t("print")}
    </button>
  );
}
