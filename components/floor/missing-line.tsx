"use client";
import { useTranslations } from "next-intl";
import { pendingAt } from "#lib/travelers/buyoffs.rules";
import { openHold } from "#lib/travelers/gates.rules";
import { fieldState, openItems } from "#lib/travelers/progress.rules";
import { useNextSignature } from "./offline-signing.tsx";
import type { Place } from "./place.ts";
import { useWork } from "./work-context.tsx";

/** What is missing, in one line that leads there. */
export function MissingLine({ place, onLead }: { place: Place | null; onLead: () => void }) {
  const said = useMissing(place);
  return (
    <button
      type="button"
      onClick={() => {
        onLead();
        document.getElementById("entry")?.focus();
      }}
      className="min-h-touch min-w-0 flex-1 rounded bg-sunk px-4 text-left text-[17px] leading-tight text-ink-2 max-[1100px]:px-3 max-[1100px]:text-[16px]"
    >
      <b className="text-ink">{said.what}</b> {said.until}
    </button>
  );
}

function useMissing(place: Place | null): { what: string; until: string } {
  const t = useTranslations("floor.missing");
  const types = useTranslations("common.buyoffType");
  const { state, content } = useWork();
  const next = useNextSignature(place);
  if (place === null) {
    const open = openItems(state, content).length;
    return { what: t(open === 0 ? "nothing" : "open", { count: open }), until: "" };
  }
  if (openHold(state, place) !== null) return { what: t("held"), until: "" };
  const now = place.step === null ? undefined : state.steps[place.step];
  if (now?.status === "failed" || now?.status === "not_applicable") {
    return { what: t(now.status === "failed" ? "failed" : "leftOut"), until: "" };
  }
  if (now?.pausedAt != null) return { what: t("paused"), until: "" };
  const until = next === undefined ? t("untilDone") : t("untilBuyoff");
  if (place.step !== null) {
    const { places, gagesMissing } = fieldState(state, content, place.step);
    if (gagesMissing.length > 0) {
      return { what: t("gage", { count: gagesMissing.length }), until: t("thenMeasure") };
    }
    const open = places.filter((one) => one.open !== null);
    const out = open.find((one) => one.open === "out_of_limits")?.reading;
    const covers = state.defects.find((one) => one.reading === out?.id && one.status === "open");
    if (out && covers) {
      const isDecided = covers.dispositions.length > 0;
      return { what: t(isDecided ? "decided" : "waitsForDisposition"), until: "" };
    }
    if (out) return { what: t("outOfLimits"), until: "" };
    if (open.length > 0) return { what: t("values", { count: open.length }), until };
  }
  if (next !== undefined && pendingAt(state, { ...place, requirement: next.id })) {
    return { what: t("pending"), until: "" };
  }
  if (next !== undefined) return { what: t("buyoff", { type: types(next.type) }), until: "" };
  const isDone = place.step !== null && state.steps[place.step]?.status === "complete";
  return { what: t(isDone ? "stepDone" : "confirmDone"), until: "" };
}
