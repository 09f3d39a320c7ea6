import { compare } from "./decimal.ts";

export type BandLimits = { min: string | null; max: string | null };

const isExact = ({ min, max }: BandLimits): boolean =>
  min !== null && max !== null && compare(min, max) === 0;

/** Where a band's marks stand, 0–100. Only for the drawing: the rules judge in decimals. */
export function bandMarks(limits: BandLimits): { left: number; right: number; edges: number[] } {
  if (isExact(limits)) return { left: 47, right: 53, edges: [50] };
  const left = limits.min === null ? 0 : 24;
  const right = limits.max === null ? 100 : 76;
  return { left, right, edges: [left, right].filter((edge) => edge > 0 && edge < 100) };
}

/** Limits at 24 and 76, a one-sided limit at its own end, a single accepted value in the middle. */
export function bandPlace(value: string, limits: BandLimits): number {
  const at = Number(value);
  const low = limits.min === null ? null : Number(limits.min);
  const high = limits.max === null ? null : Number(limits.max);
  const clamp = (place: number) => Math.min(98, Math.max(2, place));
  if (low !== null && high !== null && isExact(limits)) {
    const off = at - low;
    // Beside the mark even when it is off by very little: off is off.
    return off === 0 ? 50 : clamp(50 + Math.sign(off) * 8 + (off / (Math.abs(low) || 1)) * 40);
  }
  if (low !== null && high !== null) return clamp(24 + ((at - low) / (high - low)) * 52);
  const limit = high ?? low ?? 0;
  const scale = Math.abs(limit) || 1;
  if (high !== null) return clamp(76 + ((at - high) / scale) * 52);
  return clamp(24 + ((at - limit) / scale) * 26);
}

/** With how many more digits a value can still be meant: nobody types longer numbers. */
const digitsMore = 6;

/**
 * Whether more digits could still bring what is typed within the limits: the 2 of 22.4 is not a value
 * out of limits, it is the beginning of one.
 */
export function mayBecome(text: string, { min, max }: BandLimits): boolean {
  if (text.startsWith("-") || !/^\d+(\.\d*)?$/.test(text)) return text === "" || text === "-";
  const low = min === null ? Number.NEGATIVE_INFINITY : Number(min);
  const high = max === null ? Number.POSITIVE_INFINITY : Number(max);
  // A hair less than the whole width: binary fractions make 24.1 + 0.1 more than 24.2.
  const meets = (from: number, width: number) => from <= high && from + width * 0.999_999 > low;
  const places = text.split(".")[1]?.length;
  if (places !== undefined) return meets(Number(text), 10 ** -places);
  return Array.from({ length: digitsMore }, (_, more) => 10 ** more).some((scale) =>
    meets(Number(text) * scale, scale),
  );
}

/** "20.8 – 23.8", "≥ 10", "≤ 30", "= 14": the same words wherever limits stand in a line. */
export function limitsText(limits: BandLimits, shown: (value: string) => string = String): string {
  const { min, max } = limits;
  if (isExact(limits)) return `= ${shown(min ?? "")}`;
  if (min !== null && max !== null) return `${shown(min)} – ${shown(max)}`;
  return min !== null ? `≥ ${shown(min)}` : max !== null ? `≤ ${shown(max)}` : "";
}
