import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { LanguageSwitch } from "#components/desk/language-switch";
import { BuyoffMark } from "#components/desk/mark";
import { SetUpForm } from "#components/desk/set-up-form";
import { hasSite, needsSetup } from "#lib/people/setup.commands";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.setUp"))("title") };
}

/** Only while nobody is there; afterwards this address is of nothing. */
export default async function SetUp({
  searchParams,
}: {
  searchParams: Promise<{ token?: string }>;
}) {
  if (!(await needsSetup())) notFound();
  const t = await getTranslations("desk.setUp");
  return (
    <main className="mx-auto grid min-h-dvh max-w-[560px] content-center gap-5 px-5 py-8 sm:px-6 sm:py-12">
      <header className="flex items-center justify-between gap-4">
        <p className="flex items-center gap-2.5 text-[22px] font-extrabold">
          <span className="text-ok">
            <BuyoffMark />
          </span>
          Buyoff
        </p>
        <LanguageSwitch dark={false} />
      </header>
      <h1 className="text-[28px] font-bold">{t("title")}</h1>
      <p className="text-ink-2">{t("text")}</p>
      <SetUpForm token={(await searchParams).token ?? ""} asksForSite={!(await hasSite())} />
    </main>
  );
}
