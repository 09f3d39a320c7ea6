"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { THEME_KEY } from "#lib/kit/theme";

const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** A bright hall and a dark bay want different paper; the tablet remembers which. */
export function applyTheme(theme: Theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function storedTheme(): Theme {
  const stored = localStorage.getItem(THEME_KEY);
  return themes.find((theme) => theme === stored) ?? "system";
}

export function ThemeToggle({ className = "" }: { className?: string }) {
  const t = useTranslations("common.theme");
  const [theme, setTheme] = useState<Theme>("system");
  useEffect(() => {
    const stored = storedTheme();
    setTheme(stored);
    applyTheme(stored);
  }, []);
  return (
    <section aria-label={t("label")} className={`flex rounded border-2 border-edge ${className}`}>
      {themes.map((option) => (
        <button
          key={option}
          type="button"
          aria-pressed={theme === option}
          onClick={() => {
            localStorage.setItem(THEME_KEY, option);
            setTheme(option);
            applyTheme(option);
          }}
          className="flex-1 rounded-[7px] px-3 py-2 text-[15px] leading-tight font-[650] text-ink-2 aria-pressed:bg-ink aria-pressed:text-sheet"
        >
          {t(option)}
        </button>
      ))}
    </section>
  );
}
