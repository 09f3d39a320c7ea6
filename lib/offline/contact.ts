import type { Core } from "./core.ts";

export const ASK_EVERY_MS = 15_000;

/**
 * At the lock screen nobody sends and nothing is looked at: nothing else would find out that the server is gone, or
 * there again, or has a new version of the page.
 */
export function keepInTouch(core: Core, stopped: AbortSignal): void {
  const ask = async () => {
    if (core.view().phase !== "locked") return;
    const answer = await core.server.get("/api/health");
    const online = answer.kind !== "silence";
    if (core.view().online !== online) core.set({ online });
  };
  const timer = setInterval(() => void ask(), ASK_EVERY_MS);
  stopped.addEventListener("abort", () => clearInterval(timer));
  // The browser's word is only that it is worth asking: a network need not lead to the plant's server.
  for (const change of ["online", "offline"]) {
    globalThis.addEventListener?.(change, () => void ask(), { signal: stopped });
  }
}
