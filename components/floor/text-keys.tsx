"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";

const rows = ["1234567890", "QWERTYUIOP", "ASDFGHJKL-", "ZXCVBNM./ "];
const LENGTH_MAX = 60;

/** Identifiers on our own keys, wide enough for gloves: capitals, digits and the marks that labels use. */
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
  onBack: () => void;
  onDraft?: (text: string) => void;
}) {
  const t = useTranslations("common");
  const [text, setText] = useState(initial);
  const change = (next: string) => {
    setText(next.slice(0, LENGTH_MAX));
    onDraft?.(next.slice(0, LENGTH_MAX));
  };
  return (
    <Dialog title={label} onClose={onBack} className="w-[1130px]">
      <p
        aria-live="polite"
        className="mono mb-4 min-h-touch rounded border-[2.5px] border-act bg-sheet px-4 py-3 text-[34px] leading-tight font-bold break-all"
      >
        {text}
        <span aria-hidden className="font-normal text-act">
          ▏
        </span>
      </p>
      <section aria-label={t("keypad.keys")} className="mb-5 grid grid-cols-10 gap-2">
        {rows
          .flatMap((row) => [...row])
          .map((key) => (
            <button
              key={key}
              type="button"
              aria-label={key === " " ? t("keypad.space") : key}
              onClick={() => change(text + key)}
              className="mono min-h-touch rounded border-[1.5px] border-edge bg-sheet text-[26px] font-[650] active:border-act active:bg-act-wash"
            >
              {key === " " ? "␣" : key}
            </button>
          ))}
      </section>
      <div className="grid grid-cols-[200px_200px_1fr] items-end gap-3">
        <Button disabled={isBusy} onClick={onBack}>
          {t("back")}
        </Button>
        <Button disabled={isBusy || text === ""} onClick={() => change(text.slice(0, -1))}>
          {t("keypad.eraseLetter")}
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
    </Dialog>
  );
}
