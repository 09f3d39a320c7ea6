"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { Button } from "#components/ui/button";
import { Chip } from "#components/ui/chip";
import type { Tested } from "#lib/feed/connector-test.commands";
import type { Result } from "#lib/kit/result";

/** Asks the system itself, and shows what it answered in its own words. */
export function ConnectorTested({
  test,
  lead,
}: {
  /** Null: there is something to put right first, and it says so at its field. */
  test: () => Promise<Result<Tested, Refused> | null>;
  lead: string;
}) {
  const t = useTranslations("connectors");
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<{ at: number; result: Result<Tested, Refused> } | null>(null);
  const ask = async () => {
    setBusy(true);
    setTold(null);
    const result = await test();
    setBusy(false);
    if (result !== null) setTold({ at: Date.now(), result });
  };
  return (
    <section
      aria-label={t("test")}
      className="grid gap-3 rounded border-[1.5px] border-rule bg-sheet px-5 py-4"
    >
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
        <Button size="desk" className="min-h-11" busy={busy} onClick={ask}>
          {busy ? t("testing") : t("test")}
        </Button>
        <p className="min-w-0 flex-1 basis-72 text-[15px] text-ink-2">{lead}</p>
      </div>
      <div aria-live="polite">
        {told === null ? null : told.result.ok ? (
          <Answer tested={told.result.value} />
        ) : (
          <RefusalNote key={told.at} refusal={told.result.error} />
        )}
      </div>
    </section>
  );
}

function Answer({ tested: { isThere, asked, answer, tookMs } }: { tested: Tested }) {
  const t = useTranslations("connectors");
  return (
    <div className="grid gap-2">
      <p>
        <Chip tone={isThere ? "ok" : "stop"}>
          {isThere ? t("answered", { ms: tookMs }) : t("notAnswered")}
        </Chip>
      </p>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-[14px] [&>dt]:text-ink-2">
        <dt>{t("asked")}</dt>
        <dd className="mono text-[13px] whitespace-pre-wrap [overflow-wrap:anywhere]">{asked}</dd>
        <dt>{t("said")}</dt>
        <dd className="mono text-[13px] whitespace-pre-wrap [overflow-wrap:anywhere]">{answer}</dd>
      </dl>
    </div>
  );
}
