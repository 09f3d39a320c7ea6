import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { LanguageSwitch } from "#components/desk/language-switch";
import { BuyoffMark } from "#components/desk/mark";
import { SignInForm } from "#components/desk/sign-in-form";
import { env } from "#lib/kit/env";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.signIn"))("title") };
}

export default async function SignIn() {
  const t = await getTranslations("desk.signIn");
  return (
    <div className="grid min-h-dvh grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <aside className="sticky top-0 flex h-dvh flex-col justify-between gap-8 bg-(--rail) px-12 py-12 text-(--rail-ink)">
        <Link
          href="/"
          className="flex items-center gap-3 text-[26px] font-extrabold text-(--rail-bright) no-underline focus-visible:outline-(--rail-bright)"
        >
          <span className="text-[#7fd6a4]">
            <BuyoffMark size={34} />
          </span>
          Buyoff
        </Link>
        <p className="max-w-[22ch] text-[30px] leading-snug font-[650] text-(--rail-bright) text-balance">
          {t("claim")}
        </p>
        <div className="flex items-end justify-between gap-6">
          <p className="max-w-[40ch] text-[14px] text-(--rail-ink-2)">{t("recorded")}</p>
          <LanguageSwitch />
        </div>
      </aside>
      <main className="grid content-center px-14 py-10">
        <div className="w-full max-w-[520px]">
          <h1 className="mb-5 text-[30px] font-bold">{t("title")}</h1>
          <SignInForm isDemo={env.BUYOFF_DEMO} />
        </div>
      </main>
    </div>
  );
}
