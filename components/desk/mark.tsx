/** The stamp is the mark. */
export function BuyoffMark({ size = 28 }: { size?: number }) {
  return (
    <svg aria-hidden viewBox="0 0 28 28" width={size} height={size} className="shrink-0">
      <g fill="none" stroke="currentColor" strokeWidth="2.4" transform="rotate(-8 14 14)">
        <circle cx="14" cy="14" r="12" />
        <path d="m8.5 14.5 4 4 7.5-9" strokeLinecap="round" strokeLinejoin="round" />
      </g>
    </svg>
  );
}
