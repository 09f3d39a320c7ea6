"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import type { Step } from "#lib/instructions/schema";
import { type Departure, departureContent } from "#lib/travelers/approval.rules";
import { plannedStep } from "#lib/travelers/plan.rules";
import type { CommandBody } from "#lib/travelers/schema";
import { useWords } from "./language.tsx";
import { ServerProblem } from "./problem.tsx";
import { Choice, ReasonEntry } from "./reason-entry.tsx";
import { SecondPerson } from "./second-person.tsx";
import { useSecondSignature } from "./second-signature.ts";
import { useActing, useWork } from "./work-context.tsx";

export type Departing = Departure | "failStep";
type Said = { reason: string; permit: string; to: string };

/**
 * Why, and what else the departure has to say. The rules ask for an approval where it needs one: it is given
 * here by badge and PIN, and the operator stays signed in.
 */
export function DepartureForm({
  act,
  step,
  onBack,
  onDone,
}: {
  act: Departing;
  step: Step;
  onBack: () => void;
  onDone: () => void;
}) {
  const t = useTranslations("floor.departure");
  const common = useTranslations("common");
  const [said, setSaid] = useState<Said>({ reason: "", permit: "", to: "" });
  const departing = useDeparting(act, step, said, onDone);
  const { acting, approval } = departing;
  const title = t(`titles.${act}`, { number: step.number });
  const isReady = said.reason.trim() !== "" && (act !== "deferStep" || said.to !== "");
  if (approval !== null) {
    return (
      <Dialog title={title} onClose={departing.forget} dismissable={false} className="w-[960px]">
        <SecondPerson
          lead={t("approvalLead", {
            role: common(`role.${approval}` as "role.quality"),
            reason: said.reason,
          })}
          isBusy={acting.isBusy}
          onBack={departing.forget}
          onSecond={(badge, pin) => departing.approve(badge, pin)}
        >
          {acting.problem === null ? (
            <Asked said={said} />
          ) : (
            <ServerProblem problem={acting.problem} area="sign" />
          )}
        </SecondPerson>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={title}
      onClose={onBack}
      dismissable={false}
      className="w-[1080px]"
      footer={
        <div className="grid grid-cols-[auto_1fr] gap-6">
          <Button onClick={onBack} disabled={acting.isBusy}>
            {common("back")}
          </Button>
          <Button
            tone="act"
            size="record"
            busy={acting.isBusy}
            disabled={!isReady}
            onClick={() => void departing.depart()}
          >
            {t(`acts.${act}`)}
          </Button>
        </div>
      }
    >
      <div className="grid gap-3">
        {acting.problem === null ? null : <ServerProblem problem={acting.problem} area="act" />}
        {act === "deferStep" ? (
          <Operations step={step} to={said.to} onTo={(to) => setSaid({ ...said, to })} />
        ) : null}
        <p className="text-[17px] font-[650]">{t("why")}</p>
        <ReasonEntry
          list={act === "failStep" ? "fail" : "departure"}
          isWide
          reason={said.reason}
          onChange={(reason) => setSaid({ ...said, reason })}
        />
        {act === "skipStep" || act === "markStepNotApplicable" ? (
          <label className="grid gap-1.5 text-[17px] font-[650]">
            {t("permit")}
            <input
              value={said.permit}
              maxLength={120}
              onChange={(event) =>
                setSaid({ ...said, permit: event.target.value.normalize("NFC") })
              }
              className="mono min-h-touch rounded border-2 border-edge bg-sheet px-3 text-[22px]"
            />
          </label>
        ) : null}
      </div>
    </Dialog>
  );
}

/** What whoever approves is asked for beside the reason: where to, and under which permit. */
function Asked({ said }: { said: Said }) {
  const t = useTranslations("floor.departure");
  const player = useTranslations("floor.player");
  const words = useWords();
  const { content } = useWork();
  const to = content.operations.find(({ id }) => id === said.to);
  const permit = said.permit.trim();
  return (
    <>
      {to === undefined ? null : (
        <p className="text-[19px] font-[650]">
          {player("operation", { number: to.number, title: words(to.title) })}
        </p>
      )}
      {permit === "" ? null : (
        <p className="text-[19px] wrap-anywhere">
          {t("permit")}: <b className="mono">{permit}</b>
        </p>
      )}
    </>
  );
}

/** Only what comes after it; whether it can wait that long is for the rules. */
function Operations({
  step,
  to,
  onTo,
}: {
  step: Step;
  to: string;
  onTo: (operation: string) => void;
}) {
  const t = useTranslations("floor.departure");
  const player = useTranslations("floor.player");
  const words = useWords();
  const { content } = useWork();
  const own = content.operations.findIndex(({ steps }) => steps.some(({ id }) => id === step.id));
  return (
    <fieldset className="grid grid-cols-3 gap-2">
      <legend className="mb-1 text-[17px] font-[650]">{t("before")}</legend>
      {content.operations.slice(own + 1).map((operation) => (
        <Choice key={operation.id} isOn={to === operation.id} onPress={() => onTo(operation.id)}>
          {player("operation", { number: operation.number, title: words(operation.title) })}
        </Choice>
      ))}
    </fieldset>
  );
}

function bodyOf(act: Departing, step: string, said: Said): CommandBody<Departing> {
  const reason = said.reason.trim();
  const permit = said.permit.trim() === "" ? null : said.permit.trim();
  if (act === "deferStep") return { step, to: said.to, reason };
  if (act === "skipStep" || act === "markStepNotApplicable") return { step, reason, permit };
  return { step, reason };
}

function useDeparting(act: Departing, step: Step, said: Said, onDone: () => void) {
  const { state, content } = useWork();
  const acting = useActing();
  const sign = useSecondSignature();
  const [approval, setApproval] = useState<string | null>(null);
  const depart = async () => {
    let asks: string | null = null;
    const done = await acting.run(async (perform) => {
      const outcome = await perform(act, bodyOf(act, step.id, said));
      if (outcome.kind !== "refused" || outcome.refusal.code !== "approval_needed") return outcome;
      asks = outcome.refusal.params.role ?? "quality";
      return { kind: "done" };
    });
    if (asks !== null) setApproval(asks);
    else if (done) onDone();
  };
  const approve = async (badge: string, pin: string) => {
    if (act === "failStep" || plannedStep(content, step.id) === null) return;
    const body = bodyOf(act, step.id, said) as CommandBody<Departure>;
    const shown = departureContent(state, act, body);
    const signed = { type: act, body, shown, badge, pin };
    if (await acting.run((perform) => sign(perform, signed))) onDone();
  };
  const forget = () => {
    acting.setProblem(null);
    setApproval(null);
  };
  return { acting, approval, depart, approve, forget };
}
