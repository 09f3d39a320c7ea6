import { barsOf } from "#lib/kit/bars";

const tones = { act: "fill-act", stop: "fill-stop", warn: "fill-warn" } as const;
const [wide, high] = [240, 46];

/** A row of bars, one per moment, and the same as a table for whoever can't see them. */
export function BarChart({
  title,
  tone,
  most,
  values,
  columns,
  table,
}: {
  title: string;
  tone: keyof typeof tones;
  /** Words for the highest value. */
  most: (value: number) => string;
  values: readonly { label: string; value: number }[];
  columns: { at: string; value: string };
  /** The name of what opens the table. */
  table: string;
}) {
  const { bars, most: highest } = barsOf(values, high);
  const step = wide / Math.max(1, bars.length);
  return (
    <figure className="min-w-0 rounded border-[1.5px] border-rule bg-sheet px-4 py-3">
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-3 text-[14px]">
        <b className="font-[650]">{title}</b>
        <span className="mono text-[13px] text-ink-2">{most(highest)}</span>
      </figcaption>
      <svg
        aria-hidden
        viewBox={`0 0 ${wide} ${high + 2}`}
        preserveAspectRatio="none"
        className="mt-2 h-14 w-full"
      >
        <line x1="0" x2={wide} y1={high + 1} y2={high + 1} className="stroke-rule" />
        {bars.map(({ label, height }, index) => (
          <rect
            key={label}
            x={index * step + step * 0.12}
            width={step * 0.76}
            y={high - height}
            height={height}
            className={tones[tone]}
          />
        ))}
      </svg>
      <p className="mono flex justify-between text-[13px] text-ink-2">
        <span>{values[0]?.label}</span>
        <span>{values.at(-1)?.label}</span>
      </p>
      <details className="text-[13px]">
        <summary className="py-1 text-ink-2">{table}</summary>
        <table className="w-full">
          <thead>
            <tr>
              <th className="text-left font-[600]">{columns.at}</th>
              <th className="text-right font-[600]">{columns.value}</th>
            </tr>
          </thead>
          <tbody className="mono">
            {values.map(({ label, value }) => (
              <tr key={label}>
                <td>{label}</td>
                <td className="text-right">{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
