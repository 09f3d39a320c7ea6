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
import type { PrintedBadge } from "#lib/people/badges.commands";
import { approvePinReset, issueBadges } from "#lib/people/changes.actions";

/** A button that makes something to be shown once. The answer goes to whoever outlives the button. */
function MakeOnce<T>({
  label,
  ask,
  onMade,
}: {
  label: string;
  ask: () => Promise<Result<T, Refused>>;
  onMade: (made: T) => void;
}) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refused | null>(null);
  const run = async () => {
    setBusy(true);
    setRefusal(null);
    const done = await ask().catch(
      (): Result<T, Refused> => ({ ok: false, error: { code: "no_answer", params: {} } }),
    );
    setBusy(false);
    if (done.ok) onMade(done.value);
    else setRefusal(done.error);
  };
  return (
    <>
      <Button size="desk" busy={busy} className="min-h-11" onClick={() => void run()}>
        {label}
      </Button>
      {refusal === null ? null : <RefusalNote refusal={refusal} />}
    </>
  );
}

/** What is nowhere else afterwards: it goes when somebody says so, never by itself. */
function ShownOnce({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const t = useTranslations("desk.people");
  const router = useRouter();
  const close = () => {
    onClose();
    router.refresh();
  };
  return (
    <Dialog title={title} onClose={close} className="w-[min(560px,92vw)]">
      {children}
      <div className="mt-5 flex justify-end gap-4 print:hidden">
        <Button size="desk" tone="act" onClick={close}>
          {t("done")}
        </Button>
      </div>
    </Dialog>
  );
}

/** The badge to print: its code is drawn on the server and comes with the answer. */
export function IssueBadge({ person, name }: { person: string; name: string }) {
  const t = useTranslations("desk.people");
  const [badges, setBadges] = useState<readonly PrintedBadge[] | null>(null);
  return (
    <>
      <MakeOnce
        label={t("issueBadge")}
        ask={() => issueBadges({ command: uuidv7(), people: [person] })}
        onMade={setBadges}
      />
      {badges === null ? null : (
        <ShownOnce title={t("badgeTitle", { name })} onClose={() => setBadges(null)}>
          <BadgeSheet badges={badges} />
        </ShownOnce>
      )}
    </>
  );
}

export type ResetCode = { name: string; code: string; expiresAt: string };

export function ApprovePinReset({
  reset,
  name,
  onMade,
}: {
  reset: string;
  name: string;
  onMade: (made: ResetCode) => void;
}) {
  const t = useTranslations("desk.people");
  return (
    <MakeOnce
      label={t("approveReset")}
      ask={() => approvePinReset({ command: uuidv7(), reset })}
      onMade={({ code, expiresAt }) => onMade({ name, code, expiresAt })}
    />
  );
}

export function ShownResetCode({
  made: { name, code, expiresAt },
  zone,
  onClose,
}: {
  made: ResetCode;
  zone: string;
  onClose: () => void;
}) {
  const t = useTranslations("desk.people");
  return (
    <ShownOnce title={t("resetTitle", { name })} onClose={onClose}>
      <p className="text-[16px] text-ink-2">{t("resetText", { name })}</p>
      <p className="mono my-5 rounded bg-sunk py-5 text-center text-[36px] font-bold tracking-[0.08em] select-all">
        {code}
      </p>
      <p className="text-[15px]">
        {t("resetUntil")} <Moment at={expiresAt} zone={zone} shape="time" />
      </p>
    </ShownOnce>
  );
}
