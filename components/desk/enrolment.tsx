"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Moment } from "#components/desk/moment";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { makeEnrolmentCode, revokeDevice } from "#lib/people/stations.actions";

const noAnswer = { ok: false, error: { code: "no_answer", params: {} } } as const;

/** A code for one tablet, once, for a quarter of an hour. Shown here and nowhere else. */
export function EnrolmentCode({
  station,
  code,
  zone,
}: {
  station: string;
  code: string;
  zone: string;
}) {
  const t = useTranslations("desk.stations");
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<{ code: string; expiresAt: string } | null>(null);
  const [refusal, setRefusal] = useState<Refused | null>(null);
  const make = async () => {
    setBusy(true);
    const result = await makeEnrolmentCode({ station }).catch(() => noAnswer);
    setBusy(false);
    setRefusal(result.ok ? null : result.error);
    if (result.ok) setMade(result.value);
  };
  return (
    <>
      <Button size="desk" busy={busy} onClick={() => void make()}>
        {t("enrol")}
      </Button>
      {refusal === null ? null : <RefusalNote refusal={refusal} />}
      {made === null ? null : (
        <Dialog
          title={t("codeTitle", { station: code })}
          onClose={() => setMade(null)}
          className="w-[min(560px,92vw)]"
        >
          <p className="text-[16px] text-ink-2">{t("codeText")}</p>
          <p className="mono my-5 rounded bg-sunk py-5 text-center text-[40px] font-bold tracking-[0.08em] select-all">
            {made.code}
          </p>
          <p className="text-[15px]">
            {t("codeUntil")} <Moment at={made.expiresAt} zone={zone} shape="time" />
          </p>
          <Button size="desk" tone="act" className="mt-5" onClick={() => setMade(null)}>
            {t("codeDone")}
          </Button>
        </Dialog>
      )}
    </>
  );
}

/** Asks once: from then on the tablet is a stranger. */
export function RevokeDevice({ device, name }: { device: string; name: string }) {
  const t = useTranslations("desk.stations");
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refused | null>(null);
  const revoke = async () => {
    setBusy(true);
    const result = await revokeDevice({ device }).catch(() => noAnswer);
    setBusy(false);
    if (!result.ok) return setRefusal(result.error);
    setAsking(false);
    router.refresh();
  };
  return (
    <>
      <Button size="desk" tone="quiet" onClick={() => setAsking(true)}>
        {t("revoke")}
      </Button>
      {asking ? (
        <Dialog
          title={t("revokeTitle", { name })}
          onClose={() => setAsking(false)}
          className="w-[min(560px,92vw)]"
        >
          {refusal === null ? null : <RefusalNote refusal={refusal} />}
          <p className="text-[16px] text-ink-2">{t("revokeText")}</p>
          <div className="mt-6 flex justify-between">
            <Button size="desk" tone="quiet" onClick={() => setAsking(false)}>
              {t("keep")}
            </Button>
            <Button size="desk" tone="stop" busy={busy} onClick={() => void revoke()}>
              {t("revoke")}
            </Button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}
