"use client";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { LOCALE_COOKIE, locales } from "#lib/messages/locales";

const names = { en: "English", es: "Español" };

export function LanguageSwitch({ dark = true }: { dark?: boolean }) {
  const here = useLocale();
  const router = useRouter();
  const t = useTranslations("common");
  return (
    <label className="inline-flex items-center">
      <span className="sr-only">{t("language")}</span>
      <select
        value={here}
        onChange={(event) => {
          // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is absent on plain http
          document.cookie = `${LOCALE_COOKIE}=${event.target.value}; path=/; max-age=31536000; samesite=lax`;
          router.refresh();
        }}
        className={`min-h-8 rounded border px-2 text-[14px] ${
          dark
            ? "border-(--rail-line) bg-(--rail) text-(--rail-bright)"
            : "border-edge bg-sheet text-ink"
        }`}
      >
        {locales.map((locale) => (
          <option key={locale} value={locale} lang={locale}>
            {names[locale]}
          </option>
        ))}
      </select>
    </label>
  );
}
