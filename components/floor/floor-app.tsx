"use client";
import { NextIntlClientProvider } from "next-intl";
import { type ReactNode, Suspense, use, useEffect, useState } from "react";
import { RefusalBooks } from "#components/refusal-text";
import { Logo } from "#components/ui/logo";
import { applyTheme, storedTheme } from "#components/ui/theme-toggle";
import type { Locale } from "#lib/messages/locales";
import { EnrolScreen } from "./enrol-screen.tsx";
import { LanguageContext, useLanguage } from "./language.tsx";
import { LockScreen } from "./lock-screen.tsx";
import { bringAll, keepLocale, localeHere, refusals, shell, words, workScreen } from "./parts.ts";
import { ScanningProvider } from "./scanning.tsx";
import { type Shared, TabletProvider, useTablet } from "./tablet-context.tsx";

// The reader's words are on their way before the page has come to life.
if (typeof document !== "undefined") void words[localeHere()].bring();

export function FloorApp() {
  useEffect(() => applyTheme(storedTheme()), []);
  return (
    <ScanningProvider>
      <TabletProvider waiting={<Waking />}>
        <Speaking>
          <Screens />
        </Speaking>
      </TabletProvider>
    </ScanningProvider>
  );
}

/** The reader's language and the site's clock: a time on the tablet is the time on the wall of the hall. */
function Speaking({ children }: { children: ReactNode }) {
  const { view } = useTablet();
  const [locale, setLocale] = useState<Locale | null>(null);
  const zone = view.session?.site.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  useEffect(() => {
    void words[localeHere()].bring().then(() => setLocale(localeHere()));
  }, []);
  useEffect(() => {
    if (locale !== null) document.documentElement.lang = locale;
  }, [locale]);
  if (locale === null) return <Waking />;
  const change = async (chosen: Locale) => {
    keepLocale(chosen);
    await Promise.all([words[chosen].bring(), refusals[chosen].bring()]);
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

function Screens(): ReactNode {
  const { core, subscribe, view } = useTablet();
  useRestWhenIdle(view.phase !== "starting", { core, subscribe });
  switch (view.phase) {
    case "starting":
      return <Waking />;
    case "not_enrolled":
      return <EnrolScreen />;
    case "locked":
      return <LockScreen />;
    case "ready":
      return (
        <Suspense fallback={<Waking />}>
          <Work />
        </Suspense>
      );
  }
}

/** Its refusals come with it: a reason that is still to be fetched would hide the screen it stands on. */
function Work() {
  const { locale } = useLanguage();
  const WorkScreen = workScreen.here() ?? use(workScreen.bring());
  if (refusals[locale].here() === null) use(refusals[locale].bring());
  return <WorkScreen />;
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

/** What is there before the tablet has read its memory: the mark, and nothing that could be wrong. */
const Waking = () => (
  <main className="grid h-dvh place-items-center" aria-busy>
    <h1 className="flex items-center gap-4 text-[34px] font-extrabold">
      <Logo size={64} /> Buyoff
    </h1>
  </main>
);
