"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import type { Step } from "#lib/instructions/schema";
import { instant } from "#lib/kit/time";
import { personFacts } from "#lib/offline/acts";
import {
  qualificationsOf,
  supervisionInForce,
  waiverInForce,
  waiverStanding,
  waiversOf,
} from "#lib/travelers/gates.rules";
import { plannedStep } from "#lib/travelers/plan.rules";
import type { Supervision } from "#lib/travelers/state.schema";
import { cosignedAsIs, supervisionAt } from "#lib/travelers/supervision.rules";
import { useMomentText } from "./language.tsx";
import type { Place, StepWork } from "./place.ts";
import { Notice } from "./problem.tsx";
import { EntryProblem } from "./problem-place.tsx";
import { CosignDialog, TrainerDialog } from "./trainer-dialog.tsx";
import { useNow } from "./use-now.ts";
import { WaiverDialog } from "./waiver-dialog.tsx";
import { usePeople, useWork } from "./work-context.tsx";

/** Often enough that what was granted this moment is in force on the screen too. */
const LOOK_MS = 1000;

/** Why it was refused; and where somebody could stand beside or a waiver could help, the way to it. */
export function StepProblem({ step, work }: { step: Step; work: StepWork }) {
  const t = useTranslations("floor.backing");
  const now = useNow(LOOK_MS);
  const { state, signedIn, packet } = useWork();
  const [helped, setHelped] = useState<"trainer" | "waiver" | null>(null);
  const { problem, setProblem } = work;
  const refused = problem?.kind === "refused" && problem.code === "not_qualified" ? problem : null;
  const missing = (refused?.params.missing ?? "").split(", ");
  const trainers = refused?.params.trainers ?? "";
  const at = instant(now ?? 0);
  const { id } = signedIn.person;
  const isWaivable = (code: string) =>
    packet.qualificationRules.some((one) => one.code === code && one.waivableBy !== "nobody");
  const code =
    refused === null || refused.params.waivableBy === "nobody"
      ? undefined
      : missing.filter(isWaivable).find((one) => waiverInForce(state, id, one, at) === null);
  const waiting =
    waiversOf(state).find(
      (one) =>
        one.person === id && one.qualification === code && waiverStanding(one, at) === "waiting",
    ) ?? null;
  const close = () => {
    setHelped(null);
    setProblem(null);
  };
  return (
    <>
      <EntryProblem problem={problem} onSeen={() => setProblem(null)}>
        {trainers === "" && code === undefined ? null : (
          <div data-help className="mt-2 flex shrink-0 flex-wrap gap-3">
            {trainers === "" ? null : (
              <Button tone="act" onClick={() => setHelped("trainer")}>
                {t("workUnder", { trainers })}
              </Button>
            )}
            {code === undefined ? null : (
              <Button onClick={() => setHelped("waiver")}>
                {t(waiting === null ? "askWaiver" : "grantWaiver", { code })}
              </Button>
            )}
          </div>
        )}
      </EntryProblem>
      {helped === "trainer" ? (
        <TrainerDialog step={step} missing={missing} onClose={close} />
      ) : null}
      {helped === "waiver" && code !== undefined ? (
        <WaiverDialog qualification={code} waiting={waiting} onClose={close} />
      ) : null}
    </>
  );
}

/** By whose word somebody works here who doesn't hold what the step asks for: said all the time. */
export function BackingBanner({ place }: { place: Place | null }) {
  const now = useNow(LOOK_MS);
  const { state, content, signedIn } = useWork();
  const planned = place?.step == null ? null : plannedStep(content, place.step);
  if (planned === null || now === null) return null;
  const { operation, step } = planned;
  const at = instant(now);
  const person = personFacts(signedIn.person);
  const codes = qualificationsOf(operation, step);
  const supervision = supervisionAt(state, step.id);
  const isPresent = supervisionInForce(state, person, step.id, at) !== null;
  const isOpen = state.steps[step.id]?.status !== "complete";
  return (
    <>
      {supervision === null || !isOpen ? null : (
        <UnderTrainer of={supervision} isPresent={isPresent} />
      )}
      {codes.map((code) => (
        <WaiverLine key={code} code={code} at={at} />
      ))}
    </>
  );
}

function UnderTrainer({ of, isPresent }: { of: Supervision; isPresent: boolean }) {
  const t = useTranslations("floor.backing");
  const person = usePeople();
  const { state, content } = useWork();
  const isSigned = cosignedAsIs(state, content, of.step).ok;
  const names = {
    trainer: person(of.trainer).name,
    apprentice: person(of.apprentice).name,
    codes: of.qualifications.join(", "),
  };
  return (
    <Notice tone={isPresent ? "ok" : "warn"} role="status">
      <p className="font-bold">{t("under", names)}</p>
      <p className="mt-0.5 text-[16px]">
        {t(isSigned ? "isCosigned" : isPresent ? "cosignsAtEnd" : "cameEarlier", names)}
      </p>
    </Notice>
  );
}

function WaiverLine({ code, at }: { code: string; at: string }) {
  const t = useTranslations("floor.backing");
  const moment = useMomentText();
  const person = usePeople();
  const { state, signedIn } = useWork();
  const { id } = signedIn.person;
  const inForce = waiverInForce(state, id, code, at);
  const waiting = waiversOf(state).find(
    (one) =>
      one.person === id && one.qualification === code && waiverStanding(one, at) === "waiting",
  );
  const waiver = inForce ?? waiting;
  if (waiver === undefined) return null;
  const names = {
    code,
    until: moment(waiver.validUntil),
    asked: person(waiver.requestedBy).name,
    granted: person(waiver.grantedBy).name,
  };
  return (
    <Notice tone="warn" role="status">
      <p className="font-bold">{t(inForce === null ? "waiverWaits" : "waived", names)}</p>
      <p className="mt-0.5 text-[16px]">{t(inForce === null ? "askedBy" : "waivedBy", names)}</p>
    </Notice>
  );
}

/** What an apprentice recorded is signed by the trainer before the step can be done. */
export function useCosign(step: Step): Supervision | null {
  const { state, content } = useWork();
  const supervision = supervisionAt(state, step.id);
  const isDone = state.steps[step.id]?.status !== "in_work";
  return isDone || cosignedAsIs(state, content, step.id).ok ? null : supervision;
}

export function CosignPanel({ step, of }: { step: Step; of: Supervision }) {
  const t = useTranslations("floor.backing");
  const person = usePeople();
  const [isSigning, setSigning] = useState(false);
  const trainer = person(of.trainer).name;
  return (
    <div className="flex flex-1 flex-col gap-3">
      <p className="mt-auto text-[19px] leading-snug text-ink-2">{t("cosign", { trainer })}</p>
      <Button id="entry" tone="act" size="record" onClick={() => setSigning(true)}>
        {t("cosignNow")}
      </Button>
      {isSigning ? (
        <CosignDialog step={step} trainer={trainer} onClose={() => setSigning(false)} />
      ) : null}
    </div>
  );
}
