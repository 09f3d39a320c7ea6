import type * as z from "zod/mini";

export const registers = ["gages", "stations", "orders", "people"] as const;
export type Register = (typeof registers)[number];

/** A row with what is wrong with it, column by column. Codes are keys of `desk.form`. */
export type ImportRow<T> = {
  /** Line of the file, the heading being line 1. */
  line: number;
  key: string;
  values: Readonly<Record<string, string>>;
  problems: readonly { column: string; code: string }[];
  row: T | null;
};

export type Column = { name: string; alias: readonly string[] };

const plain = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/[^\p{Letter}\p{Number}]/gu, "")
    .toLowerCase();

/** Headings as people write them: case, accents, blanks and underscores don't matter. */
export function columnsOf(
  heading: readonly string[],
  columns: readonly Column[],
): { at: ReadonlyMap<string, number>; missing: string[]; unknown: string[] } {
  const at = new Map<string, number>();
  const unknown: string[] = [];
  for (const [index, text] of heading.entries()) {
    const found = columns.find(({ name, alias }) =>
      [name, ...alias].some((one) => plain(one) === plain(text)),
    );
    if (found && !at.has(found.name)) at.set(found.name, index);
    else if (text.trim() !== "") unknown.push(text);
  }
  const missing = columns.map(({ name }) => name).filter((name) => !at.has(name));
  return { at, missing, unknown };
}

/** Checks every row against its schema, against the others of the file and against what is there. */
export function checkRows<T>(
  lines: readonly (readonly string[])[],
  of: {
    at: ReadonlyMap<string, number>;
    schema: z.ZodMiniType<T>;
    /** The column that tells one row from another. */
    key: string;
    known: ReadonlySet<string>;
  },
): ImportRow<T>[] {
  const seen = new Set<string>();
  return lines.map((cells, index) => {
    const values = Object.fromEntries(
      [...of.at].map(([name, column]) => [name, (cells[column] ?? "").trim()]),
    );
    const key = values[of.key] ?? "";
    const parsed = of.schema.safeParse(values);
    const problems = parsed.success
      ? []
      : parsed.error.issues.map(({ path, message }) => ({
          column: String(path[0] ?? of.key),
          code: message,
        }));
    if (key !== "" && seen.has(key)) problems.push({ column: of.key, code: "twice_in_file" });
    if (of.known.has(key)) problems.push({ column: of.key, code: "known_already" });
    seen.add(key);
    const row = parsed.success && problems.length === 0 ? parsed.data : null;
    return { line: index + 2, key, values, problems, row };
  });
}
