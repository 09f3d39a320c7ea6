"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";

/** What a page shows when it broke: what to do, and the reference that the log has. */
export function Failed({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const t = useTranslations("desk.failed");
  return (
    <main className="grid min-h-[70vh] content-center justify-items-start gap-4 px-8 py-12">
      <h1 className="text-[28px] font-bold">{t("title")}</h1>
      <p className="max-w-[60ch] text-ink-2">{t("text")}</p>
      {error.digest === undefined ? null : (
        <p className="mono text-[14px] text-ink-2">{t("reference", { digest: error.digest })}</p>
      )}
      <Button size="desk" tone="act" onClick={reset}>
        {t("again")}
      </Button>
    </main>
  );
}
