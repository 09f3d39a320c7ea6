"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "#components/ui/button";
import type { FamilyLot, LotFamily } from "#lib/offline/wire.schema";
import { useTablet } from "./tablet-context.tsx";
import { useWork } from "./work-context.tsx";

/** Null: not heard yet. "silent": the server alone knows of other lots, and does not answer. */
export type FamilyHeard = LotFamily | "silent" | null;

/** The other lots of the order, asked again whenever this one has moved on. */
export function useLotFamily(): FamilyHeard {
  const { core } = useTablet();
  const { state } = useWork();
  const [family, setFamily] = useState<FamilyHeard>(null);
  const { id, seq } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what this lot did may have changed its family.
  useEffect(() => {
    let isGone = false;
    void core.server.get<LotFamily>(`/api/floor/travelers/${id}/family`).then((answer) => {
      if (!isGone) setFamily(answer.kind === "ok" ? answer.value : "silent");
    });
    return () => {
      isGone = true;
    };
  }, [core, id, seq]);
  return family;
}

export function LotFamilyList({
  family,
  onOpen,
}: {
  family: FamilyHeard;
  onOpen: (traveler: string) => Promise<void>;
}) {
  const t = useTranslations("floor.lot");
  const lots = family === null || family === "silent" ? [] : family.lots;
  return (
    <>
      <h3 className="mt-5 mb-1 text-[18px] font-bold">{t("family")}</h3>
      {lots.length === 0 ? (
        <p className="text-[16px] text-ink-2" aria-live="polite">
          {family === null ? t("looking") : family === "silent" ? t("silent") : t("alone")}
        </p>
      ) : null}
      <ul className="grid max-h-[330px] gap-2 overflow-auto">
        {lots.map((of) => (
          <li
            key={of.traveler}
            className="flex items-center gap-4 rounded border-[1.5px] border-edge bg-sheet py-1.5 pr-1.5 pl-4"
          >
            <LotLine of={of} />
            <Button onClick={() => void onOpen(of.traveler)}>
              {t("openLot")}
              <span className="sr-only"> {of.lot}</span>
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Which lot, how it belongs to this one, how many pieces it has and where it stands. */
export function LotLine({ of }: { of: FamilyLot }) {
  const t = useTranslations("floor.lot");
  const status = useTranslations("common.travelerStatus");
  return (
    <span className="min-w-0 flex-1 leading-snug">
      <b className="mono text-[19px]">{of.lot}</b>{" "}
      <span className="text-[16px]">{t("pieces", { quantity: of.remaining })}</span>
      <span className="block text-[15px] text-ink-2">
        {t(`relation.${of.relation}`)} · {status(of.status)}
        {of.at === null ? null : (
          <>
            {" · "}
            <span className="mono">{of.at.number}</span>
          </>
        )}
      </span>
    </span>
  );
}
