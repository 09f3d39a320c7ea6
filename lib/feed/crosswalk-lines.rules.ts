import { unitCode } from "#lib/catalogue/units.rules";
import { type CodeKind, decisions, patternKinds } from "./code-kinds.schema.ts";
import { isPattern, patternProblem } from "./code-patterns.rules.ts";

/**
 * The form in which a code is looked up, so that one thing has one line however it is written: an order
 * without the zeros that an ERP fills up with, a unit by its code of UCUM. Anything else is what it is:
 * revision A is neither a nor A1, and a blank one is its own.
 */
export function canonicalOf(kind: CodeKind, code: string): string {
  const plain = code.normalize("NFC").trim();
  if (kind === "order" && !isPattern(plain)) return plain.toUpperCase().replace(/^0+(?=\d)/, "");
  return kind === "unit" ? unitCode(plain).code : plain;
}

const levels: Readonly<Partial<Record<CodeKind, readonly string[]>>> = {
  location: ["site", "area", "line", "station", "zone"],
  revision: ["part", "drawing", "routing", "instruction"],
};

export type LineProblem = { column: "from" | "to"; code: string };

/** What is wrong with a line for this kind of code, or null. Codes are keys of `desk.form`. */
export function lineProblem(kind: CodeKind, from: string, to: string): LineProblem | null {
  if (isPattern(from) || isPattern(to)) {
    return patternKinds.has(kind)
      ? patternProblem(from, to)
      : { column: "from", code: "no_patterns_here" };
  }
  const known = levels[kind];
  if (known && !known.some((level) => from.startsWith(`${level}:`)))
    return { column: "from", code: `level_needed_${kind}` };
  if (kind === "disposition" && !(decisions as readonly string[]).includes(to))
    return { column: "to", code: "decision_needed" };
  return null;
}

export const isConverted = (...told: readonly string[]): boolean => told.some((of) => of !== "");
