import type { ComponentType } from "react";
import { later } from "#lib/kit/later";
import { locales } from "#lib/messages/locales";
import { ruleBook } from "#lib/offline/rules-part";
import { syncPanel } from "./sync-part.ts";
import { bringWords, localeHere } from "./words-part.ts";

/** What the lock screen does not need: fetched after it, and the words of the reader before the others. */
export const workScreen = later<ComponentType>(async () => {
  const { WorkScreen } = await import("./work-screen.tsx");
  return WorkScreen;
});

/** Keeps the page itself for when there is no network. */
export const shell = later(async () => await import("#lib/offline/shell"));

/** All that is still to come, once somebody sees a screen: by the time the network goes everything is here. */
export async function bringAll(): Promise<void> {
  await Promise.all([
    workScreen.bring(),
    ruleBook.bring(),
    bringWords(localeHere()),
    syncPanel.bring(),
  ]);
  for (const other of locales) await bringWords(other);
}
