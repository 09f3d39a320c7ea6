import type { Instant } from "#lib/kit/time";
import {
  betterSample,
  type Reading,
  sampled,
  stepMinMs,
  stepped,
} from "#lib/travelers/tablet-clock.rules";
import { keep, kept, type TabletDb } from "./memory.ts";

/** Whoever has this tablet's memory and its clocks. */
export type Clocks = {
  db: TabletDb;
  nowMs: () => number;
  bootId: string;
  /** The clock that nobody can set; the browser's, where it isn't said. */
  monotonicMs?: () => number;
  /** How long the tablet has slept since this page was opened. */
  sleptMs?: () => number;
};

export const readingOf = ({ nowMs, bootId, monotonicMs }: Omit<Clocks, "db">): Reading => ({
  wallMs: nowMs(),
  monotonicMs: monotonicMs?.() ?? performance.now(),
  bootId,
});

/** When a request leaves; what its answer says of the time is as good as the way there and back was short. */
export const leaving = (clocks: Omit<Clocks, "db">): number => readingOf(clocks).monotonicMs;

/** What the two clocks said to each other at the last contact, kept beside every act that follows. */
export async function keepServerTime(
  clocks: Clocks,
  serverTime: Instant,
  sentMonotonicMs: number,
): Promise<void> {
  const heard = readingOf(clocks);
  const before = await kept(clocks.db, "clock");
  if (before !== null && (before.lastServerContact ?? "") > serverTime) return;
  const known = before?.sample ?? null;
  const better = betterSample(known, sampled({ serverTime, sentMonotonicMs, heard }));
  const sample =
    known !== null && better === known ? known : { ...better, sleptMs: clocks.sleptMs?.() ?? 0 };
  await keep(clocks.db, "clock", { lastServerContact: serverTime, skew: sample.skew, sample });
}

const TICK_MS = 1000;

/**
 * Tells the tablet's sleep, in which many monotonic clocks stand still, from a clock that was set: it
 * sleeps with its screen dark, and whoever sets its clock has this page in the background or in front of
 * them. What the page can't tell, the server finds out when it hears of the act.
 */
export function watchSleep(
  read: () => Reading,
  page: Pick<Document, "visibilityState" | "addEventListener" | "removeEventListener">,
): { sleptMs: () => number; stop: () => void } {
  let slept = 0;
  let last = read();
  let wasHidden = page.visibilityState === "hidden";
  const look = () => {
    const now = read();
    const ahead = stepped(last, now) ?? 0;
    if (wasHidden && ahead > stepMinMs) slept += ahead;
    last = now;
    wasHidden = page.visibilityState === "hidden";
  };
  const tick = setInterval(look, TICK_MS);
  page.addEventListener("visibilitychange", look);
  return {
    sleptMs: () => {
      look();
      return slept;
    },
    stop: () => {
      clearInterval(tick);
      page.removeEventListener("visibilitychange", look);
    },
  };
}
