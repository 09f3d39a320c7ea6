"use client";
import { useTranslations } from "next-intl";
import { compare } from "#lib/kit/decimal";
import { balanceOf, isLot } from "#lib/travelers/lot-balance.rules";
import { useWork } from "./work-context.tsx";

/** How many pieces lie here, and which lot they came from; behind it all that is done with a lot. */
export function LotButton({ onOpen }: { onOpen: () => void }) {
  const t = useTranslations("floor.lot");
  const { state, packet } = useWork();
  if (!isLot(state)) return null;
  const { remaining, started } = balanceOf(state);
  const parent = packet.parentLot ?? null;
  return (
    <button
      type="button"
      onClick={onOpen}
      className="flex min-h-[60px] max-w-[13em] shrink-0 flex-col justify-center rounded border-2 border-edge bg-sheet px-3 text-left leading-tight active:bg-sunk"
    >
      <b className="mono text-[17px]">
        {compare(remaining, started) === 0
          ? t("pieces", { quantity: remaining })
          : t("piecesOf", { quantity: remaining, started })}
      </b>
      <span className="max-w-full truncate text-[13px] text-ink-2">
        {parent !== null
          ? t("cameFrom", { lot: parent })
          : state.splits.length > 0
            ? t("splitInto", { count: state.splits.length })
            : t("open")}
      </span>
    </button>
  );
}
