import type * as z from "zod/mini";

export const registers = [
  "gages",
  "stations",
  "orders",
  "people",
  "qualifications",
  "stock",
] as const;
export type Register = (typeof registers)[number];

/** Of a list, as UTF-8: a form takes a megabyte. A longer one comes in parts. */
export const listBytesMax = 900_000;

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

/** What a line says, by the names of our columns. */
export const valuesOf = (
  cells: readonly string[],
  at: ReadonlyMap<string, number>,
): Readonly<Record<string, string>> =>
  Object.fromEntries([...at].map(([name, column]) => [name, (cells[column] ?? "").trim()]));

/** Checks every row against its schema, against the others of the file and against what is there. */
export function checkRows<T>(
  lines: readonly (readonly string[])[],
  of: {
    at: ReadonlyMap<string, number>;
    schema: z.ZodMiniType<T>;
    /** The column that a row is called by; what tells one row from another, where that is more. */
    key: string;
    nameOf?: (values: Readonly<Record<string, string>>) => string;
    known: ReadonlySet<string>;
  },
): ImportRow<T>[] {
  const seen = new Set<string>();
  return lines.map((cells, index) => {
    const values = valuesOf(cells, of.at);
    const key = of.nameOf?.(values) ?? values[of.key] ?? "";
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
