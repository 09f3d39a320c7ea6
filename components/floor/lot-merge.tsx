"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Dialog } from "#components/ui/dialog";
import { add } from "#lib/kit/decimal";
import { ActFooter } from "./act-footer.tsx";
import { type FamilyHeard, LotLine } from "./lot-family.tsx";
import { Notice } from "./problem.tsx";
import { ReasonEntry } from "./reason-entry.tsx";
import { useActing, useWork } from "./work-context.tsx";

/** Only what the rules let become one is offered; beside every other lot stands why not. */
export function MergeLots({
  family,
  onBack,
  onClose,
}: {
  family: FamilyHeard;
  onBack: () => void;
  onClose: () => void;
}) {
  const t = useTranslations("floor.lot.merge");
  const words = useTranslations("floor.lot");
  const common = useTranslations("common");
  const { state } = useWork();
  const acting = useActing();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [reason, setReason] = useState("");
  const heard = family === null || family === "silent" ? null : family;
  const tie = heard?.own ?? null;
  const lots = heard?.lots ?? [];
  const isFree = (of: (typeof lots)[number]) => of.why === null && tie === null;
  const from = lots.filter((of) => chosen.includes(of.traveler) && isFree(of));
  const pieces = from.reduce((sum, of) => add(sum, of.remaining), "0");
  const toggle = (id: string) =>
    setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const merge = async () => {
    const body = { from: from.map(({ traveler }) => traveler), reason: reason.trim() };
    if (await acting.run((perform) => perform("mergeTravelers", body))) onClose();
  };
  return (
    <Dialog
      title={t("title", { lot: state.unit.lot ?? "" })}
      onClose={onClose}
      dismissable={false}
      className="w-[1060px]"
      footer={
        <ActFooter
          acting={acting}
          label={from.length === 0 ? t("chooseFirst") : t("keep", { quantity: pieces })}
          isReady={from.length > 0 && reason.trim() !== ""}
          onBack={onBack}
          onAct={merge}
        />
      }
    >
      {tie === null ? null : (
        <Notice tone="warn" role="status">
          {t("tied", { why: common(`mergeWhy.${tie}`) })}
        </Notice>
      )}
      <div className="mt-3 grid grid-cols-2 gap-7 portrait:grid-cols-1">
        <section>
          <p className="mb-3 text-[17px] leading-snug text-ink-2">{t("lead")}</p>
          {lots.length === 0 ? (
            <p className="text-[17px]">
              {family === null
                ? words("looking")
                : family === "silent"
                  ? words("silent")
                  : words("alone")}
            </p>
          ) : null}
          <ul className="grid gap-2">
            {lots.map((of) => (
              <li key={of.traveler}>
                <button
                  type="button"
                  aria-pressed={chosen.includes(of.traveler) && isFree(of)}
                  disabled={!isFree(of)}
                  onClick={() => toggle(of.traveler)}
                  className={`flex min-h-touch w-full items-center gap-3 rounded border-2 px-4 py-2 text-left ${
                    chosen.includes(of.traveler) && isFree(of)
                      ? "border-act bg-act-wash ring-2 ring-act"
                      : isFree(of)
                        ? "border-edge bg-sheet"
                        : "border-rule bg-sunk"
                  }`}
                >
                  <LotLine of={of} />
                  {of.why === null ? null : (
                    <span className="max-w-[11em] text-right text-[15px] leading-tight font-[650] text-warn">
                      {t("notThis", { why: common(`mergeWhy.${of.why}`) })}
                    </span>
                  )}
                </button>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h3 className="mb-2 text-[18px] font-bold">{t("why")}</h3>
          <ReasonEntry list="merge" reason={reason} onChange={setReason} />
        </section>
      </div>
    </Dialog>
  );
}
