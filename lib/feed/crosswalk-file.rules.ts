import { dateIn } from "#lib/kit/time";
import type { CrosswalkLine } from "./crosswalks.schema.ts";

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
      validFrom: line.validFrom === null ? "" : dateIn(zone, line.validFrom),
      validTo: line.validTo === null ? "" : dateIn(zone, line.validTo),
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
