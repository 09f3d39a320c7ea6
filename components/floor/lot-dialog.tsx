"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { LotBar } from "#components/lot-bar";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { balanceOf } from "#lib/travelers/lot-balance.rules";
import { onlineOnly } from "#lib/travelers/online-only.rules";
import { permissions } from "#lib/travelers/permissions.rules";
import type { CommandType } from "#lib/travelers/schema";
import { CountLot } from "./lot-count.tsx";
import { LotFamilyList, useLotFamily } from "./lot-family.tsx";
import { MergeLots } from "./lot-merge.tsx";
import { AssignSerials } from "./lot-serials.tsx";
import { SplitLot } from "./lot-split.tsx";
import { NeedsServer } from "./needs-server.tsx";
import { Notice } from "./problem.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useWork } from "./work-context.tsx";

export type LotPage = "lot" | "split" | "merge" | "count" | "serials";

const acts = [
  ["split", "splitTraveler"],
  ["merge", "mergeTravelers"],
  ["count", "accountQuantity"],
  ["serials", "assignSerials"],
] as const satisfies readonly (readonly [LotPage, CommandType])[];

const isOpen = (status: string) => ["released", "in_work", "on_hold"].includes(status);

/** All that is done with a lot as a lot: where its pieces are, its family, and the four acts of whoever leads. */
export function LotDialog({
  page: first,
  onClose,
  onOpen,
}: {
  page: LotPage;
  onClose: () => void;
  onOpen: (traveler: string) => Promise<void>;
}) {
  const t = useTranslations("floor.lot");
  const common = useTranslations("common");
  const { state, signedIn } = useWork();
  const { view } = useTablet();
  const [page, setPage] = useState<LotPage>(first);
  const family = useLotFamily();
  const back = () => setPage("lot");
  const lot = state.unit.lot ?? "";
  if (page === "split") return <SplitLot onBack={back} onClose={onClose} onOpen={onOpen} />;
  if (page === "merge") return <MergeLots family={family} onBack={back} onClose={onClose} />;
  if (page === "count") return <CountLot onBack={back} onClose={onClose} />;
  if (page === "serials") return <AssignSerials onBack={back} onClose={onClose} />;
  const mine = acts.filter(([, command]) =>
    signedIn.person.roles.some((role) => permissions[command].includes(role)),
  );
  const offered = mine.filter(([one]) =>
    one === "serials" ? state.serials.length === 0 : isOpen(state.status),
  );
  return (
    <Dialog
      title={t("title", { lot })}
      onClose={onClose}
      className="w-[1060px]"
      footer={
        <Button className="w-full" onClick={onClose}>
          {common("close")}
        </Button>
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)_340px] gap-7 portrait:grid-cols-1">
        <section className="min-w-0">
          <LotBar balance={balanceOf(state)} />
          <LotFamilyList family={family} onOpen={onOpen} />
          {state.serials.length === 0 ? null : (
            <>
              <h3 className="mt-5 text-[18px] font-bold">{t("serialsTitle")}</h3>
              <p className="mono max-h-32 overflow-auto text-[16px] leading-snug">
                {state.serials.join(", ")}
              </p>
            </>
          )}
        </section>
        <section className="grid content-start gap-3">
          {mine.length === 0 ? (
            <Notice tone="warn" role="status">
              {t("leads")}
            </Notice>
          ) : null}
          {mine.length === 0 ? null : <NeedsServer act="lot" />}
          {offered.map(([one, command]) => (
            <Button
              key={one}
              size="record"
              className="text-left"
              disabled={!view.online && onlineOnly.has(command)}
              onClick={() => setPage(one)}
            >
              {t(`${one}.open`)}
              <span className="block text-[15px] font-medium text-ink-2">{t(`${one}.about`)}</span>
            </Button>
          ))}
        </section>
      </div>
    </Dialog>
  );
}
