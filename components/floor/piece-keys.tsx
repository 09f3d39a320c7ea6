"use client";
import { useTranslations } from "next-intl";
import { Keypad, typed } from "#components/ui/keypad";
import { DECIMAL } from "#lib/kit/decimal";
import { useLanguage } from "./language.tsx";
import { useWork } from "./work-context.tsx";

/** What was typed as a number of pieces; null: not one yet. */
export function piecesIn(text: string): string | null {
  const plain = text.replace(",", ".");
  return DECIMAL.test(plain) ? plain : null;
}

/** Pieces are typed on the tablet's own keys; fractions only where the lot was started in fractions. */
export function PieceKeys({
  label,
  text,
  onChange,
}: {
  label: string;
  text: string;
  onChange: (text: string) => void;
}) {
  const t = useTranslations("common.keypad");
  const { locale } = useLanguage();
  const point = locale === "es" ? "," : ".";
  const { state } = useWork();
  return (
    <div className="sticky top-0 flex min-h-[420px] flex-col gap-3 self-start">
      <p className="rounded border-2 border-act bg-sheet px-4 py-2">
        <span className="block text-[15px] text-ink-2">{label}</span>
        <output
          aria-label={label}
          className="mono block min-h-[1.2em] text-[40px] leading-tight font-bold"
        >
          {text}
        </output>
      </p>
      <Keypad
        onKey={(key) => onChange(typed(text, key, point))}
        point={point}
        whole={!state.unit.quantity.includes(".")}
        words={{ erase: t("erase"), sign: t("sign"), clear: t("clear"), keys: t("keys") }}
        action={null}
      />
    </div>
  );
}
