import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { SetUpForm } from "#components/desk/set-up-form";
import { needsSetup } from "#lib/people/setup.commands";

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
    <main className="mx-auto grid min-h-dvh max-w-[560px] content-center gap-5 px-6 py-12">
      <h1 className="text-[28px] font-bold">{t("title")}</h1>
      <p className="text-ink-2">{t("text")}</p>
      <SetUpForm token={(await searchParams).token ?? ""} />
    </main>
  );
}
