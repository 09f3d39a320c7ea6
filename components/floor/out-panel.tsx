"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";
import { LimitBand, LimitNumbers } from "#components/ui/limit-band";
import { limitsText } from "#lib/kit/band";
import { DECIMAL } from "#lib/kit/decimal";
import type { Reading } from "#lib/travelers/state.schema";
import { useDecimals } from "./language.tsx";
import { usePlaceLabel } from "./place-chips.tsx";
import { Notice } from "./problem.tsx";
import { useWork } from "./work-context.tsx";

/** A value outside its limits is never accepted here: a defect covers it, or it is measured again. */
export function OutPanel({
  reading,
  isContradicted,
  isWorkable,
  onDefect,
  onAgain,
  onAmend,
}: {
  reading: Reading;
  /** Somebody else, or another gage, has measured it in limits since. */
  isContradicted: boolean;
  isWorkable: boolean;
  onDefect: () => void;
  onAgain: () => void;
  onAmend: () => void;
}) {
  const t = useTranslations("floor.outOfLimits");
  const places = useTranslations("floor.places");
  const shown = useDecimals();
  const label = usePlaceLabel()(reading);
  const { state } = useWork();
  const defect = state.defects.find(
    (one) => one.reading === reading.id && one.status !== "withdrawn",
  );
  // Not every code of a plant's list holds the unit: without one there is none to release.
  const isHeld = state.holds.some((hold) => hold.defect === defect?.id && !hold.released);
  const isWord = reading.value === "fail";
  return (
    <div className="flex flex-1 flex-col gap-3">
      <div className="shrink-0 rounded border-[2.5px] border-stop bg-paper px-3.5 pt-2.5 pb-3">
        <p className="text-[15px] text-ink-2">{label}</p>
        <p className="mono text-[46px] leading-tight font-bold tracking-[-0.03em] text-stop">
          {isWord ? places("fail") : shown(reading.value)}{" "}
          <span className="text-[22px] font-medium tracking-normal">{reading.unit}</span>
        </p>
        {reading.limits === null ? null : (
          <>
            <LimitBand
              value={DECIMAL.test(reading.value) ? reading.value : null}
              limits={reading.limits}
              out
              label={t("label", { limits: limitsText(reading.limits, shown) })}
            />
            <LimitNumbers limits={reading.limits} shown={shown} />
          </>
        )}
      </div>
      {defect === undefined ? (
        <>
          <p className="text-[19px] leading-snug">
            {isContradicted ? t("contradicted") : t("choose")}
          </p>
          {isContradicted ? (
            <Button size="record" onClick={onAmend}>
              {t("amend")}
            </Button>
          ) : isWorkable && !isWord && reading.source !== "calculated" ? (
            <Button size="record" onClick={onAgain}>
              {t("again")}
            </Button>
          ) : null}
          <Button id="entry" tone="stop" size="record" className="mt-auto" onClick={onDefect}>
            {t("defect")}
          </Button>
        </>
      ) : (
        <Notice tone="warn">
          <p className="font-bold">
            {t("covered", { code: defect.code })}{" "}
            <span className="mono">{defect.qms?.number ?? t("noNumber")}</span>
          </p>
          <p className="mt-1">
            {t(defect.dispositions.length === 0 ? "wait" : isHeld ? "dispositioned" : "toCarryOut")}
          </p>
        </Notice>
      )}
    </div>
  );
}
