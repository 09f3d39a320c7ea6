"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { instant, millis } from "#lib/kit/time";
import { type MixInUse, mixesInUse, runningTimers } from "#lib/travelers/clocks.rules";
import { usePlaceLabel } from "./place-chips.tsx";
import { clockText, useNow } from "./use-now.ts";
import { useWork } from "./work-context.tsx";

/** Fifteen minutes before a mix is too old somebody has to hear of it (rule 8). */
const WARN_MS = 15 * 60_000;
const looks = {
  over: "bg-stop-wash text-stop",
  near: "bg-warn-wash text-warn",
  fine: "bg-sunk text-ink",
};
const toneOf = (leftMs: number) => (leftMs < 0 ? "over" : leftMs <= WARN_MS ? "near" : "fine");

/** What runs for this unit, wherever in it somebody is: mixes with what is left of them, timers with their time. */
export function ClockStrip() {
  const t = useTranslations("floor.clock");
  const now = useNow(1000);
  const { state, content } = useWork();
  const mixes = now === null ? [] : mixesInUse(state, content, instant(now));
  const isOver = state.status === "scrapped" || state.status === "cancelled";
  const timers = now === null || isOver ? [] : runningTimers(state);
  return (
    <>
      <Announcement mixes={mixes} />
      {now === null || mixes.length + timers.length === 0 ? null : (
        <ul aria-label={t("running")} className="flex shrink-0 flex-wrap gap-2">
          {mixes.map((mix) => (
            <Mix key={mix.clock.id} mix={mix} />
          ))}
          {timers.map((timer) => (
            <RunningTimer key={timer.id} timer={timer} now={now} />
          ))}
        </ul>
      )}
    </>
  );
}

function Mix({ mix: { clock, leftMs } }: { mix: MixInUse }) {
  const t = useTranslations("floor.clock");
  const tone = toneOf(leftMs);
  return (
    <li className={`rounded px-3 py-1.5 text-[16px] font-[650] ${looks[tone]}`}>
      {clock.clock} <span className="mono">{clock.lot}</span> ·{" "}
      <span className="mono tabular-nums">
        {t(tone === "over" ? "overBy" : "leftOf", { time: clockText(Math.abs(leftMs)) })}
      </span>
    </li>
  );
}

function RunningTimer({
  timer,
  now,
}: {
  timer: ReturnType<typeof runningTimers>[number];
  now: number;
}) {
  const place = usePlaceLabel();
  return (
    <li className="rounded bg-act-wash px-3 py-1.5 text-[16px] font-[650]">
      {place({ ...timer, sample: 1 })} ·{" "}
      <span className="mono tabular-nums">{clockText(now - millis(timer.startedAt))}</span>
    </li>
  );
}

/**
 * Said to whoever doesn't look: only what changes in a region that was there before is announced, so it
 * stands from the start, empty, and its words come after it.
 */
function Announcement({ mixes }: { mixes: readonly MixInUse[] }) {
  const t = useTranslations("floor.clock");
  const words = mixes
    .flatMap(({ clock, leftMs }) => {
      const tone = toneOf(leftMs);
      const of = { clock: clock.clock, lot: clock.lot };
      return tone === "fine" ? [] : [t(tone === "over" ? "isOver" : "isNear", of)];
    })
    .join(" ");
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSaid(words), 200);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}
