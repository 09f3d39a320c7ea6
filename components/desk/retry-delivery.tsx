"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { Button } from "#components/ui/button";
import { retry } from "#lib/feed/actions";

/** What stopped it has been put right: it goes on with the search for our key, so nothing is made twice. */
export function RetryDelivery({ delivery }: { delivery: string }) {
  const t = useTranslations("desk.delivery");
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refused | null>(null);
  const again = async () => {
    setBusy(true);
    const result = await retry({ delivery }).catch(
      () => ({ ok: false, error: { code: "no_answer", params: {} } }) as const,
    );
    setBusy(false);
    setRefusal(result.ok ? null : result.error);
    router.refresh();
  };
  return (
    <div className="grid justify-items-start gap-2">
      {refusal === null ? null : <RefusalNote refusal={refusal} />}
      <Button size="desk" tone="act" busy={busy} className="min-h-11" onClick={() => void again()}>
        {t("retry")}
      </Button>
    </div>
  );
}
