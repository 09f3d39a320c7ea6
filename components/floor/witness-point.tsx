"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";
import type { BuyoffRequirement } from "#lib/instructions/schema";
import { millis } from "#lib/kit/time";
import type { Chain } from "#lib/travelers/buyoffs.rules";
import { isWitnessPoint, witnessCall } from "#lib/travelers/witness.rules";
import { useMomentText } from "./language.tsx";
import { NeedsServer } from "./needs-server.tsx";
import { Notice } from "./problem.tsx";
import { EntryProblem } from "./problem-place.tsx";
import { useTablet } from "./tablet-context.tsx";
import { clockText, useNow } from "./use-now.ts";
import { useActing, useWork } from "./work-context.tsx";

/** Whoever was invited has until then; after that the work may go on without them, and that is a signal. */
export function WitnessPoint({
  chain,
  requirement,
  onPassed,
}: {
  chain: Chain;
  requirement: BuyoffRequirement;
  onPassed: () => void;
}) {
  const t = useTranslations("floor.witness");
  const types = useTranslations("common.buyoffType");
  const moment = useMomentText();
  const now = useNow(1000);
  const { view } = useTablet();
  const { packet, state } = useWork();
  const { isBusy, problem, setProblem, run } = useActing();
  if (!isWitnessPoint(requirement) || now === null) return null;
  const minutes = requirement.witnessNoticeMinutes ?? 0;
  const called = witnessCall(state, chain, requirement);
  const isKept =
    !view.online && !packet.state.calls.some(({ id }) => id === called?.call.id) && called !== null;
  const leftMs = called === null || isKept ? null : millis(called.until) - now;
  const at = { operation: chain.operation.id, step: chain.step?.id ?? null };
  const pass = async () => {
    const body = { ...at, requirement: requirement.id };
    if (await run((perform) => perform("passWitness", body))) onPassed();
  };
  return (
    <>
      <EntryProblem problem={problem} onSeen={() => setProblem(null)} />
      <Notice tone={leftMs !== null && leftMs <= 0 ? "ok" : "warn"} role="status">
        <p className="font-[650]">{t("is", { type: types(requirement.type) })}</p>
        <p>
          {called === null || leftMs === null
            ? t(isKept ? "begins" : "callFirst", { minutes })
            : leftMs > 0
              ? t("until", { time: moment(called.until), left: clockText(leftMs) })
              : t("over", { time: moment(called.until) })}
        </p>
      </Notice>
      {leftMs !== null && leftMs <= 0 ? (
        <>
          <NeedsServer act="witness" />
          <Button tone="stop" busy={isBusy} disabled={!view.online} onClick={() => void pass()}>
            {t("pass")}
          </Button>
        </>
      ) : null}
    </>
  );
}
