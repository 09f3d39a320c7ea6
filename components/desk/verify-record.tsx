"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { Button } from "#components/ui/button";
import { verifyTraveler } from "#lib/travelers/desk.actions";
import type { Verified } from "#lib/travelers/verify.schema";

const look = {
  idle: "border-edge bg-paper text-ink",
  intact: "border-ok bg-ok-wash text-ok",
  broken: "border-stop bg-stop-wash text-stop",
};

/** What is shown can differ from the entries it is made of: the check names the row, a reader needs to know that. */
function problemWords(problem: string, t: ReturnType<typeof useTranslations>): string {
  if (/^\w+ row \S+ differs/.test(problem)) return t("problem.shown_differs");
  return t.has(`problem.${problem}`) ? t(`problem.${problem}`) : problem;
}

/** The record's proof, always in sight: how long it is, where it ends, and whether it still holds. */
export function VerifyRecord({
  traveler,
  entries,
  head,
  zone,
  allowed,
}: {
  traveler: string;
  entries: number;
  head: string;
  zone: string;
  allowed: boolean;
}) {
  const t = useTranslations("desk.verify");
  const [busy, setBusy] = useState(false);
  const [verified, setVerified] = useState<Verified | null>(null);
  const [refusal, setRefusal] = useState<Refused | null>(null);
  const state = verified === null ? "idle" : verified.broken === null ? "intact" : "broken";
  const check = async () => {
    setBusy(true);
    const result = await verifyTraveler({ traveler }).catch(() => null);
    setBusy(false);
    setRefusal(
      result === null ? { code: "no_answer", params: {} } : result.ok ? null : result.error,
    );
    if (result?.ok) setVerified(result.value);
  };
  return (
    <section aria-label={t("label")} className="grid gap-3">
      <div aria-live="polite" className={`rounded border-2 px-4 py-3.5 ${look[state]}`}>
        <h2 className="text-[16px] font-bold">{t(state)}</h2>
        <p className="mono mt-1 text-[13px] leading-relaxed text-ink-2">
          {t("entries", { count: verified?.entries ?? entries })} · {t("head")}{" "}
          <span title={verified?.head ?? head}>
            {(verified?.head ?? head).slice(0, 4)}…{(verified?.head ?? head).slice(-4)}
          </span>
          {verified === null ? null : (
            <span className="block">
              {t("checked")} <Moment at={verified.at} zone={zone} shape="time" />
            </span>
          )}
        </p>
        {verified?.broken == null ? null : (
          <p className="mt-1 text-[14px] text-stop">
            <Link
              href={`/travelers/${traveler}/entries#entry-${verified.broken.seq}`}
              className="font-bold underline underline-offset-4"
            >
              {t("brokenAt", { seq: verified.broken.seq })}
            </Link>{" "}
            {problemWords(verified.broken.problem, t)} {t("brokenNext")}
          </p>
        )}
      </div>
      {refusal === null ? null : <RefusalNote refusal={refusal} />}
      {allowed ? (
        <Button size="desk" busy={busy} onClick={() => void check()} className="min-h-11">
          {verified === null ? t("verify") : t("again")}
        </Button>
      ) : null}
    </section>
  );
}
