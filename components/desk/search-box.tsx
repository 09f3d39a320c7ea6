/** A plain GET form: works before scripts do, and the address is the search. */
export function SearchBox({
  action,
  value,
  label,
  go,
}: {
  action: string;
  value: string;
  label: string;
  go: string;
}) {
  return (
    <search>
      <form action={action} className="flex w-[min(460px,calc(100vw-2rem))] gap-2">
        <input
          name="q"
          type="search"
          defaultValue={value}
          aria-label={label}
          placeholder={label}
          autoComplete="off"
          spellCheck={false}
          className="mono min-h-11 min-w-0 flex-1 rounded border-2 border-edge bg-sheet px-3 text-[15px] placeholder:font-sans placeholder:text-ink-3"
        />
        <button
          type="submit"
          className="min-h-11 rounded border-2 border-act bg-act px-5 text-[15px] font-[650] text-act-ink"
        >
          {go}
        </button>
      </form>
    </search>
  );
}
