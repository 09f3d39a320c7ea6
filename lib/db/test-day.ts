import { setTimeout as pause } from "node:timers/promises";
import { dateIn, instant, plusMinutes } from "#lib/kit/time";

/** Today in a zone. Its midnight is waited for where it is so near: what is called today stays today meanwhile. */
export async function aDayThatLasts(zone: string, minutes = 5): Promise<string> {
  const now = () => instant(Date.now());
  while (dateIn(zone, now()) !== dateIn(zone, plusMinutes(now(), minutes))) await pause(1_000);
  return dateIn(zone, now());
}
