import Link from "next/link";
import { getTranslations } from "next-intl/server";

/** The same for what does not exist and what this person may not know of. */
export async function NotFound() {
  const t = await getTranslations("desk.notFound");
  return (
    <main className="grid min-h-[70vh] content-center justify-items-start gap-4 px-8 py-12">
      <h1 className="text-[28px] font-bold">{t("title")}</h1>
      <p className="max-w-[60ch] text-ink-2">{t("text")}</p>
      <Link href="/travelers" className="font-[650] text-act underline underline-offset-4">
        {t("go")}
      </Link>
    </main>
  );
}
