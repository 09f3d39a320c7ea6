"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, Suspense, useEffect, useState } from "react";
import { Button } from "#components/ui/button";
import { Chip } from "#components/ui/chip";
import { Dialog } from "#components/ui/dialog";
import type { RefusedAct } from "#lib/offline/memory";
import { FREE_BYTES_MIN } from "#lib/offline/photos";
import { type SyncStatus, syncStatus, type UnsentAct } from "#lib/offline/sync";
import { useMomentText } from "./language.tsx";
import { RefusedReason } from "./refused-commands.tsx";
import { useTablet } from "./tablet-context.tsx";

/** What of this tablet's work the server does not have, since when, and what it did not take and why. */
export function SyncPanel({ onClose }: { onClose: () => void }) {
  const t = useTranslations("floor.sync");
  const common = useTranslations("common");
  const { core, subscribe } = useTablet();
  const [status, setStatus] = useState<SyncStatus | null>(null);
  useEffect(() => {
    let isGone = false;
    const read = () =>
      void syncStatus(core).then((of) => {
        if (!isGone) setStatus(of);
      });
    read();
    const stop = subscribe(read);
    return () => {
      isGone = true;
      stop();
    };
  }, [core, subscribe]);
  return (
    <Dialog
      title={t("title")}
      onClose={onClose}
      className="w-[900px]"
      footer={
        <Button className="w-full" onClick={onClose}>
          {common("close")}
        </Button>
      }
    >
      {status === null ? <p aria-busy>{t("reading")}</p> : <Status status={status} />}
    </Dialog>
  );
}

function Status({ status }: { status: SyncStatus }) {
  const t = useTranslations("floor.sync");
  const { view } = useTablet();
  const moment = useMomentText();
  const { unsent, photos, unverified, refused, lastContact } = status;
  const [oldest] = unsent;
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard too.
      tabIndex={0}
      aria-label={t("title")}
      className="grid max-h-[60dvh] gap-6 overflow-auto pr-2 text-[17px] leading-snug"
    >
      <div className="grid gap-1.5">
        <p className="text-[19px] font-[650]">{view.online ? t("online") : t("offline")}</p>
        <p className="text-ink-2">
          {lastContact === null ? t("never") : t("lastContact", { time: moment(lastContact) })}
        </p>
        <ClockLine clock={status.clock} />
        {view.newVersion ? <p>{t("newVersion")}</p> : null}
        {view.unfit === null ? null : (
          <p role="alert" className="font-[650] text-warn">
            {t(`unfit.${view.unfit}`, { count: unsent.length })}
          </p>
        )}
      </div>
      <Part title={t("unsentTitle")}>
        {oldest === undefined && photos.count === 0 ? (
          <p>{t("nothingUnsent")}</p>
        ) : (
          <p>
            {oldest === undefined
              ? null
              : `${t("unsent", { count: unsent.length, since: moment(oldest.at) })} `}
            {photos.count === 0
              ? null
              : `${t("photos", { count: photos.count, megabytes: megabytes(photos.bytes) })} `}
            {t("kept")}
          </p>
        )}
        <Lines>
          {unsent.map((act) => (
            <UnsentLine key={act.id} act={act} />
          ))}
        </Lines>
      </Part>
      {unverified.length === 0 ? null : (
        <Part title={t("unverifiedTitle")}>
          <p>{t("unverified")}</p>
          <Lines>
            {unverified.map((act) => (
              <UnsentLine key={act.id} act={act} />
            ))}
          </Lines>
        </Part>
      )}
      <Part title={t("refusedTitle")}>
        {refused.length === 0 ? <p>{t("nothingRefused")}</p> : <p>{t("refused")}</p>}
        <Lines>
          {refused.map((act) => (
            <RefusedLine key={act.row.commandId} act={act} />
          ))}
        </Lines>
      </Part>
      <StorageLines storage={status.storage} />
    </section>
  );
}

/** What a person would notice: a minute. */
const CLOCK_TOLD_MS = 60_000;

/** How the tablet's clock stands to the plant's: whoever compares it with the wall is told that acts are corrected. */
function ClockLine({ clock }: { clock: SyncStatus["clock"] }) {
  const t = useTranslations("floor.sync");
  if (clock === null) return null;
  const { skewMs, uncertaintyMs } = clock;
  const seconds = Math.max(1, Math.ceil(uncertaintyMs / 1000));
  if (Math.abs(skewMs) < CLOCK_TOLD_MS) {
    return <p className="text-ink-2">{t("clockRight", { seconds })}</p>;
  }
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const off = {
    days: Math.floor(minutes / 1440),
    hours: Math.floor(minutes / 60) % 24,
    minutes: minutes % 60,
    seconds,
  };
  return (
    <p className="font-[650] text-warn">{t(skewMs < 0 ? "clockAhead" : "clockBehind", off)}</p>
  );
}

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="grid gap-2">
    <h3 className="text-[19px] font-bold">{title}</h3>
    {children}
  </section>
);

const Lines = ({ children }: { children: readonly ReactNode[] }) =>
  children.length === 0 ? null : <ul className="border-t-2 border-rule">{children}</ul>;

const lineLook =
  "grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-4 border-b border-rule py-2";

function useActName(): (type: string) => string {
  const t = useTranslations("floor.refused.commands");
  return (type) => (t.has(type) ? t(type) : type);
}

function UnsentLine({ act }: { act: UnsentAct }) {
  const name = useActName();
  const moment = useMomentText();
  return (
    <li className={lineLook}>
      <span>
        <b>{name(act.type)}</b> <span className="mono">{act.unit}</span>
      </span>
      <span className="mono text-[15px] text-ink-2">{moment(act.at)}</span>
    </li>
  );
}

function RefusedLine({ act: { row, unit } }: { act: RefusedAct }) {
  const t = useTranslations("floor.sync");
  const name = useActName();
  return (
    <li className={lineLook}>
      <span>
        <b>{name(row.type)}</b> <span className="mono">{unit}</span>
      </span>
      <Chip tone={row.acknowledgedAt === null ? "warn" : "plain"}>
        {row.acknowledgedAt === null ? t("unseen") : t("seen")}
      </Chip>
      <div className="col-span-full text-[16px]">
        <Suspense>
          <RefusedReason row={row} />
        </Suspense>
      </div>
    </li>
  );
}

function StorageLines({ storage }: { storage: SyncStatus["storage"] }) {
  const t = useTranslations("floor.sync");
  const { isLasting, freeBytes } = storage;
  const isTight = freeBytes !== null && freeBytes <= FREE_BYTES_MIN;
  return (
    <Part title={t("storageTitle")}>
      <p>{isLasting === true ? t("lasting") : t("notLasting")}</p>
      {freeBytes === null ? null : <p>{t("free", { megabytes: megabytes(freeBytes) })}</p>}
      {isTight ? (
        <p className="font-[650] text-warn">
          {t("tight", { megabytes: megabytes(FREE_BYTES_MIN) })}
        </p>
      ) : null}
    </Part>
  );
}

const megabytes = (bytes: number): number => Math.ceil(bytes / (1024 * 1024));
