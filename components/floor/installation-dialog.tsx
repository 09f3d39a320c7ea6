"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import type { CommandBody } from "#lib/travelers/schema";
import type { Installation } from "#lib/travelers/state.schema";
import { useLanguage } from "./language.tsx";
import { ServerProblem } from "./problem.tsx";
import { Choice, ReasonEntry } from "./reason-entry.tsx";
import { useActing, usePeople, useWork } from "./work-context.tsx";

type Condition = CommandBody<"removeComponent">["condition"];
const conditions: readonly Condition[] = ["serviceable", "suspect", "scrap"];

/** What sits in a place, and the way to take it out: why, in what condition, and where it goes. */
export function InstallationDialog({
  installation,
  onClose,
}: {
  installation: Installation;
  onClose: () => void;
}) {
  const t = useTranslations("floor.installation");
  const common = useTranslations("common");
  const { packet } = useWork();
  const { locale } = useLanguage();
  const people = usePeople();
  const { isBusy, problem, run } = useActing();
  const [reason, setReason] = useState("");
  const [condition, setCondition] = useState<Condition | null>(null);
  const at = new Intl.DateTimeFormat(locale, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: packet.site.timeZone,
  }).format(new Date(installation.at));
  const takeOut = async () => {
    if (condition === null) return;
    const to = t(`destination.${condition}`);
    const body = { installation: installation.id, reason: reason.trim(), condition, to };
    if (await run((perform) => perform("removeComponent", body))) onClose();
  };
  return (
    <Dialog title={t("title")} onClose={onClose} dismissable={false} className="w-[900px]">
      <div className="grid gap-4">
        <p className="text-[18px] text-ink-2">
          <b className="mono text-[22px] text-ink">
            {installation.part} · {installation.serial ?? installation.lot}
          </b>
          <br />
          {t("by", { name: people(installation.person).name, time: at })}
        </p>
        {problem === null ? null : <ServerProblem problem={problem} area="act" />}
        <h3 className="text-[18px] font-bold">{t("why")}</h3>
        <ReasonEntry list="remove" reason={reason} onChange={setReason} />
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
        <div className="flex justify-between gap-10">
          <Button onClick={onClose}>{common("back")}</Button>
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
      </div>
    </Dialog>
  );
}
