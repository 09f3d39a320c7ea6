import { useTranslations } from "next-intl";
import { LanguageSwitch } from "#components/desk/language-switch";
import { BuyoffMark } from "#components/desk/mark";

function Way({ href, title, text, go }: { href: string; title: string; text: string; go: string }) {
  return (
    // A plain link: the tablet and the desk are two documents with layouts of their own.
    <a
      href={href}
      className="group grid content-start gap-3 rounded-[14px] border-2 border-rule bg-sheet p-7 text-ink no-underline hover:border-act focus-visible:border-act"
    >
      <h2 className="text-[26px] leading-tight font-bold">{title}</h2>
      <p className="text-[17px] text-ink-2">{text}</p>
      <span className="mt-3 font-[650] text-act group-hover:underline">{go} →</span>
    </a>
  );
}

/** Before anybody has signed in: the tablet or the desk. */
export function Ways({ isDemo }: { isDemo: boolean }) {
  const t = useTranslations("desk.landing");
  return (
    <main className="mx-auto grid min-h-dvh max-w-[1000px] content-center gap-9 px-8 py-12">
      <header className="grid gap-3">
        <p className="flex items-center gap-3 text-[34px] font-extrabold">
          <span className="text-ok">
            <BuyoffMark size={42} />
          </span>
          Buyoff
        </p>
        <h1 className="max-w-[46ch] text-balance text-[22px] leading-snug font-[600] text-ink-2">
          {t("claim")}
        </h1>
      </header>
      <div className="grid gap-5 sm:grid-cols-2">
        <Way href="/floor" title={t("tablet")} text={t("tabletText")} go={t("tabletGo")} />
        <Way href="/sign-in" title={t("desk")} text={t("deskText")} go={t("deskGo")} />
      </div>
      <footer className="flex flex-wrap items-center justify-between gap-4">
        <p className="max-w-[70ch] text-[15px] text-ink-2">{isDemo ? t("demo") : ""}</p>
        <LanguageSwitch dark={false} />
      </footer>
    </main>
  );
}
