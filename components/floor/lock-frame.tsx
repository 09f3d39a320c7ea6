import type { ReactNode } from "react";

type Parts = {
  head: ReactNode;
  /** A heading once there is something to do. */
  Title: "h1" | "p";
  title: string;
  explain: string;
  above?: ReactNode;
  below?: ReactNode;
  foot?: ReactNode;
  side: ReactNode;
};

/** The paper of the lock screen: the same when its words stand there first and when it takes a badge. */
export const LockFrame = (parts: Parts) => (
  <div className="floor relative grid h-dvh grid-cols-[minmax(0,1fr)_420px] overflow-hidden max-[1100px]:grid-cols-[minmax(0,1fr)_380px] portrait:grid-cols-1 portrait:grid-rows-[minmax(0,1fr)_minmax(0,640px)]">
    <section className="flex min-h-0 flex-col gap-6 overflow-auto bg-sheet p-9">
      {parts.head}
      <div className="flex flex-1 flex-col justify-center gap-5">
        {parts.above}
        <parts.Title className="max-w-[14em] text-[44px] leading-[1.08] font-bold tracking-[-0.02em] text-balance">
          {parts.title}
        </parts.Title>
        <p className="max-w-[34em] text-[20px] text-ink-2">{parts.explain}</p>
        {parts.below}
      </div>
      {parts.foot}
    </section>
    {parts.side}
  </div>
);
