"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";

export function PrintPage({ label }: { label?: string }) {
  const t = useTranslations("desk.print");
  return (
    <Button size="desk" className="min-h-11 print:hidden" onClick={() => print()}>
      {label ?? t("print")}
    </Button>
  );
}
