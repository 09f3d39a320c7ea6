"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { signIn } from "#lib/offline/people";
import { DemoButton } from "./demo-drawer.tsx";
import { PIN_LENGTH_MIN, PinEntry } from "./pin-entry.tsx";
import { notABadge, type Problem, ServerProblem } from "./problem.tsx";
import { useBadgeScan } from "./scanning.tsx";
import { unlessSilent, useNeedsServer } from "./sign-in-problem.ts";
import { useTablet } from "./tablet-context.tsx";

/** Badge and PIN of the next person; the step and what is typed in it stay on the screen. */
export function HandOver({ badge, onClose }: { badge: string | null; onClose: () => void }) {
  const t = useTranslations("floor.handOver");
  const common = useTranslations("common");
  const { core } = useTablet();
  const needsServer = useNeedsServer();
  const [scanned, setScanned] = useState(badge);
  const [pin, setPin] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  useBadgeScan({
    isBusy,
    onBadge: (text) => {
      setScanned(text);
      setPin("");
      setProblem(null);
    },
    onOther: (text) => setProblem(notABadge(text)),
  });
  const take = async () => {
    if (scanned === null) return;
    setBusy(true);
    const answer = await signIn(core, scanned, pin);
    setPin("");
    // Closed while it is busy: what was read meanwhile is for the screen below.
    if (answer.kind === "ok") return onClose();
    setBusy(false);
    setProblem(unlessSilent(answer));
  };
  const shown = problem ?? needsServer;
  return (
    <Dialog title={t("title")} onClose={onClose} className="w-[900px]">
      <div className="grid grid-cols-[minmax(0,1fr)_380px] gap-8 portrait:gap-5">
        <div className="flex flex-col gap-4">
          <p className="text-[20px] text-ink-2">{t("explain")}</p>
          <p
            className={`rounded border-2 p-5 text-[20px] font-[650] ${scanned === null ? "border-dashed border-act" : "border-ok bg-ok-wash"}`}
          >
            {scanned === null ? t("scan") : t("read")}
          </p>
          {shown === null ? null : <ServerProblem problem={shown} area="signIn" />}
          <span className="mt-auto flex flex-wrap gap-3">
            <Button onClick={onClose}>{common("back")}</Button>
            <DemoButton />
          </span>
        </div>
        <div className="flex h-[560px] flex-col gap-4">
          <PinEntry pin={pin} onChange={setPin} disabled={isBusy || scanned === null} />
          <Button
            tone="act"
            size="record"
            busy={isBusy}
            disabled={scanned === null || pin.length < PIN_LENGTH_MIN}
            onClick={() => void take()}
          >
            {t("take")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
