"use client";
import { NextIntlClientProvider } from "next-intl";
import { type ReactNode, useEffect, useState } from "react";
import { Logo } from "#components/ui/logo";
import { applyTheme, storedTheme } from "#components/ui/theme-toggle";
import { type Locale, localeFrom, locales } from "#lib/messages/locales";
import enCommon from "../../lib/messages/en/common.json";
import enFloor from "../../lib/messages/en/floor.json";
import esCommon from "../../lib/messages/es/common.json";
import esFloor from "../../lib/messages/es/floor.json";
import { EnrolScreen } from "./enrol-screen.tsx";
import { LanguageContext } from "./language.tsx";
import { LockScreen } from "./lock-screen.tsx";
import { ScanningProvider } from "./scanning.tsx";
import { TabletProvider, useTablet } from "./tablet-context.tsx";
import { WorkScreen } from "./work-screen.tsx";

/** The words come along with the page, so that it speaks without a server. */
const words = {
  en: { common: enCommon, floor: enFloor },
  es: { common: esCommon, floor: esFloor },
};
const LOCALE_KEY = "buyoff-locale";

export function FloorApp() {
  const [locale, setLocale] = useState<Locale | null>(null);
  useEffect(() => {
    const stored = localStorage.getItem(LOCALE_KEY);
    applyTheme(storedTheme());
    setLocale(locales.find((known) => known === stored) ?? localeFrom(navigator.languages));
  }, []);
  useEffect(() => {
    if (locale !== null) document.documentElement.lang = locale;
  }, [locale]);
  if (locale === null) return <Waking />;
  const change = (chosen: Locale) => {
    localStorage.setItem(LOCALE_KEY, chosen);
    setLocale(chosen);
  };
  return (
    <LanguageContext value={{ locale, change }}>
      <ScanningProvider>
        <TabletProvider waiting={<Waking />}>
          <Speaking locale={locale}>
            <Screens />
          </Speaking>
        </TabletProvider>
      </ScanningProvider>
    </LanguageContext>
  );
}

/** The reader's language and the site's clock: a time on the tablet is the time on the wall of the hall. */
function Speaking({ locale, children }: { locale: Locale; children: ReactNode }) {
  const { view } = useTablet();
  const zone = view.session?.site.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <NextIntlClientProvider locale={locale} messages={words[locale]} timeZone={zone}>
      {children}
    </NextIntlClientProvider>
  );
}

function Screens(): ReactNode {
  const { view } = useTablet();
  switch (view.phase) {
    case "starting":
      return <Waking />;
    case "not_enrolled":
      return <EnrolScreen />;
    case "locked":
      return <LockScreen />;
    case "ready":
      return <WorkScreen />;
  }
}

/** What is there before the tablet has read its memory: the mark, and nothing that could be wrong. */
const Waking = () => (
  <main className="grid h-dvh place-items-center" aria-busy>
    <h1 className="flex items-center gap-4 text-[34px] font-extrabold">
      <Logo size={64} /> Buyoff
    </h1>
  </main>
);
