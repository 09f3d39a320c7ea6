"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { Button } from "#components/ui/button";
import type { Step } from "#lib/instructions/schema";
import { buriedUnder } from "#lib/travelers/buried.rules";
import { pauseReasons } from "#lib/travelers/departures.rules";
import type { StepDeparture } from "#lib/travelers/state.schema";
import { DeparturesDialog } from "./departures-dialog.tsx";
import { useDecimals, useMomentText } from "./language.tsx";
import { Notice } from "./problem.tsx";
import { EntryProblem } from "./problem-place.tsx";
import { useStepExtras } from "./step-extras.tsx";
import { useActing, usePeople, useWork } from "./work-context.tsx";

/** One departure in a sentence: what, until where, why. */
export function useDepartureText(): (of: StepDeparture) => string {
  const t = useTranslations("floor.departure");
  const acts = useTranslations("floor.departure.lateAct");
  const moment = useMomentText();
  const { content, packet } = useWork();
  return (of) => {
    const operation = content.operations.find(({ id }) => id === of.to)?.number ?? "";
    const code = pauseReasons.find((reason) => reason === of.reason);
    const reason =
      code === undefined ? (packet.texts[of.reason] ?? "…") : t(`pauseReasons.${code}`);
    return t(`told.${of.kind}`, {
      reason,
      operation,
      permit: of.permit ?? "none",
      time: of.claimedAt === null ? "" : moment(of.claimedAt),
      act: of.act === null ? "" : acts(of.act),
    });
  };
}

/** What departs from the plan here and still holds: whoever comes next reads it where the step is read. */
export function DeparturesHere({ step }: { step: string }) {
  const told = useDepartureText();
  const person = usePeople();
  const { state } = useWork();
  const now = state.steps[step];
  const last = (kind: StepDeparture["kind"]) =>
    state.departures.findLast((one) => one.step === step && one.kind === kind);
  const isLeftOut = now?.status === "not_applicable";
  const isOpen = now?.status === "not_started" || now?.status === "in_work";
  const standing = [
    now?.deferredTo != null && isOpen ? last("deferred") : undefined,
    now?.outOfTurn === true && isOpen ? last("out_of_turn") : undefined,
    isLeftOut
      ? state.departures.findLast(
          (one) => one.step === step && (one.kind === "skipped" || one.kind === "not_applicable"),
        )
      : undefined,
    now?.status === "failed" ? last("failed") : undefined,
  ].filter((one) => one !== undefined);
  return standing.map((one) => (
    <Notice key={one.seq} tone="warn" role="status">
      <p className="line-clamp-5 font-[650] wrap-anywhere">{told(one)}</p>
      <p className="mt-0.5 text-[16px]">
        {[one.person, one.second].flatMap((id) => (id === null ? [] : person(id).name)).join(", ")}
      </p>
    </Notice>
  ));
}

/** What this step covers: open work stops it, amended values are looked at before nobody sees them any more. */
export function BuriedHere({ step }: { step: Step }) {
  const t = useTranslations("floor.buried");
  const types = useTranslations("common.buyoffType");
  const shown = useDecimals();
  const { state, content } = useWork();
  const { hasSeenBuried, saySeenBuried } = useStepExtras(step.id);
  if (step.buries.length === 0 || state.steps[step.id]?.status !== "not_started") return null;
  const { open, unsigned, amended } = buriedUnder(state, content, step);
  const missing = unsigned.map((one) => {
    const [number = "", type = ""] = one.split(" ");
    return `${number} ${types(type as "operator")}`;
  });
  if (open.length + unsigned.length > 0) {
    return (
      <Notice tone="stop" role="status">
        <p className="font-[650]">{t("open")}</p>
        <p className="mt-0.5">{[...open, ...missing].join(", ")}</p>
      </Notice>
    );
  }
  if (amended.length === 0) {
    return (
      <p className="rounded bg-ok-wash px-4 py-2.5 text-[17px] leading-snug">{t("allSigned")}</p>
    );
  }
  return (
    <Notice
      tone={hasSeenBuried ? "ok" : "warn"}
      role="status"
      action={
        hasSeenBuried ? undefined : (
          <Button className="shrink-0" onClick={saySeenBuried}>
            {t("seen")}
          </Button>
        )
      }
    >
      <p className="font-[650]">{t("amended")}</p>
      <ul className="mono mt-0.5">
        {amended.map((one) => (
          <li key={one.reading}>
            {one.step}: <del>{shown(one.from)}</del> → {shown(one.to)}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** In place of what records, where nothing can be recorded: the step rests, has failed or was left out. */
export function StandingStep({ step, onFollow }: { step: Step; onFollow: () => void }): ReactNode {
  const t = useTranslations("floor.departure");
  const entry = useTranslations("floor.entry");
  const told = useDepartureText();
  const { state } = useWork();
  const { isBusy, problem, setProblem, run } = useActing();
  const [isOpen, setOpen] = useState(false);
  const now = state.steps[step.id];
  if (now?.pausedAt != null && now.status === "in_work") {
    const pause = state.departures.findLast((one) => one.step === step.id && one.kind === "paused");
    return (
      <div className="flex flex-1 flex-col gap-3">
        <EntryProblem problem={problem} onSeen={() => setProblem(null)} />
        <p className="text-[22px] leading-snug font-bold">
          {pause === undefined ? t("acts.pause") : told(pause)}
        </p>
        <p className="mt-auto text-[18px] leading-snug text-ink-2">{t("pausedLead")}</p>
        <Button
          id="entry"
          tone="act"
          size="record"
          busy={isBusy}
          onClick={() => void run((perform) => perform("resumeStep", { step: step.id }))}
        >
          {t("acts.resume")}
        </Button>
      </div>
    );
  }
  const isFailed = now?.status === "failed";
  if (!isFailed && now?.status !== "not_applicable") return null;
  return (
    <div className="flex flex-1 flex-col gap-3">
      <p className="text-[22px] leading-snug font-bold">{t(isFailed ? "isFailed" : "isLeftOut")}</p>
      <p className="text-[18px] leading-snug text-ink-2">
        {t(isFailed ? "failedLead" : "leftOutLead")}
      </p>
      <Button className="mt-auto" onClick={() => setOpen(true)}>
        {t("acts.reopenStep")}
      </Button>
      <Button id="entry" tone="act" size="record" onClick={onFollow}>
        {entry("goOn")}
      </Button>
      {isOpen ? <DeparturesDialog step={step.id} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}
