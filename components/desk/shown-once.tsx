"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { BadgeSheet } from "#components/desk/badge-sheet";
import { Moment } from "#components/desk/moment";
import { RefusalNote } from "#components/desk/refusal-note";
import type { Refused } from "#components/desk/refusal-words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { uuidv7 } from "#lib/kit/ids";
import type { Result } from "#lib/kit/result";
import { approvePinReset, issueBadges } from "#lib/people/changes.actions";

/** A button whose answer is shown in a dialog, once, and is nowhere else afterwards. */
function ShownOnce<T>({
  label,
  title,
  ask,
  children,
}: {
  label: string;
  title: string;
  ask: () => Promise<Result<T, Refused>>;
  children: (made: T) => ReactNode;
}) {
  const t = useTranslations("desk.people");
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<{ value: T } | null>(null);
  const [refusal, setRefusal] = useState<Refused | null>(null);
  const run = async () => {
    setBusy(true);
    setRefusal(null);
    const done = await ask().catch(
      (): Result<T, Refused> => ({ ok: false, error: { code: "no_answer", params: {} } }),
    );
    setBusy(false);
    if (done.ok) setMade({ value: done.value });
    else setRefusal(done.error);
  };
  const close = () => {
    setMade(null);
    router.refresh();
  };
  return (
    <>
      <Button size="desk" busy={busy} className="min-h-11" onClick={() => void run()}>
        {label}
      </Button>
      {refusal === null ? null : <RefusalNote refusal={refusal} />}
      {made === null ? null : (
        <Dialog title={title} onClose={close} className="w-[min(560px,92vw)]">
          {children(made.value)}
          <div className="mt-5 flex justify-end gap-4 print:hidden">
            <Button size="desk" tone="act" onClick={close}>
              {t("done")}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** The badge to print: its code is drawn on the server and comes with the answer. */
export function IssueBadge({ person, name }: { person: string; name: string }) {
  const t = useTranslations("desk.people");
  return (
    <ShownOnce
      label={t("issueBadge")}
      title={t("badgeTitle", { name })}
      ask={() => issueBadges({ command: uuidv7(), people: [person] })}
    >
      {(badges) => <BadgeSheet badges={badges} />}
    </ShownOnce>
  );
}

export function ApprovePinReset({
  reset,
  name,
  zone,
}: {
  reset: string;
  name: string;
  zone: string;
}) {
  const t = useTranslations("desk.people");
  return (
    <ShownOnce
      label={t("approveReset")}
      title={t("resetTitle", { name })}
      ask={() => approvePinReset({ command: uuidv7(), reset })}
    >
      {({ code, expiresAt }) => (
        <>
          <p className="text-[16px] text-ink-2">{t("resetText", { name })}</p>
          <p className="mono my-5 rounded bg-sunk py-5 text-center text-[36px] font-bold tracking-[0.08em] select-all">
            {code}
          </p>
          <p className="text-[15px]">
            {t("resetUntil")} <Moment at={expiresAt} zone={zone} shape="time" />
          </p>
        </>
      )}
    </ShownOnce>
  );
}
