"use client";
import type { ReactNode } from "react";

export type KeypadWords = { erase: string; sign: string; clear: string; keys: string };

/** Adds one key to what was typed, or leaves it: a value has one sign and one point. */
export function typed(text: string, key: string, point: "." | "," = "."): string {
  if (key === "erase") return text.slice(0, -1);
  if (key === "clear") return "";
  if (key === "sign") return text.startsWith("-") ? text.slice(1) : `-${text}`;
  if (key === point) {
    if (text.includes(point)) return text;
    return text === "" || text === "-" ? `${text}0${point}` : text + point;
  }
  if (text.replace(/\D/g, "").length >= 12) return text;
  return text === "0" || text === "-0" ? text.slice(0, -1) + key : text + key;
}

function Key({
  label,
  onPress,
  className = "",
  text = "text-[28px]",
  children,
}: {
  label: string;
  onPress: () => void;
  className?: string;
  text?: string;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-label={label}
      onClick={onPress}
      className={`mono grid place-items-center rounded border-[1.5px] border-edge bg-paper font-[650] text-ink active:bg-act-wash active:border-act ${text} ${className}`}
    >
      {children}
    </button>
  );
}

/** Numbers are typed on our own keys: no system keyboard covers the step. `action` fills the last corner. */
export function Keypad({
  onKey,
  words,
  point = ".",
  action,
  whole = false,
}: {
  onKey: (key: string) => void;
  words: KeypadWords;
  point?: "." | ",";
  action: ReactNode;
  /** Counts have no sign and no point. */
  whole?: boolean;
}) {
  const digit = (value: string, className = "") => (
    <Key key={value} label={value} onPress={() => onKey(value)} className={className}>
      {value}
    </Key>
  );
  return (
    <section
      aria-label={words.keys}
      className="grid flex-[1_0_auto] grid-cols-[repeat(3,minmax(0,1fr))_minmax(0,1.28fr)] grid-rows-[repeat(4,minmax(72px,1fr))] gap-[7px]"
    >
      {["7", "8", "9"].map((value) => digit(value))}
      <Key label={words.erase} onPress={() => onKey("erase")}>
        <Erase />
      </Key>
      {["4", "5", "6"].map((value) => digit(value))}
      {whole ? (
        <Key label={words.clear} onPress={() => onKey("clear")} text="text-[17px]">
          {words.clear}
        </Key>
      ) : (
        <Key label={words.sign} onPress={() => onKey("sign")}>
          ±
        </Key>
      )}
      {["1", "2", "3"].map((value) => digit(value))}
      <div className="row-span-2 grid">{action}</div>
      {digit("0", whole ? "col-span-3" : "col-span-2")}
      {whole ? null : (
        <Key label={point} onPress={() => onKey(point)}>
          {point}
        </Key>
      )}
    </section>
  );
}

/** Twelve keys for a PIN. What is typed is shown as dots only. */
export function PinPad({
  onKey,
  words,
  disabled = false,
}: {
  onKey: (key: string) => void;
  words: KeypadWords;
  disabled?: boolean;
}) {
  const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "erase", "0", "clear"];
  return (
    <section
      aria-label={words.keys}
      className="grid min-h-0 flex-1 grid-cols-3 grid-rows-[repeat(4,minmax(72px,1fr))] gap-[9px]"
    >
      {keys.map((key) => (
        <button
          key={key}
          type="button"
          disabled={disabled}
          aria-label={key === "erase" ? words.erase : key === "clear" ? words.clear : key}
          onClick={() => onKey(key)}
          className={`grid place-items-center rounded border-[1.5px] border-edge bg-sheet font-[650] text-ink active:border-act active:bg-act-wash disabled:text-ink-3 ${key === "clear" ? "text-[17px]" : "mono text-[30px]"}`}
        >
          {key === "erase" ? <Erase /> : key === "clear" ? words.clear : key}
        </button>
      ))}
    </section>
  );
}

const Erase = () => (
  <svg
    aria-hidden
    viewBox="0 0 32 24"
    width="34"
    height="25"
    fill="none"
    stroke="currentColor"
    strokeWidth="2.4"
  >
    <path
      d="M10 2h20v20H10L1.5 12ZM15.5 8l8 8M23.5 8l-8 8"
      strokeLinejoin="round"
      strokeLinecap="round"
    />
  </svg>
);
