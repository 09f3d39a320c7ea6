import type { ComponentType } from "react";
import { later } from "#lib/kit/later";

/** What is unsent and what was refused, for whoever asks. Apart from the other parts: they hold the screens that ask. */
export const syncPanel = later<ComponentType<{ onClose: () => void }>>(async () => {
  const { SyncPanel } = await import("./sync-panel.tsx");
  return SyncPanel;
});
