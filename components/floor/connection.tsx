"use client";
import { useTranslations } from "next-intl";
import { useTablet } from "./tablet-context.tsx";

/** On-line or off-line with what is not yet sent: always on the screen, by shape and word. */
export function Connection() {
  const t = useTranslations("floor.connection");
  const { view } = useTablet();
  const waits = view.unsent + view.unsentPhotos;
  const isCalm = view.online && waits === 0;
  return (
    <span
      role="status"
      className={`flex items-center gap-2 text-[15px] leading-tight font-[650] ${isCalm ? "text-ok" : "text-warn"}`}
    >
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
        {view.online ? (
          <circle cx="7" cy="7" r="5" fill={isCalm ? "currentColor" : "none"} />
        ) : (
          <path d="M7 1.5 12.5 7 7 12.5 1.5 7Z" />
        )}
      </svg>
      {view.online
        ? waits === 0
          ? t("online")
          : t("sending", { count: waits })
        : t("offline", { count: waits })}
    </span>
  );
}
