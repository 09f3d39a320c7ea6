import { chanceOf } from "./identity.ts";

/**
 * So many values with exactly this mean and sample deviation, shaped like the normal distribution: its
 * quantiles, dealt out by the label. The chart of the demo shows what its page says, at every seed.
 */
export function normalValues(
  count: number,
  of: { mean: number; sigma: number; label: string },
): number[] {
  const quantiles = Array.from({ length: count }, (_, index) => probit((index + 0.5) / count));
  const sum = quantiles.reduce((total, z) => total + z * z, 0);
  const scale = count > 1 ? of.sigma / Math.sqrt(sum / (count - 1)) : 0;
  return quantiles
    .map((z, index) => ({ z, turn: chanceOf(`${of.label}/${index}`) }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ z }) => of.mean + z * scale);
}

/** The inverse of the normal distribution, after P. J. Acklam: good to nine digits, more than any gage. */
function probit(p: number): number {
  if (p > 0.5) return -probit(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return (
      (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q -
        2.549732539343734) *
        q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q +
        3.754408661907416) *
        q +
        1)
    );
  }
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r +
      138.357751867269) *
      r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598874) * r +
      66.80131188771972) *
      r -
      13.28068155288572) *
      r +
      1)
  );
}
