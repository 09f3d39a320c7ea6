"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import type { CommandBody } from "#lib/travelers/schema";
import type { Installation } from "#lib/travelers/state.schema";
import { ServerProblem } from "./problem.tsx";
import { Choice, ReasonEntry } from "./reason-entry.tsx";
import { useClock } from "./step-story.tsx";
import { useActing, usePeople, useWork } from "./work-context.tsx";

type Condition = CommandBody<"removeComponent">["condition"];
const conditions: readonly Condition[] = ["serviceable", "suspect", "scrap"];

/** What sits in a place; behind a second tap the way to take it out. */
export function InstallationDialog({
  installation,
  isComingOut = false,
  onClose,
}: {
  installation: Installation;
  /** Opened to take it out: nothing to look at first. */
  isComingOut?: boolean;
  onClose: () => void;
}) {
  const t = useTranslations("floor.installation");
  const common = useTranslations("common");
  const [isRemoving, setRemoving] = useState(isComingOut);
  if (isRemoving) return <Removal installation={installation} onClose={onClose} />;
  return (
    <Dialog
      title={t("title")}
      onClose={onClose}
      className="w-[720px]"
      footer={
        <Button className="w-full" onClick={onClose}>
          {common("close")}
        </Button>
      }
    >
      <Known installation={installation} />
      <Button size="record" className="mt-6 w-full" onClick={() => setRemoving(true)}>
        {t("takeOut")}
        <span className="block text-[15px] font-medium text-ink-2">{t("takeOutLead")}</span>
      </Button>
    </Dialog>
  );
}

function Known({ installation }: { installation: Installation }) {
  const t = useTranslations("floor.installation");
  const clock = useClock();
  const people = usePeople();
  const { part, serial, lot, alternateFor, quantity, person, at } = installation;
  return (
    <>
      <p className="mono text-[28px] leading-tight font-bold wrap-anywhere">{serial ?? lot}</p>
      <p className="mt-1 text-[18px] text-ink-2">
        <span className="mono text-ink">
          {part} × {quantity}
        </span>
        {alternateFor === null ? "" : ` · ${t("alternateFor", { part: alternateFor })}`}
        <br />
        {t("by", { name: people(person).name, time: clock(at) })}
      </p>
    </>
  );
}

/** Why, in what condition, and where it goes: three answers, none of them typed where a list will do. */
function Removal({ installation, onClose }: { installation: Installation; onClose: () => void }) {
  const t = useTranslations("floor.installation");
  const common = useTranslations("common");
  const { state } = useWork();
  const { isBusy, problem, run } = useActing();
  const [reason, setReason] = useState("");
  const [condition, setCondition] = useState<Condition | null>(null);
  const takeOut = async () => {
    if (condition === null) return;
    const to = t(`destination.${condition}`);
    const body = { installation: installation.id, reason: reason.trim(), condition, to };
    if (await run((perform) => perform("removeComponent", body))) onClose();
  };
  return (
    <Dialog
      title={t("removalTitle", { unit: state.unit.serial ?? state.unit.lot ?? "" })}
      onClose={onClose}
      dismissable={false}
      className="w-[900px]"
      footer={
        <div className="flex justify-between gap-10">
          <Button onClick={onClose} disabled={isBusy}>
            {common("back")}
          </Button>
          <Button
            tone="stop"
            size="record"
            className="min-w-72"
            busy={isBusy}
            disabled={reason.trim() === "" || condition === null}
            onClick={() => void takeOut()}
          >
            {t("takeOut")}
          </Button>
        </div>
      }
    >
      <div className="grid gap-4">
        <Known installation={installation} />
        {problem === null ? null : <ServerProblem problem={problem} area="act" />}
        <h3 className="text-[18px] font-bold">{t("why")}</h3>
        <ReasonEntry list="remove" reason={reason} onChange={setReason} />
        <h3 className="text-[18px] font-bold">{t("condition")}</h3>
        <fieldset className="grid grid-cols-3 gap-2" aria-label={t("condition")}>
          {conditions.map((one) => (
            <Choice key={one} isOn={condition === one} onPress={() => setCondition(one)}>
              {t(`conditions.${one}`)}
              <span className="block text-[15px] font-medium text-ink-2">
                {t(`destination.${one}`)}
              </span>
            </Choice>
          ))}
        </fieldset>
      </div>
    </Dialog>
  );
}
