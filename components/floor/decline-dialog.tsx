"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { buyoffContent } from "#lib/travelers/buyoffs.rules";
import { ServerProblem } from "./problem.tsx";
import { ReasonEntry } from "./reason-entry.tsx";
import { SecondPerson } from "./second-person.tsx";
import { useSecondSignature } from "./second-signature.ts";
import { useActing, useWork } from "./work-context.tsx";

/** An inspector's no is evidence as much as a yes: who, and why. */
export function DeclineDialog({
  at,
  onClose,
  onDeclined,
}: {
  at: { operation: string; step: string | null; requirement: string };
  onClose: () => void;
  onDeclined: () => void;
}) {
  const t = useTranslations("floor.decline");
  const common = useTranslations("common");
  const { state, content } = useWork();
  const { isBusy, problem, run } = useActing();
  const sign = useSecondSignature();
  const [reason, setReason] = useState("");
  const [isIdentifying, setIdentifying] = useState(false);
  const decline = async (badge: string, pin: string) => {
    const shown = buyoffContent(state, content, at);
    const body = { ...at, reason: reason.trim() };
    const act = { type: "declineBuyoff" as const, body, shown, badge, pin };
    if (await run((perform) => sign(perform, act))) onDeclined();
  };
  return (
    <Dialog title={t("title")} onClose={onClose} dismissable={false} className="w-[960px]">
      {isIdentifying ? (
        <SecondPerson
          lead={reason}
          asks="scanOwn"
          isBusy={isBusy}
          onSecond={decline}
          onBack={() => setIdentifying(false)}
        >
          {problem === null ? null : <ServerProblem problem={problem} area="sign" />}
        </SecondPerson>
      ) : (
        <div className="grid gap-5">
          <p className="text-[18px] text-ink-2">{t("explain")}</p>
          <ReasonEntry list="decline" reason={reason} onChange={setReason} />
          <div className="flex justify-between gap-10">
            <Button onClick={onClose}>{common("back")}</Button>
            <Button
              tone="stop"
              size="record"
              className="min-w-72"
              disabled={reason.trim() === ""}
              onClick={() => setIdentifying(true)}
            >
              {t("next")}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
