"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, Suspense, use, useState } from "react";
import { AllWords } from "./language.tsx";
import { syncPanel } from "./sync-part.ts";
import { useTablet } from "./tablet-context.tsx";

/** On-line or off-line with what is not yet sent: always on the screen, by shape and word. A tap says more. */
export function Connection() {
  const t = useTranslations("floor.connection");
  const { view } = useTablet();
  const [isOpen, setOpen] = useState(false);
  const waits = view.unsent + view.unsentPhotos;
  const isCalm = view.online && waits + view.unverified === 0;
  return (
    <>
      <span className="relative flex min-h-touch min-w-touch items-center">
        <span
          role="status"
          className={`flex items-center gap-2 text-[15px] leading-tight font-[650] ${isCalm ? "text-ok" : "text-warn"}`}
        >
          <Shape isOnline={view.online} isFull={isCalm} />
          <span>
            {view.online
              ? waits === 0
                ? t("online")
                : t("sending", { count: waits })
              : t("offline", { count: waits })}
            {view.unverified > 0 ? (
              <span className="block text-[13px] font-[550]">
                {t("unverified", { count: view.unverified })}
              </span>
            ) : null}
            {view.newVersion ? (
              <span className="block text-[13px] font-[550] text-ink-2">{t("newVersion")}</span>
            ) : null}
          </span>
        </span>
        <button
          type="button"
          aria-label={t("open")}
          aria-haspopup="dialog"
          onClick={() => setOpen(true)}
          className="absolute inset-0 rounded"
        />
      </span>
      {isOpen ? (
        <Suspense>
          <Panel onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}

function Panel({ onClose }: { onClose: () => void }): ReactNode {
  const SyncPanel = syncPanel.here() ?? use(syncPanel.bring());
  return (
    <AllWords>
      <SyncPanel onClose={onClose} />
    </AllWords>
  );
}

const Shape = ({ isOnline, isFull }: { isOnline: boolean; isFull: boolean }) => (
  <svg
    aria-hidden
    viewBox="0 0 14 14"
    width="14"
    height="14"
    fill="none"
    stroke="currentColor"
    strokeWidth="2.5"
    className="shrink-0"
  >
    {isOnline ? (
      <circle cx="7" cy="7" r="5" fill={isFull ? "currentColor" : "none"} />
    ) : (
      <path d="M7 1.5 12.5 7 7 12.5 1.5 7Z" />
    )}
  </svg>
);
