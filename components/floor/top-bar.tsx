"use client";
import { useTranslations } from "next-intl";
import { operationProgress } from "#lib/travelers/progress.rules";
import { Connection } from "./connection.tsx";
import { useWords } from "./language.tsx";
import { LotButton } from "./lot-button.tsx";
import { PersonButton } from "./person-menu.tsx";
import { useWork } from "./work-context.tsx";

/** Unit, revision, progress, connection and person: the same on every step. */
export function TopBar({
  onLeave,
  onLot,
  current,
}: {
  onLeave: () => void;
  onLot: () => void;
  current: string | null;
}) {
  const t = useTranslations("floor.player");
  const words = useWords();
  const { state, content } = useWork();
  const unit = state.unit.serial ?? state.unit.lot ?? "";
  return (
    <header className="col-span-full flex min-w-0 items-center gap-5 border-b-2 border-rule bg-sheet pr-4 max-[1100px]:gap-3.5">
      <button
        type="button"
        onClick={onLeave}
        className="flex h-full min-w-touch items-center gap-3 border-r-2 border-rule px-4 active:bg-sunk"
      >
        <svg
          aria-hidden
          viewBox="0 0 20 20"
          width="22"
          height="22"
          fill="none"
          stroke="currentColor"
          strokeWidth="2.6"
        >
          <path d="M12.5 3.5 6 10l6.5 6.5" strokeLinecap="round" strokeLinejoin="round" />
        </svg>
        <b
          className={`mono tracking-[-0.01em] ${unit.length > 12 ? "text-[18px]" : "text-[26px]"}`}
        >
          {unit}
        </b>
        <span className="sr-only">{t("toQueue")}</span>
      </button>
      <LotButton onOpen={onLot} />
      <p className="w-[20em] max-w-[34%] shrink-[2] text-[14px] leading-[1.2] text-ink-2 max-[1100px]:w-[15em]">
        <span className="line-clamp-2">
          <span className="mono">{content.part.number}</span> {words(content.part.name)}
        </span>
        <span className="mono block truncate">
          <b className="text-ink">
            {content.number} {t("revision", { revision: content.revision })}
          </b>
        </span>
      </p>
      <Operations current={current} />
      <Connection />
      <PersonButton />
    </header>
  );
}

function Operations({ current }: { current: string | null }) {
  const t = useTranslations("floor.player");
  const { state, content } = useWork();
  const progress = operationProgress(state, content);
  const at = progress.findIndex(({ operation }) => operation === current) + 1;
  const ink = {
    complete: "bg-ok",
    on_hold: "hatched border border-edge",
    in_work: "bg-act-wash",
    not_started: "bg-sunk",
  } as const;
  return (
    <div
      role="img"
      aria-label={t("progress", {
        at: String(at),
        total: String(progress.length),
        done: progress.filter(({ status }) => status === "complete").length,
      })}
      className="flex min-w-0 flex-1 gap-1 overflow-hidden max-[900px]:invisible"
    >
      {progress.map(({ operation, status, done, total }) => (
        <span
          key={operation}
          className={`h-3 flex-1 rounded-[3px] ${operation === current ? "bg-act" : done === total && status === "on_hold" ? "bg-ok" : ink[status]} ${status === "not_started" && operation !== current ? "border border-edge" : ""}`}
        />
      ))}
    </div>
  );
}
