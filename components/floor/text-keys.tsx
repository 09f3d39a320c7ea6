"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";

const rows = ["1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM./ "];
const LENGTH_MAX = 60;

/** Identifiers on our own keys: capitals, digits and the marks that labels use. */
export function TextKeys({
  label,
  action,
  isBusy,
  initial = "",
  onText,
  onBack,
  onDraft,
}: {
  label: string;
  action: string;
  isBusy: boolean;
  initial?: string;
  onText: (text: string) => void;
  onBack?: () => void;
  onDraft?: (text: string) => void;
}) {
  const t = useTranslations("common");
  const [text, setText] = useState(initial);
  const change = (next: string) => {
    setText(next.slice(0, LENGTH_MAX));
    onDraft?.(next);
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2">
      <div className="rounded border-[2.5px] border-act bg-paper px-3.5 py-2.5">
        <p className="text-[15px] text-ink-2">{label}</p>
        <p
          aria-live="polite"
          className="mono min-h-9 text-[26px] leading-tight font-bold break-all"
        >
          {text}
          <span aria-hidden className="text-act">
            ▏
          </span>
        </p>
      </div>
      <fieldset aria-label={t("keypad.keys")} className="grid flex-1 grid-cols-5 gap-1.5">
        {rows
          .flatMap((row) => [...row])
          .map((key) => (
            <button
              key={key}
              type="button"
              aria-label={key === " " ? t("keypad.space") : key}
              onClick={() => change(text + key)}
              className="mono min-h-[48px] rounded border-[1.5px] border-edge bg-paper text-[21px] font-[650] active:border-act active:bg-act-wash"
            >
              {key === " " ? "␣" : key}
            </button>
          ))}
      </fieldset>
      <div className="grid grid-cols-2 gap-2">
        <Button
          onClick={() =>
            text === "" && onBack !== undefined ? onBack() : change(text.slice(0, -1))
          }
        >
          {text === "" && onBack !== undefined ? t("back") : t("keypad.erase")}
        </Button>
        <Button
          tone="act"
          size="record"
          busy={isBusy}
          disabled={text.trim() === ""}
          onClick={() => onText(text.trim())}
        >
          {action}
        </Button>
      </div>
    </div>
  );
}
