import type { ReactNode } from "react";
import { Link } from "#components/desk/link";

export function PageHead({
  title,
  lead,
  actions,
}: {
  title: string;
  lead?: string;
  actions?: ReactNode;
}) {
  return (
    <header className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="max-w-[62ch]">
        <h1 className="text-[28px] leading-tight font-bold tracking-[-0.01em]">{title}</h1>
        {lead === undefined ? null : <p className="mt-1 text-[15px] text-ink-2">{lead}</p>}
      </div>
      {actions}
    </header>
  );
}

/** Over one thing of a list: the way back to it, what this is and how it stands. */
export function OneHead({
  crumbs,
  back,
  title,
  state,
  actions,
}: {
  /** What the way back is called for who does not see it. */
  crumbs: string;
  back: { href: string; label: string };
  title: ReactNode;
  state: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <>
      <nav aria-label={crumbs} className="text-[14px] text-ink-2 print:hidden">
        <Link href={back.href} className="underline-offset-4 hover:underline">
          {back.label}
        </Link>
      </nav>
      <header className="mt-1 mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <h1 className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-2 text-[28px] leading-tight font-bold [overflow-wrap:anywhere]">
          <span>{title}</span>
          {state}
        </h1>
        {actions}
      </header>
    </>
  );
}

/** What stands where a list would be. It says why there is nothing and what would put something there. */
export function Empty({
  title,
  hint,
  action,
}: {
  title: string;
  hint: string;
  action?: ReactNode;
}) {
  return (
    <div className="grid justify-items-start gap-1 rounded border-[1.5px] border-dashed border-edge bg-sheet px-6 py-8">
      <p className="text-[17px] font-bold">{title}</p>
      <p className="max-w-[60ch] text-[15px] text-ink-2">{hint}</p>
      {action === undefined ? null : <div className="mt-3">{action}</div>}
    </div>
  );
}
