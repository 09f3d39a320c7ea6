"use client";
import { useEffect, useState } from "react";
import { clockNow } from "#lib/offline/core";
import { correctedAt, plantNowMs } from "#lib/offline/queue";
import { useTablet } from "./tablet-context.tsx";

/** Somebody may set the clock while a timer runs. */
const SKEW_EVERY_MS = 2_000;

/** The plant's time on this tablet in milliseconds, by its clock and its last known skew; null until that is known. */
export function useNow(everyMs = 250): number | null {
  const { core } = useTablet();
  const [skew, setSkew] = useState<number | null>(null);
  const [now, setNow] = useState(() => core.nowMs());
  useEffect(() => {
    let isGone = false;
    const read = () =>
      void clockNow(core).then((clock) => {
        if (!isGone) setSkew(plantNowMs(clock) - clock.nowMs);
      });
    read();
    const tick = setInterval(() => setNow(core.nowMs()), everyMs);
    const again = setInterval(read, SKEW_EVERY_MS);
    return () => {
      isGone = true;
      clearInterval(tick);
      clearInterval(again);
    };
  }, [core, everyMs]);
  return skew === null ? null : now + skew;
}

/** The same moment as an act that is performed now would carry. */
export function usePlantInstant(): () => Promise<string> {
  const { core } = useTablet();
  return async () => correctedAt(await clockNow(core));
}

const two = (of: number) => String(of).padStart(2, "0");

/** 9:05, 1:02:03: read from across the bench. */
export function clockText(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
