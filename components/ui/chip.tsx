import type { ReactNode } from "react";

export type ChipTone = "ok" | "warn" | "stop" | "act" | "plain";

const tones: Record<ChipTone, string> = {
  ok: "bg-ok-wash text-ok",
  warn: "bg-warn-wash text-warn",
  stop: "bg-stop-wash text-stop",
  act: "bg-act-wash text-act",
  plain: "bg-sunk text-ink-2",
};
/** A shape per meaning, so that colour is never alone in saying it. */
const marks: Record<ChipTone, ReactNode> = {
  ok: <path d="M2.5 8.5 6.5 12 13.5 4" strokeLinecap="round" strokeLinejoin="round" />,
  warn: (
    <path
      d="M8 2 14.5 13.5H1.5ZM8 6.5v3.4M8 11.6v.2"
      strokeLinejoin="round"
      strokeLinecap="round"
    />
  ),
  stop: <path d="M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5ZM5 8h6" strokeLinejoin="round" />,
  act: <path d="M3 3h10v10H3ZM6.5 6.5h3v3h-3Z" strokeLinejoin="round" />,
  plain: null,
};

export function Mark({ tone, size = 16 }: { tone: ChipTone; size?: number }) {
  if (marks[tone] === null) return null;
  return (
    <svg
      aria-hidden
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      className="shrink-0"
    >
      {marks[tone]}
    </svg>
  );
}

/** A short state in words, with a mark of its own. */
export function Chip({
  tone = "plain",
  children,
  className = "",
}: {
  tone?: ChipTone;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-3 py-1 text-[14px] leading-tight font-[650] ${tones[tone]} ${className}`}
    >
      <Mark tone={tone} size={14} />
      {children}
    </span>
  );
}
