import "server-only";
import { forSite } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { type ImportRefusal, linesOf, type Preview } from "#lib/plant/import.commands";
import { checkRows, columnsOf } from "#lib/plant/import.rules";
import type { CodeKind } from "./code-kinds.schema.ts";
import { canonicalOf } from "./crosswalk-lines.rules.ts";
import { type CrosswalkRefusal, importLines } from "./crosswalks.commands.ts";
import {
  type CrosswalkImportForm,
  type CrosswalkPreviewForm,
  lineRow,
} from "./crosswalks.schema.ts";

type Refusal = ImportRefusal | CrosswalkRefusal;
const refused = (code: Refusal["code"], params: Readonly<Record<string, string>> = {}) =>
  err({ code, params } as Refusal);

const columns = [
  { name: "from", alias: ["our code", "code", "código", "desde código"] },
  { name: "to", alias: ["their code", "su código"] },
  { name: "label", alias: ["name", "nombre", "etiqueta"] },
  { name: "validFrom", alias: ["valid from", "desde"] },
  { name: "validTo", alias: ["valid to", "until", "hasta"] },
];
const ofUnits = [
  { name: "factor", alias: [] },
  { name: "addend", alias: ["sumando"] },
  { name: "places", alias: ["decimals", "decimales"] },
];
const columnsFor = (kind: CodeKind) => (kind === "unit" ? [...columns, ...ofUnits] : columns);

/** A list's columns in the order in which a file of it has them. */
export const crosswalkColumns = (kind: CodeKind): string[] =>
  columnsFor(kind).map(({ name }) => name);

const rowsMax = 2_000;

async function read(actor: Actor, of: CrosswalkPreviewForm) {
  const list = await forSite(actor.site).crosswalk.findFirst({
    where: { id: of.list, OR: [{ siteId: actor.site }, { siteId: null }] },
    select: {
      kind: true,
      lines: { where: { leftIn: null, validTo: null }, select: { canonical: true } },
    },
  });
  if (!list) return refused("crosswalk_not_here");
  const lines = linesOf(of.text);
  if (!lines.ok) return lines;
  const [heading, ...rest] = lines.value;
  if (!heading || rest.length === 0) return refused("file_empty");
  if (rest.length > rowsMax) return refused("file_too_long", { most: String(rowsMax) });
  const kind = list.kind as CodeKind;
  const { at, missing, unknown } = columnsOf(heading, columnsFor(kind));
  if (missing.length > 0) return refused("file_columns_missing", { columns: missing.join(", ") });
  const taken = new Set(list.lines.map(({ canonical }) => canonical));
  const named = (values: Readonly<Record<string, string>>) =>
    values.from ? canonicalOf(kind, values.from) : "";
  // A column that only units have is empty elsewhere.
  const empty = cellAfter(rest);
  const everywhere = new Map([...ofUnits.map(({ name }) => [name, empty] as const), ...at]);
  const rows = checkRows(
    rest.map((cells) => padded(cells, empty)),
    { at: everywhere, schema: lineRow(kind), key: "from", nameOf: named, known: taken },
  );
  return ok({ rows, unknown, kind });
}

/** A column behind all of the file's, where nothing stands. */
const cellAfter = (lines: readonly (readonly string[])[]): number =>
  Math.max(...lines.map((cells) => cells.length));
const padded = (cells: readonly string[], to: number): string[] =>
  Array.from({ length: to + 1 }, (_, place) => (place === to ? "" : (cells[place] ?? "")));

/** What a file would add to a list, row by row. Writes nothing. */
export async function previewCrosswalk(
  actor: Actor,
  form: CrosswalkPreviewForm,
): Promise<Result<Preview, Refusal>> {
  const found = await read(actor, form);
  if (!found.ok) return found;
  const rows = found.value.rows.map(({ line, key, values, problems }) => ({
    line,
    key,
    values,
    problems,
  }));
  return ok({ rows, unknown: found.value.unknown });
}

export async function importCrosswalk(
  actor: Actor,
  { list, command, text }: CrosswalkImportForm,
): Promise<Result<{ added: number }, Refusal>> {
  const found = await read(actor, { list, text });
  if (!found.ok) return found;
  const wrong = found.value.rows.filter(({ row }) => row === null).length;
  if (wrong > 0) return refused("file_has_errors", { rows: String(wrong) });
  const rows = found.value.rows.flatMap(({ row }) => row ?? []);
  // Why a whole list changes stands in the file's own hash: a form would only make somebody type "import".
  const of = { list, command, fileSha256: sha256Hex(text), reason: "Imported from a file" };
  return importLines(actor, of, rows);
}
