"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Dialog } from "#components/ui/dialog";
import type { Step } from "#lib/instructions/schema";
import { canonicalSha256 } from "#lib/kit/canonical";
import { personFacts } from "#lib/offline/acts";
import { trainersFor } from "#lib/travelers/gates.rules";
import { cosignContent, supervisionContent } from "#lib/travelers/supervision.rules";
import { StepValues } from "./buyoff-content.tsx";
import { ServerProblem } from "./problem.tsx";
import { Choice } from "./reason-entry.tsx";
import { SecondPerson } from "./second-person.tsx";
import { useSecondSignature } from "./second-signature.ts";
import { useActing, useWork } from "./work-context.tsx";

/** The trainer says with badge and PIN that they stand beside this apprentice, for this step. */
export function TrainerDialog({
  step,
  missing,
  onClose,
}: {
  step: Step;
  missing: readonly string[];
  onClose: () => void;
}) {
  const t = useTranslations("floor.trainer");
  const { state, signedIn } = useWork();
  const { isBusy, problem, run } = useActing();
  const sign = useSecondSignature();
  const trainers = trainersFor(personFacts(signedIn.person), missing);
  const [chosen, setChosen] = useState(trainers[0]?.id ?? "");
  const trainer = trainers.find(({ id }) => id === chosen);
  if (trainer === undefined) return null;
  const stand = async (badge: string, pin: string) => {
    const apprentice = signedIn.person.id;
    const shown = supervisionContent(state, { step: step.id, apprentice, trainer: trainer.id });
    const body = { step: step.id, contentSha256: canonicalSha256(shown) };
    const act = { type: "superviseStep" as const, body, shown, badge, pin };
    if (await run((perform) => sign(perform, act))) onClose();
  };
  const names = { trainer: trainer.name, apprentice: signedIn.person.name, step: step.number };
  return (
    <Dialog title={t("title")} onClose={onClose} dismissable={false} className="w-[960px]">
      <SecondPerson lead={t("lead", names)} isBusy={isBusy} onSecond={stand} onBack={onClose}>
        {problem !== null ? (
          <ServerProblem problem={problem} area="sign" />
        ) : trainers.length < 2 ? null : (
          <div className="grid gap-2">
            {trainers.map(({ id, name }) => (
              <Choice key={id} isOn={id === chosen} onPress={() => setChosen(id)}>
                {name}
              </Choice>
            ))}
          </div>
        )}
      </SecondPerson>
    </Dialog>
  );
}

/** The trainer signs what was recorded, exactly as it stands. */
export function CosignDialog({
  step,
  trainer,
  onClose,
}: {
  step: Step;
  trainer: string;
  onClose: () => void;
}) {
  const t = useTranslations("floor.trainer");
  const { state, content } = useWork();
  const { isBusy, problem, run } = useActing();
  const sign = useSecondSignature();
  const cosign = async (badge: string, pin: string) => {
    const shown = cosignContent(state, content, step.id);
    const body = { step: step.id, contentSha256: canonicalSha256(shown) };
    const act = { type: "cosignStep" as const, body, shown, badge, pin };
    if (await run((perform) => sign(perform, act))) onClose();
  };
  return (
    <Dialog
      title={t("cosignTitle", { step: step.number })}
      onClose={onClose}
      dismissable={false}
      className="w-[1080px]"
    >
      <SecondPerson
        lead={t("cosignLead", { trainer })}
        isBusy={isBusy}
        onSecond={cosign}
        onBack={onClose}
      >
        {problem === null ? null : <ServerProblem problem={problem} area="sign" />}
        <StepValues step={step} label={t("recorded")} />
      </SecondPerson>
    </Dialog>
  );
}
