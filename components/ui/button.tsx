import type { ComponentProps } from "react";

export type ButtonTone = "act" | "accept" | "plain" | "stop" | "quiet";
/** `record` is for whatever records something on the floor, `key` the same in a keypad's corner, `touch` for the rest of it, `desk` for a mouse. */
export type ButtonSize = "record" | "key" | "touch" | "desk";

const tones: Record<ButtonTone, string> = {
  act: "bg-act text-act-ink border-act enabled:active:brightness-90",
  accept: "bg-ok text-sheet border-ok enabled:active:brightness-90",
  plain: "bg-sheet text-ink border-edge enabled:active:bg-sunk",
  stop: "bg-sheet text-stop border-stop enabled:active:bg-stop-wash",
  quiet:
    "bg-transparent text-ink-2 border-transparent enabled:active:bg-sunk underline underline-offset-4 decoration-edge",
};
const sizes: Record<ButtonSize, string> = {
  record: "min-h-record px-6 text-[22px] font-bold",
  key: "min-h-0 px-0 text-[18px] font-bold",
  touch: "min-h-touch px-5 text-[18px] font-[650]",
  desk: "min-h-10 px-4 text-[15px] font-[650]",
};

export function Button({
  tone = "plain",
  size = "touch",
  busy = false,
  className = "",
  disabled,
  children,
  ...rest
}: ComponentProps<"button"> & {
  tone?: ButtonTone;
  size?: ButtonSize;
  /** Something is on its way: the button says so by its words and can't be pressed twice. */
  busy?: boolean;
}) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      className={`relative overflow-hidden rounded border-2 leading-tight disabled:border-rule disabled:bg-sunk disabled:text-ink-3 ${tones[tone]} ${sizes[size]} ${className}`}
    >
      {children}
      {busy ? (
        <span aria-hidden className="absolute inset-x-0 bottom-0 h-1.5 overflow-hidden bg-rule">
          <span className="animate-working block h-full w-1/4 bg-act" />
        </span>
      ) : null}
    </button>
  );
}
