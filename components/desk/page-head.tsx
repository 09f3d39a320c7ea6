import type { ReactNode } from "react";

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
