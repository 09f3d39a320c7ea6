import { dateIn, type Instant, instantIn, minuteOfDayIn } from "#lib/kit/time";
import type { CrosswalkLine } from "./crosswalks.schema.ts";

/** A day of the plant from its beginning, or a moment as a file has it; null: nothing is said. */
export const begins = (zone: string, said: string): Instant | null => {
  if (said === "") return null;
  return said.includes("T") ? said : instantIn(zone, said, 0);
};

/** The other way: a day where one begins there, as people write it, and else the moment itself. */
const saidOf = (zone: string, at: Instant | null): string => {
  if (at === null) return "";
  return minuteOfDayIn(zone, at) === 0 && at.endsWith(":00.000Z") ? dateIn(zone, at) : at;
};

/** A list as a file that can be read in again, at another site or in a spreadsheet. */
export function csvOf(
  columns: readonly string[],
  lines: readonly CrosswalkLine[],
  zone: string,
): string {
  const rows = lines.map((line) => {
    const cells: Readonly<Record<string, string>> = {
      from: line.from,
      to: line.to,
      label: line.label ?? "",
      validFrom: saidOf(zone, line.validFrom),
      validTo: saidOf(zone, line.validTo),
      factor: line.factor ?? "",
      addend: line.addend ?? "",
      places: line.places === null ? "" : String(line.places),
    };
    return columns.map((name) => quoted(cells[name] ?? "")).join(",");
  });
  return `${[columns.join(","), ...rows].join("\r\n")}\r\n`;
}

const quoted = (text: string): string =>
  /[",\r\n;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
