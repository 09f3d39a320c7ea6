"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import type { Reading } from "#lib/travelers/state.schema";
import { useDecimals } from "./language.tsx";
import { usePlaceLabel } from "./place-chips.tsx";
import { ServerProblem } from "./problem.tsx";
import { ReasonEntry } from "./reason-entry.tsx";
import { useActing, useWork } from "./work-context.tsx";

/** One tap puts a gage out of use in the whole plant; a reason confirms it. Then: what it measured here. */
export function GageDropped({ code, onClose }: { code: string; onClose: () => void }) {
  const t = useTranslations("floor.gage.dropped");
  const common = useTranslations("common");
  const { state } = useWork();
  const { isBusy, problem, run } = useActing();
  const [reason, setReason] = useState("");
  const done = state.quarantines?.findLast((one) => one.code === code);
  const [before] = useState(state.quarantines?.length ?? 0);
  const isDone = done !== undefined && (state.quarantines?.length ?? 0) > before;
  const quarantine = () =>
    run((perform) => perform("quarantineGage", { gage: code, reason: reason.trim() }));
  if (isDone) {
    const measured = state.readings.filter(({ id }) => done.readings.includes(id));
    return (
      <Dialog title={t("doneTitle", { code })} onClose={onClose} className="w-[760px]">
        <p className="text-[19px] leading-snug">{t("done")}</p>
        <Measured readings={measured} />
        <Button tone="act" size="record" className="mt-6 w-full" onClick={onClose}>
          {t("another")}
        </Button>
      </Dialog>
    );
  }
  return (
    <Dialog title={t("title", { code })} onClose={onClose} className="w-[860px]">
      <p className="mb-4 text-[19px] leading-snug">{t("lead")}</p>
      {problem === null ? null : <ServerProblem problem={problem} area="act" />}
      <ReasonEntry list="drop" reason={reason} onChange={setReason} />
      <div className="mt-6 grid grid-cols-[1fr_auto] gap-12">
        <Button
          tone="stop"
          size="record"
          busy={isBusy}
          disabled={reason.trim() === ""}
          onClick={() => void quarantine()}
        >
          {t("confirm", { code })}
        </Button>
        <Button disabled={isBusy} onClick={onClose}>
          {common("cancel")}
        </Button>
      </div>
    </Dialog>
  );
}

/** What the gage measured on this unit: in doubt until quality has looked at it. */
function Measured({ readings }: { readings: readonly Reading[] }) {
  const t = useTranslations("floor.gage.dropped");
  const label = usePlaceLabel();
  const shown = useDecimals();
  if (readings.length === 0) return <p className="mt-3 text-[17px] text-ink-2">{t("nothing")}</p>;
  return (
    <>
      <p className="mt-4 mb-1 text-[17px] font-[650]">
        {t("measured", { count: readings.length })}
      </p>
      <ul
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard too.
        tabIndex={0}
        aria-label={t("measured", { count: readings.length })}
        className="grid max-h-64 gap-1 overflow-auto"
      >
        {readings.map((reading) => (
          <li
            key={reading.id}
            className="flex justify-between gap-4 rounded border-[1.5px] border-warn bg-warn-wash px-3 py-2 text-[17px]"
          >
            <span>{label(reading)}</span>
            <b className="mono">
              {shown(reading.value)} {reading.unit}
            </b>
          </li>
        ))}
      </ul>
      <p className="mt-2 text-[16px] text-ink-2">{t("doubt")}</p>
    </>
  );
}
