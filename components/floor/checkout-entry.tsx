"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { instant } from "#lib/kit/time";
import { checkIn, checkOut, standingHere } from "#lib/offline/checkouts";
import { ActFooter } from "./act-footer.tsx";
import { useMomentText } from "./language.tsx";
import { NeedsServer } from "./needs-server.tsx";
import { type Problem, problemOf, problemOfAct, ServerProblem } from "./problem.tsx";
import { ReasonEntry } from "./reason-entry.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useNow } from "./use-now.ts";
import { usePeople, useWork } from "./work-context.tsx";

/** The open unit: taken onto this tablet, or given back; who takes it over is asked for the reason first. */
export function CheckoutEntry({ onTakeOver }: { onTakeOver: () => void }) {
  const t = useTranslations("floor.checkout");
  const { core, view } = useTablet();
  const { state } = useWork();
  const moment = useMomentText();
  const nowMs = useNow(10_000);
  const acting = useCheckouts();
  const now = instant(nowMs ?? core.nowMs());
  const standing = standingHere(state, view.session?.device.id ?? "", now);
  if (!["released", "in_work", "on_hold"].includes(state.status) && standing === null) return null;
  const isHere = standing === "here" || standing === "over";
  const press = () => {
    if (isHere) void acting.giveBack(state.id);
    else if (standing === null) void acting.takeOut(state.id);
    else onTakeOver();
  };
  return (
    <section aria-label={t("title")} className="mt-5 grid gap-3 border-t-2 border-rule pt-3">
      {acting.problem === null ? null : <ServerProblem problem={acting.problem} area="act" />}
      {standing === "here" && state.checkout !== undefined ? (
        <p className="text-[17px] leading-snug">
          {t("hereUntil", { until: moment(state.checkout.until) })}
        </p>
      ) : null}
      <NeedsServer act="checkOut" />
      <Button busy={acting.isBusy} disabled={!view.online} onClick={press}>
        {isHere ? t("giveBack") : standing === null ? t("take") : t("takeOver")}
      </Button>
    </section>
  );
}

/** Whoever takes a unit over sees from whom, and says why. */
export function TakeOverDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("floor.checkout");
  const { state } = useWork();
  const nameOf = usePeople();
  const moment = useMomentText();
  const acting = useCheckouts();
  const [reason, setReason] = useState("");
  const { checkout } = state;
  if (checkout === undefined) return null;
  const takeOver = async () => {
    const of = { from: checkout.device, reason: reason.trim() };
    if (await acting.takeOut(state.id, of)) onClose();
  };
  return (
    <Dialog
      title={t("takeOver")}
      onClose={onClose}
      dismissable={!acting.isBusy}
      className="w-[900px]"
      footer={
        <ActFooter
          acting={acting}
          label={t("takeOverNow")}
          isReady={reason.trim() !== ""}
          onBack={onClose}
          onAct={takeOver}
        />
      }
    >
      <div className="grid gap-4">
        <p className="text-[19px] leading-snug">
          {t("elsewhere", {
            name: nameOf(checkout.person).name,
            tablet: checkout.tablet,
            station: checkout.station,
            since: moment(checkout.at),
            until: moment(checkout.until),
          })}
        </p>
        <h3 className="text-[18px] font-bold">{t("takeOverWhy")}</h3>
        <ReasonEntry list="takeOver" reason={reason} onChange={setReason} isWide />
        <p className="text-[16px] leading-snug text-ink-2">{t("takeOverNext")}</p>
      </div>
    </Dialog>
  );
}

/** Asks the server, shows why not, and lets nobody ask twice. */
export function useCheckouts() {
  const { core, actOn } = useTablet();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async (ask: () => Promise<Problem | null>): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    const said = await ask();
    setProblem(said);
    setBusy(false);
    return said === null;
  };
  return {
    isBusy,
    problem,
    takeOut: (traveler: string, takeOver?: { from: string; reason: string }) =>
      run(async () => {
        const outcome = await checkOut(core, actOn, traveler, takeOver);
        return outcome.kind === "done" || "refusal" in outcome
          ? problemOfAct(outcome)
          : problemOf(outcome as Parameters<typeof problemOf>[0]);
      }),
    giveBack: (traveler: string) =>
      run(async () => problemOfAct(await checkIn(core, actOn, traveler))),
  };
}
