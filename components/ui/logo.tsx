/** The mark: a buyoff's stamp with its tick. */
export const Logo = ({ size = 40 }: { size?: number }) => (
  <svg
    aria-hidden
    viewBox="0 0 64 64"
    width={size}
    height={size}
    fill="none"
    stroke="currentColor"
    className="shrink-0 text-ok"
  >
    <g transform="rotate(-7 32 32)">
      <circle cx="32" cy="32" r="28" strokeWidth="4" />
      <circle cx="32" cy="32" r="21.5" strokeWidth="1.8" />
      <path d="m22 33 7.5 8L43 24" strokeWidth="5" strokeLinecap="round" strokeLinejoin="round" />
    </g>
  </svg>
);
