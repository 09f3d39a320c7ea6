"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import type { Operation, Role, Step } from "#lib/instructions/schema";
import { pauseReasons } from "#lib/travelers/departures.rules";
import { plannedStep } from "#lib/travelers/plan.rules";
import { inTurn } from "#lib/travelers/sequence.rules";
import type { TravelerState } from "#lib/travelers/state.schema";
import { type Departing, DepartureForm } from "./departure-form.tsx";
import { LateDialog } from "./late-dialog.tsx";
import { ServerProblem } from "./problem.tsx";
import { useActing, useWork } from "./work-context.tsx";

type Offer = { act: Departing; approvedBy: Role | null } | { act: "late" | "pause" | "resume" };

/** Everything at this step that is not as planned: what the instruction allows, and who approves it. */
export function DeparturesDialog({ step: id, onClose }: { step: string; onClose: () => void }) {
  const t = useTranslations("floor.departure");
  const common = useTranslations("common");
  const { content } = useWork();
  const [act, setAct] = useState<Offer["act"] | null>(null);
  const planned = plannedStep(content, id);
  const offers = useOffers(id);
  if (!planned) return null;
  const { step } = planned;
  const back = () => setAct(null);
  if (act === "late") return <LateDialog step={id} onClose={onClose} />;
  if (act === "pause") return <PauseReasons step={step} onBack={back} onDone={onClose} />;
  if (act !== null && act !== "resume") {
    return <DepartureForm act={act} step={step} onBack={back} onDone={onClose} />;
  }
  return (
    <Dialog
      title={t("title", { number: step.number })}
      onClose={onClose}
      className="w-[1000px]"
      footer={
        <Button className="w-full" onClick={onClose}>
          {common("close")}
        </Button>
      }
    >
      <ul className="grid grid-cols-2 gap-3">
        {offers.map((offer) => (
          <li key={offer.act} className="grid">
            <OfferButton offer={offer} step={step} onAct={setAct} onDone={onClose} />
          </li>
        ))}
      </ul>
      {(step.skip ?? step.notApplicable) ? null : (
        <p className="mt-4 text-[17px] text-ink-2">{t("notAllowed")}</p>
      )}
    </Dialog>
  );
}

function OfferButton({
  offer,
  step,
  onAct,
  onDone,
}: {
  offer: Offer;
  step: Step;
  onAct: (act: Offer["act"]) => void;
  onDone: () => void;
}) {
  const t = useTranslations("floor.departure");
  const roles = useTranslations("common.role");
  const { isBusy, problem, run } = useActing();
  const { act } = offer;
  const by = "approvedBy" in offer ? offer.approvedBy : null;
  const press = async () => {
    if (act !== "resume") return onAct(act);
    if (await run((perform) => perform("resumeStep", { step: step.id }))) onDone();
  };
  return (
    <>
      <Button size="record" className="w-full text-left" busy={isBusy} onClick={() => void press()}>
        {t(`acts.${act}`)}
        <span className="block text-[15px] font-medium text-ink-2">
          {by === null ? t(`leads.${act}`) : t("approvedBy", { role: roles(by) })}
        </span>
      </Button>
      {problem === null ? null : <ServerProblem problem={problem} area="act" />}
    </>
  );
}

function useOffers(id: string): Offer[] {
  const { state, content } = useWork();
  const planned = plannedStep(content, id);
  const now = state.steps[id];
  if (!planned || !now) return [];
  const { operation, step } = planned;
  const isOpen = now.status === "not_started" || now.status === "in_work";
  if (!isOpen) return [{ act: "reopenStep", approvedBy: takenBackBy(state, step) }];
  const isLater = content.operations.indexOf(operation) < content.operations.length - 1;
  const isOut = !inTurn(state, content, { ...planned, now }).ok;
  return [
    ...(now.pausedAt === null ? [{ act: "late" as const }] : [{ act: "resume" as const }]),
    ...(now.status === "in_work" && now.pausedAt === null ? [{ act: "pause" as const }] : []),
    ...(isLater ? [{ act: "deferStep" as const, approvedBy: "quality" as const }] : []),
    ...(step.skip ? [{ act: "skipStep" as const, approvedBy: step.skip.by }] : []),
    ...(step.notApplicable
      ? [{ act: "markStepNotApplicable" as const, approvedBy: step.notApplicable.by }]
      : []),
    ...departure(operation, now.status === "not_started" && isOut),
    ...(now.status === "in_work" ? [{ act: "failStep" as const, approvedBy: null }] : []),
  ];
}

const departure = ({ departure: allowed }: Operation, isOut: boolean): Offer[] =>
  allowed && isOut ? [{ act: "departSequence", approvedBy: allowed.by }] : [];

/** What was left out is taken back by whoever could leave it out; what was done, by anybody here or a lead. */
function takenBackBy(state: TravelerState, step: Step): Role | null {
  if (state.steps[step.id]?.status !== "not_applicable") return null;
  const left = state.departures.findLast(
    (one) => one.step === step.id && (one.kind === "skipped" || one.kind === "not_applicable"),
  );
  return (left?.kind === "skipped" ? step.skip : step.notApplicable)?.by ?? "quality";
}

/** Why the work rests: one tap. A lock or the end of a shift pauses nothing by itself. */
function PauseReasons({
  step,
  onBack,
  onDone,
}: {
  step: Step;
  onBack: () => void;
  onDone: () => void;
}) {
  const t = useTranslations("floor.departure");
  const common = useTranslations("common");
  const { isBusy, problem, run } = useActing();
  const pause = async (reason: string) => {
    if (await run((perform) => perform("pauseStep", { step: step.id, reason }))) onDone();
  };
  return (
    <Dialog
      title={t("pauseTitle", { number: step.number })}
      onClose={onBack}
      className="w-[860px]"
      footer={
        <Button className="w-full" disabled={isBusy} onClick={onBack}>
          {common("back")}
        </Button>
      }
    >
      {problem === null ? null : <ServerProblem problem={problem} area="act" />}
      <ul className="grid grid-cols-2 gap-3">
        {pauseReasons.map((reason) => (
          <li key={reason}>
            <Button
              size="record"
              className="w-full text-left"
              disabled={isBusy}
              onClick={() => void pause(reason)}
            >
              {t(`pauseReasons.${reason}`)}
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
