"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import type { Exposed } from "#lib/offline/wire.schema";
import { useTablet } from "./tablet-context.tsx";
import { useWork } from "./work-context.tsx";

/** A tool is missing here: which other units were worked on at these stations since the last good count. */
export function ExposedUnits({ defect }: { defect: string }) {
  const t = useTranslations("floor.exposed");
  const common = useTranslations("common");
  const { core } = useTablet();
  const { state } = useWork();
  const [isOpen, setOpen] = useState(false);
  const [units, setUnits] = useState<readonly Exposed[] | null>(null);
  const [isSilent, setSilent] = useState(false);
  useEffect(() => {
    if (!isOpen) return;
    let isGone = false;
    setSilent(false);
    setUnits(null);
    void core.server
      .get<readonly Exposed[]>(`/api/floor/travelers/${state.id}/exposed?defect=${defect}`)
      .then((answer) => {
        if (isGone) return;
        if (answer.kind === "ok") setUnits(answer.value);
        else setSilent(true);
      });
    return () => {
      isGone = true;
    };
  }, [core, defect, isOpen, state.id]);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("show")}</Button>
      {isOpen ? (
        <Dialog
          title={t("title")}
          onClose={() => setOpen(false)}
          className="w-[860px]"
          footer={
            <Button className="w-full" onClick={() => setOpen(false)}>
              {common("close")}
            </Button>
          }
        >
          <p className="mb-3 text-[18px] leading-snug" aria-live="polite">
            {isSilent
              ? t("silent")
              : units === null
                ? t("looking")
                : units.length === 0
                  ? t("none")
                  : t("lead", { count: units.length })}
          </p>
          <ul
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard too.
            tabIndex={0}
            aria-label={t("title")}
            className="grid max-h-[52dvh] grid-cols-2 gap-2 overflow-auto"
          >
            {(units ?? []).map(({ traveler, unit, station }) => (
              <li
                key={traveler}
                className="flex justify-between gap-3 rounded border-[1.5px] border-edge bg-sheet px-3 py-2 text-[18px]"
              >
                <b className="mono">{unit}</b>
                <span className="mono text-[15px] text-ink-2">{station}</span>
              </li>
            ))}
          </ul>
        </Dialog>
      ) : null}
    </>
  );
}
