import type { ReactNode } from "react";
import { Link } from "#components/desk/link";

/** The look of a plain button, for what leads somewhere or opens something. */
export const asButton =
  "inline-flex min-h-11 items-center rounded border-2 border-edge bg-sheet px-4 text-[15px] font-[650] text-ink no-underline hover:bg-sunk print:hidden";

/** Looks like a plain button and leads somewhere. */
export const LinkButton = ({ href, children }: { href: string; children: ReactNode }) => (
  <Link href={href} className={asButton}>
    {children}
  </Link>
);
