import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { NewPinForm } from "#components/desk/new-pin-form";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.newPin"))("title") };
}

/** Where somebody comes with the code that two others have made for them. */
export default async function NewPin() {
  const t = await getTranslations("desk.newPin");
  return (
    <main className="mx-auto grid min-h-dvh max-w-[460px] content-center gap-5 px-6 py-12">
      <h1 className="text-[28px] font-bold">{t("title")}</h1>
      <p className="text-ink-2">{t("text")}</p>
      <NewPinForm />
    </main>
  );
}
