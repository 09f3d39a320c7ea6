import { Logo } from "#components/ui/logo";
import { type Locale, locales } from "#lib/messages/locales";
import { LockFrame } from "./lock-frame.tsx";

export type LockWords = Readonly<Record<Locale, { title: string; explain: string }>>;

const shownFirst = {
  en: "in-data-[first=lock-en]:grid",
  es: "in-data-[first=lock-es]:grid",
} satisfies Record<Locale, string>;

/** While something is on its way. */
export const Mark = () => (
  <p className="flex h-dvh items-center justify-center gap-4 text-[34px] font-extrabold">
    <Logo size={64} /> Buyoff
  </p>
);

/**
 * What is there before the tablet has read its memory, painted from the page's own HTML: the words of the lock
 * screen where that is what stood here last, because a badge that is read meanwhile is kept for it; else the mark
 * alone, and nothing that could be wrong. What comes later has its place, so that no word moves.
 */
export const Waking = ({ words }: { words: LockWords }) => (
  <main aria-busy>
    <div className="in-data-[first^=lock]:hidden">
      <Mark />
    </div>
    {locales.map((locale) => (
      <div key={locale} lang={locale} className={`hidden ${shownFirst[locale]}`}>
        <LockFrame
          head={
            <div className="flex min-h-touch items-center">
              <Logo size={52} />
            </div>
          }
          above={<div />}
          Title="p"
          title={words[locale].title}
          explain={words[locale].explain}
          below={<div className="h-[100px]" />}
          foot={<div className="min-h-touch" />}
          side={<section className="p-8" />}
        />
      </div>
    ))}
  </main>
);
