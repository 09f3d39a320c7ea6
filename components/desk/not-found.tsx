import { getTranslations } from "next-intl/server";
import { Link } from "#components/desk/link";

/** The same for what does not exist and what this person may not know of. It leads only where they may go. */
export async function NotFound({ reader }: { reader: "stranger" | "at_home" | "without_room" }) {
  const t = await getTranslations("desk.notFound");
  const hasRoom = reader !== "without_room";
  const link = "font-[650] text-act underline underline-offset-4";
  return (
    <main className="grid min-h-[70vh] content-center justify-items-start gap-4 px-5 py-12 sm:px-8">
      <h1 className="text-[28px] font-bold">{hasRoom ? t("title") : t("noRoomTitle")}</h1>
      <p className="max-w-[60ch] text-ink-2">{hasRoom ? t("text") : t("noRoomText")}</p>
      {reader === "stranger" ? (
        <Link href="/" className={link}>
          {t("goHome")}
        </Link>
      ) : (
        <Link href={hasRoom ? "/travelers" : "/"} className={link}>
          {hasRoom ? t("go") : t("goWaiting")}
        </Link>
      )}
    </main>
  );
}
