"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { canonicalSha256 } from "#lib/kit/canonical";
import { signedHere, signProof } from "#lib/offline/people";
import { newCommandId } from "#lib/offline/queue";
import { buyoffContent } from "#lib/travelers/buyoffs.rules";
import { problemOf, ServerProblem } from "./problem.tsx";
import { SecondPerson } from "./reading-dialog.tsx";
import { ReasonEntry } from "./reason-entry.tsx";
import { useTablet } from "./tablet-context.tsx";
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
  const { core } = useTablet();
  const { state, content, signedIn } = useWork();
  const { isBusy, problem, run } = useActing();
  const [reason, setReason] = useState("");
  const [isIdentifying, setIdentifying] = useState(false);
  const decline = async (badge: string, pin: string) => {
    const commandId = newCommandId(core.nowMs());
    const contentSha256 = canonicalSha256(buyoffContent(state, content, at));
    const done = await run(async (perform) => {
      const answer = await signProof(core, {
        command: commandId,
        contentSha256,
        pin,
        badge,
        person: null,
      });
      if (answer.kind === "silence") return { kind: "silence" };
      if (answer.kind !== "ok") {
        const told = problemOf(answer);
        return {
          kind: "refused",
          refusal: { code: told?.kind === "refused" ? told.code : "unknown", params: {} },
        };
      }
      const { proof, method, person } = answer.value;
      const signature = { commandId, contentSha256, proof, method, person };
      const body = { ...at, reason: reason.trim() };
      const isSelf = person.id === signedIn.person.id;
      const outcome = await perform(
        "declineBuyoff",
        body,
        isSelf ? { signature } : { second: signature },
      );
      signedHere(core, person.id);
      return outcome;
    });
    if (done) onDeclined();
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
