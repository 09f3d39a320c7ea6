import type { ReactNode } from "react";
import { Link } from "#components/desk/link";
import { Mark } from "#components/ui/chip";

type Tone = "stop" | "warn" | "act" | "plain";

const edges: Record<Tone, string> = {
  stop: "border-l-stop",
  warn: "border-l-warn",
  act: "border-l-act",
  plain: "border-l-edge",
};

/** One kind of thing that waits: how many, the first of them, and where all of them are. */
export function LandingSection({
  id,
  title,
  count,
  tone = "plain",
  none,
  all,
  children,
}: {
  id: string;
  title: string;
  count: number;
  tone?: Tone;
  /** What it means that nothing waits. */
  none: string;
  all?: { href: string; label: string } | undefined;
  children: ReactNode;
}) {
  return (
    <section
      aria-labelledby={`${id}-title`}
      data-section={id}
      className={`grid content-start rounded border-[1.5px] border-rule bg-sheet ${
        count === 0 ? "" : `border-l-[6px] ${edges[tone]}`
      }`}
    >
      <header className="flex items-baseline justify-between gap-4 border-b-[1.5px] border-rule px-5 pt-3.5 pb-2.5">
        <h2 id={`${id}-title`} className="text-[18px] leading-tight font-bold">
          {title}
        </h2>
        <span
          className={`mono shrink-0 text-[20px] leading-none font-bold ${
            count === 0 ? "text-ink-3" : tone === "stop" ? "text-stop" : "text-ink"
          }`}
        >
          {count}
        </span>
      </header>
      {count === 0 ? (
        <p className="flex items-center gap-2 px-5 py-3.5 text-[15px] text-ink-2">
          <span className="text-ok">
            <Mark tone="ok" />
          </span>
          {none}
        </p>
      ) : (
        <ul className="grid">{children}</ul>
      )}
      {all === undefined ? null : (
        <p className="px-5 pt-1 pb-3.5">
          <Link
            href={all.href}
            className="text-[15px] font-[650] text-act underline underline-offset-4"
          >
            {all.label}
          </Link>
        </p>
      )}
    </section>
  );
}

/** A line of a section: what it is about on the left, what about it, and since when. */
export function LandingLine({
  href,
  name,
  under,
  when,
  act,
  children,
}: {
  href?: string | undefined;
  name: string;
  under?: string | undefined;
  when?: ReactNode;
  act?: ReactNode;
  children: ReactNode;
}) {
  const look = "mono text-[16px] font-bold [overflow-wrap:anywhere]";
  return (
    <li className="grid grid-cols-[minmax(92px,0.42fr)_minmax(0,1fr)] items-start gap-x-4 gap-y-1 border-b border-rule px-5 py-2.5 last:border-b-0">
      <p>
        {href === undefined ? (
          <span className={look}>{name}</span>
        ) : (
          <Link
            href={href}
            className={`${look} underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act`}
          >
            {name}
          </Link>
        )}
        {under === undefined ? null : (
          <span className="mono block text-[13px] text-ink-2 [overflow-wrap:anywhere]">
            {under}
          </span>
        )}
      </p>
      <div className="min-w-0 text-[15px] leading-snug">
        {children}
        {when === undefined ? null : <p className="mono text-[13px] text-ink-2">{when}</p>}
        {act === undefined ? null : <div className="mt-2">{act}</div>}
      </div>
    </li>
  );
}
