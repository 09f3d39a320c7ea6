"use client";
import { NextIntlClientProvider } from "next-intl";
import { type ReactNode, Suspense, use, useEffect, useState } from "react";
import { RefusalBooks } from "#components/refusal-text";
import { applyTheme, storedTheme } from "#components/ui/theme-toggle";
import type { Locale } from "#lib/messages/locales";
import { noteFirstScreen } from "#lib/offline/waking";
import { EnrolScreen } from "./enrol-screen.tsx";
import { AllWords, LanguageContext, useLanguage } from "./language.tsx";
import { LockScreen } from "./lock-screen.tsx";
import { bringAll, shell, workScreen } from "./parts.ts";
import { ScanningProvider, useHearOn } from "./scanning.tsx";
import { type Shared, TabletProvider, useTablet } from "./tablet-context.tsx";
import { Mark } from "./waking.tsx";
import { bringWords, keepLocale, localeHere, refusals, words } from "./words-part.ts";

// The reader's words are on their way before the page has come to life.
if (typeof document !== "undefined") void words[localeHere()].bring();

/** `waking`: what stands there until the tablet has read its memory; made by the server, in both languages. */
export function FloorApp({ waking }: { waking: ReactNode }) {
  useEffect(() => applyTheme(storedTheme()), []);
  return (
    <ScanningProvider>
      <TabletProvider waiting={waking}>
        <Speaking waking={waking}>
          <Screens waking={waking} />
        </Speaking>
      </TabletProvider>
    </ScanningProvider>
  );
}

/** The reader's language and the site's clock: a time on the tablet is the time on the wall of the hall. */
function Speaking({ waking, children }: { waking: ReactNode; children: ReactNode }) {
  const { view } = useTablet();
  const [locale, setLocale] = useState<Locale | null>(null);
  const zone = view.session?.site.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  useEffect(() => {
    void words[localeHere()].bring().then(() => setLocale(localeHere()));
  }, []);
  useEffect(() => {
    if (locale !== null) document.documentElement.lang = locale;
  }, [locale]);
  if (locale === null) return waking;
  const change = async (chosen: Locale) => {
    keepLocale(chosen);
    await bringWords(chosen);
    // Chosen again while these words were on their way: the last choice holds.
    if (chosen === localeHere()) setLocale(chosen);
  };
  return (
    <LanguageContext value={{ locale, change: (to) => void change(to) }}>
      <NextIntlClientProvider locale={locale} messages={words[locale].here()} timeZone={zone}>
        <RefusalBooks value={bookOf}>{children}</RefusalBooks>
      </NextIntlClientProvider>
    </LanguageContext>
  );
}

const bookOf = (locale: Locale) => refusals[locale].here() ?? refusals[locale].bring();

function Screens({ waking }: { waking: ReactNode }): ReactNode {
  const { core, subscribe, view } = useTablet();
  const { locale } = useLanguage();
  const hearOn = useHearOn();
  useRestWhenIdle(view.phase !== "starting", { core, subscribe });
  useEffect(() => {
    if (view.phase === "starting") return;
    noteFirstScreen(view.phase === "locked" ? locale : null);
    hearOn();
  }, [view.phase, locale, hearOn]);
  switch (view.phase) {
    case "starting":
      return waking;
    case "not_enrolled":
      return <EnrolScreen />;
    case "locked":
      return <LockScreen />;
    case "ready":
      return (
        <Suspense fallback={onItsWay}>
          <Work />
        </Suspense>
      );
  }
}

const onItsWay = (
  <main aria-busy>
    <Mark />
  </main>
);

/** Its refusals come with it: a reason that is still to be fetched would hide the screen it stands on. */
function Work() {
  const { locale } = useLanguage();
  const WorkScreen = workScreen.here() ?? use(workScreen.bring());
  if (refusals[locale].here() === null) use(refusals[locale].bring());
  return (
    <AllWords>
      <WorkScreen />
    </AllWords>
  );
}

/** Once the first screen is up: while somebody finds their badge, all that comes after it is fetched and kept. */
function useRestWhenIdle(isShown: boolean, tablet: Pick<Shared, "core" | "subscribe">): void {
  const { core, subscribe } = tablet;
  useEffect(() => {
    if (!isShown) return;
    const bring = () => void bringAndKeep({ core, subscribe });
    // Safari has no idle callback.
    if (typeof requestIdleCallback === "undefined") setTimeout(bring, 100);
    else requestIdleCallback(bring, { timeout: 1000 });
  }, [isShown, core, subscribe]);
}

async function bringAndKeep(tablet: Pick<Shared, "core" | "subscribe">): Promise<void> {
  await bringAll();
  const { keepShell } = await shell.bring();
  await keepShell(tablet);
}
