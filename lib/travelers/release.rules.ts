/** Typed or pasted: one per line, or with commas, semicolons or spaces between. Each once, in order. */
export const unitsIn = (typed: string): string[] => [
  ...new Set(typed.split(/[\s,;]+/).filter((unit) => unit !== "")),
];

/** What a label printer, a scanner and a QMS can all carry: no blanks, nothing that ends a field. */
const UNIT = /^[A-Za-z0-9][A-Za-z0-9._/#+-]{0,59}$/;

/** The first that can't be a serial number; null: all can. */
export const notAUnit = (units: readonly string[]): string | null =>
  units.find((unit) => !UNIT.test(unit)) ?? null;
