"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { LotBar } from "#components/lot-bar";
import { Dialog } from "#components/ui/dialog";
import { balanceOf } from "#lib/travelers/lot-balance.rules";
import { ActFooter } from "./act-footer.tsx";
import { PieceKeys, piecesIn } from "./piece-keys.tsx";
import { useActing, useWork } from "./work-context.tsx";

/** A person counts what lies here; what was scrapped and what left stands in the record and has to fit. */
export function CountLot({ onBack, onClose }: { onBack: () => void; onClose: () => void }) {
  const t = useTranslations("floor.lot.count");
  const { state } = useWork();
  const acting = useActing();
  const [text, setText] = useState("");
  const balance = balanceOf(state);
  const { scrapped, transferredOut } = balance;
  const accepted = piecesIn(text);
  const keep = async () => {
    if (accepted === null) return;
    const body = { accepted, scrapped, transferredOut };
    if (await acting.run((perform) => perform("accountQuantity", body))) onClose();
  };
  return (
    <Dialog
      title={t("title")}
      onClose={onClose}
      dismissable={false}
      className="w-[1000px]"
      footer={
        <ActFooter
          acting={acting}
          label={accepted === null ? t("countFirst") : t("keep", { quantity: accepted })}
          isReady={accepted !== null}
          onBack={onBack}
          onAct={keep}
        />
      }
    >
      <div className="grid grid-cols-[380px_minmax(0,1fr)] gap-7 portrait:grid-cols-1">
        <PieceKeys label={t("here")} text={text} onChange={setText} />
        <section className="grid content-start gap-4">
          <p className="text-[18px] leading-snug">{t("lead")}</p>
          <dl className="grid grid-cols-[1fr_auto] gap-x-6 gap-y-1 text-[18px]">
            <dt className="text-ink-2">{t("scrapped")}</dt>
            <dd className="mono text-right font-[650]">{scrapped}</dd>
            <dt className="text-ink-2">{t("elsewhere")}</dt>
            <dd className="mono text-right font-[650]">{transferredOut}</dd>
          </dl>
          {balance.accepted === null ? null : <LotBar balance={balance} />}
          <ul className="grid gap-1 text-[16px] text-ink-2">
            {state.scraps.map((of) => (
              <li key={`${of.defect}${of.at}`}>
                {t("scrap", {
                  quantity: of.quantity,
                  code: state.defects.find(({ id }) => id === of.defect)?.code ?? "",
                  identification: of.identification,
                  segregation: of.segregation,
                })}
              </li>
            ))}
          </ul>
        </section>
      </div>
    </Dialog>
  );
}
