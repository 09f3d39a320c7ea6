import { Link } from "#components/desk/link";

export type FilterLink = {
  key: string;
  label: string;
  /** A number, or words such as 1000+. */
  count?: number | string;
  href: string;
  on: boolean;
};

/** Filters are links: they can be sent to a colleague, and Back undoes them. */
export function FilterLinks({ label, links }: { label: string; links: readonly FilterLink[] }) {
  return (
    <nav aria-label={label} className="mb-4 flex flex-wrap gap-2 print:hidden">
      {links.map(({ key, label: text, count, href, on }) => (
        <Link
          key={key}
          href={href}
          aria-current={on ? "true" : undefined}
          className={`inline-flex min-h-8 items-center gap-2 rounded-full border-[1.5px] px-3.5 text-[14px] font-[600] ${
            on
              ? "border-ink bg-ink text-sheet"
              : "border-edge bg-transparent text-ink hover:bg-sheet"
          }`}
        >
          {text}
          {count === undefined ? null : (
            <span className={`mono text-[13px] ${on ? "" : "text-ink-2"}`}>{count}</span>
          )}
        </Link>
      ))}
    </nav>
  );
}

export function Pages({
  label,
  place,
  previous,
  next,
  words,
}: {
  label: string;
  /** Where one is, if anybody counts. */
  place?: string;
  previous: string | null;
  next: string | null;
  words: { previous: string; next: string };
}) {
  if (previous === null && next === null) return null;
  const look =
    "rounded border-[1.5px] border-edge px-4 py-2 text-[15px] font-[650] hover:bg-sheet no-underline";
  return (
    <nav aria-label={label} className="mt-4 flex items-center gap-3 print:hidden">
      {previous === null ? null : (
        <Link href={previous} rel="prev" className={look}>
          ← {words.previous}
        </Link>
      )}
      {place === undefined ? null : <span className="text-[14px] text-ink-2">{place}</span>}
      {next === null ? null : (
        <Link href={next} rel="next" className={look}>
          {words.next} →
        </Link>
      )}
    </nav>
  );
}
