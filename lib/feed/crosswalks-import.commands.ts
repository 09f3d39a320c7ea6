import "server-only";
import { forSite } from "#lib/db/client";
import { canonicalJson, sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { type ImportRefusal, linesOf, type Preview, previewOf } from "#lib/plant/import.commands";
import { checkRows, columnsOf, valuesOf } from "#lib/plant/import.rules";
import type { CodeKind } from "./code-kinds.schema.ts";
import { lineColumns, lineShown } from "./crosswalk-book.queries.ts";
import { begins } from "./crosswalk-file.rules.ts";
import { canonicalOf } from "./crosswalk-lines.rules.ts";
import { type CrosswalkRefusal, importLines, overlap, saidBy } from "./crosswalks.commands.ts";
import {
  type CrosswalkImportForm,
  type CrosswalkLine,
  type CrosswalkPreviewForm,
  type LineRow,
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
/** What a list of two columns lacks is empty in each of its rows. */
const optional = [...columns, ...ofUnits].filter(({ name }) => name !== "from" && name !== "to");
const columnsFor = (kind: CodeKind) => (kind === "unit" ? [...columns, ...ofUnits] : columns);

/** A list's columns in the order in which a file of it has them. */
export const crosswalkColumns = (kind: CodeKind): string[] =>
  columnsFor(kind).map(({ name }) => name);

const rowsMax = 10_000;

async function read(actor: Actor, of: CrosswalkPreviewForm) {
  const site = forSite(actor.site);
  const [list, { timeZone }] = await Promise.all([
    site.crosswalk.findFirst({
      where: { id: of.list, OR: [{ siteId: actor.site }, { siteId: null }] },
      select: { kind: true, lines: { where: { leftIn: null }, select: lineColumns } },
    }),
    site.site.findUniqueOrThrow({ where: { id: actor.site }, select: { timeZone: true } }),
  ]);
  if (!list) return refused("crosswalk_not_here");
  const found = linesOf(of.text);
  if (!found.ok) return found;
  const [heading, ...rest] = found.value;
  if (!heading || rest.length === 0) return refused("file_empty");
  if (rest.length > rowsMax) return refused("file_too_long", { most: String(rowsMax) });
  const kind = list.kind as CodeKind;
  const { at, missing, unknown } = columnsOf(heading, columnsFor(kind));
  const lacking = missing.filter((name) => optional.every((of) => of.name !== name));
  if (lacking.length > 0) return refused("file_columns_missing", { columns: lacking.join(", ") });
  const standing = standingIn(kind, list.lines.map(lineShown), timeZone);
  const empty = cellAfter(rest);
  const everywhere = new Map([...optional.map(({ name }) => [name, empty] as const), ...at]);
  const cells = rest.map((one) => padded(one, empty));
  const schema = lineRow(kind);
  const said = cells.map((one) => schema.safeParse(valuesOf(one, everywhere)));
  const known = said.flatMap(({ data }) => (data && standing(data) === "otherwise" ? [data] : []));
  const nameOf = (row: Readonly<Record<string, string>>) =>
    row.from ? `${canonicalOf(kind, row.from)}/${row.validFrom}` : "";
  const names = new Set(known.map(nameOf));
  const checks = { at: everywhere, schema, key: "from", nameOf, known: names };
  const rows = checkRows(cells, checks).filter(
    ({ row }) => row === null || standing(row) !== "same",
  );
  return rows.length === 0 ? refused("nothing_changed") : ok({ rows, unknown, kind });
}

/** How a row of a file stands to what the list has: that very line, another of that time, or none. */
function standingIn(kind: CodeKind, lines: readonly CrosswalkLine[], zone: string) {
  const byCode = Map.groupBy(lines, ({ from }) => canonicalOf(kind, from));
  return (row: LineRow): "same" | "otherwise" | "new" => {
    const own = byCode.get(canonicalOf(kind, row.from)) ?? [];
    const time = { validFrom: begins(zone, row.validFrom), validTo: begins(zone, row.validTo) };
    const said = { ...saidBy(row), from: row.from, ...time };
    if (own.some((line) => canonicalJson(line) === canonicalJson(said))) return "same";
    // Without a day it takes up where the last one ends.
    if (time.validFrom === null)
      return own.some(({ validTo }) => validTo === null) ? "otherwise" : "new";
    return own.some((line) => overlap(line, time)) ? "otherwise" : "new";
  };
}

/** A column behind all of the file's, where nothing stands. */
const cellAfter = (lines: readonly (readonly string[])[]): number =>
  lines.reduce((most, cells) => Math.max(most, cells.length), 0);
const padded = (cells: readonly string[], to: number): string[] =>
  Array.from({ length: to + 1 }, (_, place) => (place === to ? "" : (cells[place] ?? "")));

/** What a file would add to a list, row by row. Writes nothing. */
export async function previewCrosswalk(
  actor: Actor,
  form: CrosswalkPreviewForm,
): Promise<Result<Preview, Refusal>> {
  const found = await read(actor, form);
  if (!found.ok) return found;
  return ok(previewOf(found.value.rows, found.value.unknown));
}

export async function importCrosswalk(
  actor: Actor,
  { list, command, text, reason }: CrosswalkImportForm,
): Promise<Result<{ added: number }, Refusal>> {
  const found = await read(actor, { list, text });
  if (!found.ok) return found;
  const wrong = found.value.rows.filter(({ row }) => row === null).length;
  if (wrong > 0) return refused("file_has_errors", { rows: String(wrong) });
  const rows = found.value.rows.flatMap(({ row }) => row ?? []);
  return importLines(actor, { list, command, fileSha256: sha256Hex(text), reason }, rows);
}
