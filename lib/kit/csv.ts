import { CsvError, parse } from "csv-parse/sync";
import { err, ok, type Result } from "./result.ts";

const separators = [",", ";", "\t"] as const;

/**
 * The lines of a file as its cells. One character separates them all, which the heading shows: a list with semicolons
 * has commas in its words and numbers, and the other way about. The problem names the line from which on it can't be read.
 */
export function linesOfCsv(text: string): Result<string[][], { line: string }> {
  const { separator, rest } = separatorOf(text);
  try {
    const options = { bom: true, relax_column_count: true, skip_empty_lines: true } as const;
    return ok(parse(rest, { ...options, delimiter: separator }) as string[][]);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return err({ line: String(error.lines ?? "?") });
  }
}

/** A spreadsheet may say it in a line of its own, before the heading. */
function separatorOf(text: string): { separator: string; rest: string } {
  const said = /^\uFEFF?"?sep=([,;\t])"?\r?\n/i.exec(text);
  if (said?.[1] !== undefined) return { separator: said[1], rest: text.slice(said[0].length) };
  const heading = headingOf(text);
  const counts = separators.map((one) => heading.split(one).length);
  return { separator: separators[counts.indexOf(Math.max(...counts))] ?? ",", rest: text };
}

/** The first line that says something, without what stands in quotes. */
const headingOf = (text: string): string =>
  text
    .replace(/^\uFEFF?\s*/, "")
    .slice(0, 5_000)
    .replace(/"[^"]*"/g, "")
    .split(/[\r\n]/, 1)[0] ?? "";
