import type { ComponentType } from "react";
import { later } from "#lib/kit/later";
import { type Locale, localeFrom, locales } from "#lib/messages/locales";
import type { RefusalBook } from "#lib/messages/refusal-words";
import { syncPanel } from "./sync-part.ts";

const LOCALE_KEY = "buyoff-locale";

/** What the lock screen does not need, and the words of the reader alone: fetched one after the other. */
export const workScreen = later<ComponentType>(async () => {
  const { WorkScreen } = await import("./work-screen.tsx");
  return WorkScreen;
});

/** Keeps the page itself for when there is no network. */
export const shell = later(async () => await import("#lib/offline/shell"));

export const words = {
  en: later(async () => (await import("../../lib/messages/en/tablet.ts")).words),
  es: later(async () => (await import("../../lib/messages/es/tablet.ts")).words),
};

export const refusals = {
  en: later<RefusalBook>(async () => (await import("../../lib/messages/en/refusals.json")).default),
  es: later<RefusalBook>(async () => (await import("../../lib/messages/es/refusals.json")).default),
};

/** What was chosen on this tablet, else what its browser asks for. */
export function localeHere(): Locale {
  const stored = localStorage.getItem(LOCALE_KEY);
  return locales.find((known) => known === stored) ?? localeFrom(navigator.languages);
}
export const keepLocale = (locale: Locale): void => localStorage.setItem(LOCALE_KEY, locale);

/** All that is still to come, once somebody sees a screen: by the time the network goes everything is here. */
export async function bringAll(): Promise<void> {
  const here = localeHere();
  await Promise.all([workScreen.bring(), refusals[here].bring(), syncPanel.bring()]);
  for (const other of locales) {
    await words[other].bring();
    await refusals[other].bring();
  }
}
