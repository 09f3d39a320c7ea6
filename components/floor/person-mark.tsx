/** A person's initials, as they stand on every screen. */
export const PersonMark = ({ initials, size = 40 }: { initials: string; size?: 40 | 56 }) => (
  <span
    aria-hidden
    className={`grid shrink-0 place-items-center rounded-full bg-ink font-bold text-sheet ${size === 40 ? "size-10 text-[15px]" : "size-14 text-[20px]"}`}
  >
    {initials}
  </span>
);
