import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { LanguageSwitch } from "#components/desk/language-switch";
import { Link } from "#components/desk/link";
import { BuyoffMark } from "#components/desk/mark";
import { SignInForm } from "#components/desk/sign-in-form";
import { env } from "#lib/kit/env";
import { returnPath } from "#lib/kit/return-path";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.signIn"))("title") };
}

export default async function SignIn({
  searchParams,
}: {
  searchParams: Promise<{ to?: string | string[] }>;
}) {
  const t = await getTranslations("desk.signIn");
  return (
    <div className="grid min-h-dvh grid-cols-1 content-start min-[860px]:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)] min-[860px]:content-stretch">
      <aside className="flex flex-col justify-between gap-4 bg-(--rail) px-5 py-5 min-[860px]:sticky min-[860px]:top-0 min-[860px]:h-dvh min-[860px]:gap-8 min-[860px]:px-12 min-[860px]:py-12 text-(--rail-ink)">
        <Link
          href="/"
          className="flex items-center gap-3 text-[26px] font-extrabold text-(--rail-bright) no-underline focus-visible:outline-(--rail-bright)"
        >
          <span className="text-[#7fd6a4]">
            <BuyoffMark size={34} />
          </span>
          Buyoff
        </Link>
        <p className="max-w-[22ch] text-[20px] leading-snug font-[650] text-(--rail-bright) text-balance min-[860px]:text-[30px]">
          {t("claim")}
        </p>
        <div className="flex items-end justify-between gap-6">
          <p className="max-w-[40ch] text-[14px] text-(--rail-ink-2)">{t("recorded")}</p>
          <LanguageSwitch />
        </div>
      </aside>
      <main className="grid content-center px-5 py-7 min-[860px]:px-14 min-[860px]:py-10">
        <div className="w-full max-w-[520px]">
          <h1 className="mb-5 text-[30px] font-bold">{t("title")}</h1>
          <SignInForm isDemo={env.BUYOFF_DEMO} to={returnPath((await searchParams).to)} />
        </div>
      </main>
    </div>
  );
}
