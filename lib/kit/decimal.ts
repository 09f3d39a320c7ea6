import Big from "big.js";

/** A measured value as typed, with a point: "12.030". Its decimals are its resolution and are kept. */
export type Decimal = string;

export const DECIMAL = /^-?(0|[1-9]\d{0,14})(\.\d{1,9})?$/;

/** Sum as text with as many decimals as the more precise operand: "2.3" + "20.0" is "22.3". */
export function add(a: Decimal, b: Decimal): Decimal {
  return new Big(a).plus(b).toFixed(Math.max(decimals(a), decimals(b)));
}

export function subtract(a: Decimal, b: Decimal): Decimal {
  return new Big(a).minus(b).toFixed(Math.max(decimals(a), decimals(b)));
}

/** −1, 0 or 1, by value: "12.030" and "12.03" compare as 0. */
export const compare = (a: Decimal, b: Decimal): -1 | 0 | 1 => new Big(a).cmp(b) as -1 | 0 | 1;

export const multiply = (a: Decimal, b: Decimal): Decimal =>
  new Big(a).times(b).toFixed(decimals(a) + decimals(b));

/** How many digits stand after the point. */
export const decimals = (value: Decimal): number => value.split(".")[1]?.length ?? 0;

/** Arithmetic mean with one decimal more than its values have, rounded half up. For a person to read, not to judge by. */
export function mean(values: readonly Decimal[]): Decimal {
  const sum = values.reduce((total, value) => total.plus(value), new Big(0));
  const places = Math.max(0, ...values.map(decimals)) + 1;
  return sum.div(Math.max(1, values.length)).toFixed(places, Big.roundHalfUp);
}

/** Largest less smallest; "0" of none. */
export function range(values: readonly Decimal[]): Decimal {
  const sorted = values.toSorted(compare);
  const [low, high] = [sorted[0], sorted.at(-1)];
  return low === undefined || high === undefined ? "0" : subtract(high, low);
}

/** To so many places, half away from zero. */
export const rounded = (value: Decimal, places: number): Decimal =>
  new Big(value).toFixed(places, Big.roundHalfUp);
