"use client";
import { useTranslations } from "next-intl";
import { useCallback, useEffect, useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { type CheckedOut, checkedOut, seenTaken } from "#lib/offline/checkouts";
import type { WaitingTraveler } from "#lib/offline/wire.schema";
import { useCheckouts } from "./checkout-entry.tsx";
import { useMomentText } from "./language.tsx";
import { NeedsServer } from "./needs-server.tsx";
import { ServerProblem } from "./problem.tsx";
import { useTablet } from "./tablet-context.tsx";

/** What this tablet has with it, how much of its memory that takes and until when; and what else it could take. */
export function CheckoutsDialog({
  here: { all, read },
  travelers,
  onClose,
}: {
  here: ReturnType<typeof useCheckedOut>;
  travelers: readonly WaitingTraveler[];
  onClose: () => void;
}) {
  const t = useTranslations("floor.checkout");
  const common = useTranslations("common");
  const { core, view } = useTablet();
  const acting = useCheckouts();
  const after = (done: Promise<unknown>) => void done.then(read);
  const others = travelers.filter(({ id }) => !all?.some(({ traveler }) => traveler === id));
  return (
    <Dialog
      title={t("title")}
      onClose={onClose}
      className="w-[960px]"
      footer={
        <Button className="w-full" onClick={onClose} disabled={acting.isBusy}>
          {common("close")}
        </Button>
      }
    >
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard too.
        tabIndex={0}
        aria-label={t("title")}
        className="grid max-h-[60dvh] gap-5 overflow-auto pr-2"
      >
        <p className="text-[17px] leading-snug text-ink-2">{t("explain")}</p>
        {acting.problem === null ? null : <ServerProblem problem={acting.problem} area="act" />}
        <NeedsServer act="checkOut" />
        {all !== null && all.length === 0 ? <p className="text-[19px]">{t("none")}</p> : null}
        <Lines
          all={all ?? []}
          isBusy={acting.isBusy || !view.online}
          onGiveBack={(traveler) => after(acting.giveBack(traveler))}
          onSeen={(traveler) => after(seenTaken(core, traveler))}
        />
        {others.length === 0 ? null : (
          <>
            <h3 className="text-[19px] font-bold">{t("more")}</h3>
            <ul className="border-t-2 border-rule">
              {others.map(({ id, unit, workOrder, checkout }) => (
                <li key={id} className={lineLook}>
                  <span className="min-w-0">
                    <b className="mono text-[20px]">{unit}</b>{" "}
                    <span className="mono text-[15px] text-ink-2">{workOrder}</span>
                    {checkout == null ? null : (
                      <span className="block text-[15px] text-ink-2">
                        {t("has", { tablet: checkout.tablet, station: checkout.station })}
                      </span>
                    )}
                  </span>
                  <Button
                    disabled={acting.isBusy || !view.online || checkout != null}
                    onClick={() => after(acting.takeOut(id))}
                  >
                    {t("takeShort")}
                  </Button>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
    </Dialog>
  );
}

const isToBeSeen = (standing: CheckedOut["standing"]): boolean =>
  standing === "taken" || standing === "ended";

const lineLook =
  "grid min-h-[88px] grid-cols-[minmax(0,1fr)_auto] items-center gap-4 border-b border-rule py-2";

function Lines({
  all,
  isBusy,
  onGiveBack,
  onSeen,
}: {
  all: readonly CheckedOut[];
  isBusy: boolean;
  onGiveBack: (traveler: string) => void;
  onSeen: (traveler: string) => void;
}) {
  const t = useTranslations("floor.checkout");
  const moment = useMomentText();
  if (all.length === 0) return null;
  return (
    <ul className="border-t-2 border-rule">
      {all.map(({ traveler, unit, standing, checkout, reason, since, bytes, missing }) => (
        <li key={traveler} className={lineLook}>
          <span className="min-w-0">
            <b className="mono text-[20px]">{unit}</b>{" "}
            <span className="text-[15px] text-ink-2">
              {t("size", { megabytes: (bytes / (1024 * 1024)).toFixed(1) })}
            </span>
            <span
              className={
                standing === "here" ? "block text-[17px]" : "block text-[17px] font-[650] text-warn"
              }
            >
              {t(`standing.${standing}`, {
                until: moment(checkout?.until ?? since),
                tablet: checkout?.tablet ?? "",
                station: checkout?.station ?? "",
                since: moment(since),
              })}
            </span>
            {missing === 0 || isToBeSeen(standing) ? null : (
              <span className="block text-[17px] font-[650] text-warn">
                {t("missing", { count: missing })}
              </span>
            )}
            {reason !== null && isToBeSeen(standing) ? (
              <span className="block text-[16px]">“{reason}”</span>
            ) : null}
          </span>
          {isToBeSeen(standing) ? (
            <Button onClick={() => onSeen(traveler)}>{t("seen")}</Button>
          ) : (
            <Button disabled={isBusy} onClick={() => onGiveBack(traveler)}>
              {t("giveBack")}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** As the tablet's own memory has them; null: not read yet. */
export function useCheckedOut() {
  const { core, view } = useTablet();
  const [all, setAll] = useState<readonly CheckedOut[] | null>(null);
  const read = useCallback(() => checkedOut(core).then(setAll), [core]);
  const { queue } = view;
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again with each look at the queue.
  useEffect(() => {
    void read();
  }, [read, queue]);
  return { all, read };
}
