"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";
import { openItems } from "#lib/travelers/progress.rules";
import { useStrayScan } from "./entry-panel.tsx";
import { NeedsServer } from "./needs-server.tsx";
import { EntryProblem } from "./problem-place.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useActing, useWork } from "./work-context.tsx";

/** All steps are done: what is still open, or the one act that closes the unit, by the server's word. */
export function FinishPanel({
  onLeave,
  onBadge,
  onOpen,
  onCount,
}: {
  onLeave: () => void;
  onBadge: (badge: string) => void;
  onOpen: (traveler: string) => Promise<void>;
  onCount: () => void;
}) {
  const t = useTranslations("floor.finish");
  const items = useTranslations("floor.openItems");
  const { view } = useTablet();
  const { state, content } = useWork();
  const { isBusy, problem, setProblem, run } = useActing();
  const stranger = useStrayScan({ onBadge, onOpen });
  const open = openItems(state, content);
  if (state.status !== "in_work" && state.status !== "released") {
    return (
      <div className="mt-auto grid gap-4">
        {stranger}
        <p className="text-[24px] leading-snug font-bold">{t(`closed.${state.status}`)}</p>
        <Button tone="act" size="record" onClick={onLeave}>
          {t("toQueue")}
        </Button>
      </div>
    );
  }
  const waits = view.unsent + view.unsentPhotos;
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3">
      {stranger}
      {open.length === 0 ? (
        <p className="text-[21px] leading-snug font-[650]">{t("ready")}</p>
      ) : (
        <>
          <h2 className="text-[20px] font-bold">{t("open", { count: open.length })}</h2>
          <ul
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard too.
            tabIndex={0}
            aria-label={t("open", { count: open.length })}
            className="min-h-0 flex-1 overflow-auto"
          >
            {open.map((item) => (
              <li
                key={`${item.code}${JSON.stringify(item.params)}`}
                className="border-b border-rule py-2 text-[17px]"
              >
                {items(item.code, item.params)}
              </li>
            ))}
          </ul>
        </>
      )}
      {open.some(({ code }) => code === "quantity_open") ? (
        <Button onClick={onCount}>{t("count")}</Button>
      ) : null}
      {waits === 0 ? null : <p className="text-[17px] text-warn">{t("waits", { count: waits })}</p>}
      <EntryProblem problem={problem} onSeen={() => setProblem(null)} />
      {open.length === 0 ? <NeedsServer act="complete" /> : null}
      <Button
        id="entry"
        tone="act"
        size="record"
        className="mt-auto"
        busy={isBusy}
        disabled={open.length > 0 || !view.online}
        onClick={() => void run((perform) => perform("completeTraveler", {}))}
      >
        {isBusy ? t("asking") : t("complete")}
      </Button>
    </div>
  );
}
