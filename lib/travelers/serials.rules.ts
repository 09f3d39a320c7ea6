/** Typed or pasted: one per line, or with commas, semicolons or spaces between. A repeat stays one: it is refused. */
export const numbersIn = (typed: string): string[] =>
  typed.split(/[\s,;]+/).filter((number) => number !== "");

const ENDS_IN_DIGITS = /^(.*?)(\d+)$/;

/** So many numbers from the first on, as wide as it is: BSH-098, BSH-099, BSH-100. Null: it does not end in digits. */
export function numbersFrom(first: string, count: number): string[] | null {
  const [, head = "", digits] = ENDS_IN_DIGITS.exec(first) ?? [];
  if (digits === undefined || digits.length > 15) return null;
  return Array.from(
    { length: count },
    (_, index) => head + String(Number(digits) + index).padStart(digits.length, "0"),
  );
}
