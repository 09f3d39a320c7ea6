"use client";
import { usePathname } from "next/navigation";
import { Link } from "#components/desk/link";

export type NavTone = "stop" | "attention" | "plain";

const tones: Record<NavTone, string> = {
  stop: "bg-[#a3201b] text-(--rail-bright)",
  attention: "bg-[#f2c063] text-[#2a1c00]",
  plain: "bg-[#4d5052] text-(--rail-bright)",
};

export function NavLink({
  href,
  label,
  count,
  countLabel,
  tone = "plain",
  also = [],
}: {
  href: string;
  label: string;
  /** Other addresses that belong to the same room. */
  also?: readonly string[];
  count?: number;
  countLabel?: string;
  tone?: NavTone;
}) {
  const path = usePathname();
  const here = [href, ...also].some((of) => path === of || path.startsWith(`${of}/`));
  return (
    <Link
      href={href}
      aria-current={here ? "page" : undefined}
      className={`flex min-h-10 shrink-0 items-center justify-between gap-2 rounded-lg px-2.5 text-[16px] no-underline focus-visible:outline-(--rail-bright) ${
        here
          ? "bg-(--rail-on) font-[650] text-(--rail-bright)"
          : "text-(--rail-ink) hover:bg-(--rail-on)"
      }`}
    >
      {label}
      {count === undefined || count === 0 ? null : (
        <span
          role="img"
          className={`mono rounded-full px-2 text-[13px] leading-5 font-[650] ${tones[tone]}`}
          aria-label={countLabel}
        >
          {count}
        </span>
      )}
    </Link>
  );
}
