export type Bar = { label: string; value: number; height: number };

/**
 * Heights of bars within a frame: the highest fills it, whatever is there at all can be seen, and nothing
 * has no height.
 */
export function barsOf(
  values: readonly { label: string; value: number }[],
  frame: number,
): { bars: readonly Bar[]; most: number } {
  const most = Math.max(0, ...values.map(({ value }) => value));
  const bars = values.map(({ label, value }) => ({
    label,
    value,
    height: value === 0 ? 0 : Math.max(1.5, (value / most) * frame),
  }));
  return { bars, most };
}
