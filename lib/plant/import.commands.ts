import "server-only";
import type * as z from "zod/mini";
import { db, forSite, type Tx } from "#lib/db/client";
import { sha256Hex } from "#lib/kit/canonical";
import { linesOfCsv } from "#lib/kit/csv";
import { derivedId } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import { addPerson } from "#lib/people/changes.commands";
import { personRow } from "#lib/people/changes.schema";
import { addHeld } from "#lib/people/qualifications.commands";
import { heldColumns, heldRow } from "#lib/people/qualifications.schema";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { addGage } from "./gages.commands.ts";
import { gageRow } from "./gages.schema.ts";
import {
  type Column,
  checkRows,
  columnsOf,
  type ImportRow,
  type Register,
  valuesOf,
} from "./import.rules.ts";
import type { ImportForm, PreviewForm } from "./import.schema.ts";
import { addOrder } from "./orders.commands.ts";
import { orderRow } from "./orders.schema.ts";
import { addStation } from "./stations.commands.ts";
import { stationRow } from "./stations.schema.ts";
import { addStock } from "./stock.commands.ts";
import { stockRow } from "./stock.schema.ts";

export type ImportRefusal = {
  code:
    | "file_unreadable"
    | "file_letters_lost"
    | "file_columns_missing"
    | "file_empty"
    | "file_too_long"
    | "file_has_errors";
  params: Readonly<Record<string, string>>;
};
const refused = (code: ImportRefusal["code"], params: Readonly<Record<string, string>> = {}) =>
  err<ImportRefusal>({ code, params });

type Added = Promise<Result<{ value: unknown; events: readonly Happening[] }, { code: string }>>;
type Values = Readonly<Record<string, string>>;
type Problem = { column: string; code: string };
type Source<T> = {
  columns: readonly Column[];
  key: string;
  /** What tells one row from another, where that takes more than its key's column. */
  nameOf?: (values: Values) => string;
  schema: z.ZodMiniType<T>;
  /** Of these names, those that are there already. */
  known: (actor: Actor, names: readonly string[]) => Promise<readonly string[]>;
  /** What only the plant's own lists can tell of a row: column and code. */
  unfit?: (actor: Actor, rows: readonly Values[]) => Promise<(values: Values) => Problem[]>;
  add: (tx: Tx, actor: Actor, id: string, row: T) => Added;
};

/** What a row needs and how it becomes one of ours; the types of one source belong together. */
const sourceOf = <T>(source: Source<T>) => ({
  columns: source.columns,
  check: async (actor: Actor, lines: readonly (readonly string[])[], at: Positions) => {
    const { key, schema, nameOf } = source;
    const values = lines.map((cells) => valuesOf(cells, at));
    const names = values.map((of) => nameOf?.(of) ?? of[key] ?? "");
    const known = new Set(await source.known(actor, names));
    const unfit = await source.unfit?.(actor, values);
    const rows = checkRows(lines, { at, schema, key, known, ...(nameOf && { nameOf }) });
    return rows.map((row) => {
      const more = row.problems.length === 0 ? (unfit?.(row.values) ?? []) : [];
      const found = more.length === 0 ? row : { ...row, problems: more, row: null };
      return { ...found, add: adding(source, found) };
    });
  },
});
type Positions = ReadonlyMap<string, number>;
type Adding = ((tx: Tx, actor: Actor, id: string) => Added) | null;
const adding = <T>(source: Source<T>, { row }: ImportRow<T>): Adding =>
  row === null ? null : (tx, actor, id) => source.add(tx, actor, id, row);

const sources = {
  gages: sourceOf({
    columns: [
      { name: "code", alias: ["código", "id"] },
      { name: "type", alias: ["tipo"] },
      { name: "name", alias: ["nombre", "description"] },
      { name: "unit", alias: ["unidad"] },
      { name: "resolution", alias: ["resolución"] },
      { name: "calibratedMin", alias: ["calibrated min", "range min", "mínimo"] },
      { name: "calibratedMax", alias: ["calibrated max", "range max", "máximo"] },
      { name: "uncertainty", alias: ["incertidumbre"] },
      { name: "calibrationDueOn", alias: ["calibration due", "due", "vence"] },
    ],
    key: "code",
    schema: gageRow,
    known: async (actor, keys) => {
      const where = { siteId: actor.site, code: { in: [...keys] } };
      const rows = await forSite(actor.site).gage.findMany({ where, select: { code: true } });
      return rows.map(({ code }) => code);
    },
    add: addGage,
  }),
  stations: sourceOf({
    columns: [
      { name: "code", alias: ["código"] },
      { name: "name", alias: ["nombre"] },
      { name: "workCenter", alias: ["work center", "centro de trabajo"] },
    ],
    key: "code",
    schema: stationRow,
    known: async (actor, keys) => {
      const where = { siteId: actor.site, code: { in: [...keys] } };
      const rows = await forSite(actor.site).station.findMany({ where, select: { code: true } });
      return rows.map(({ code }) => code);
    },
    add: addStation,
  }),
  orders: sourceOf({
    columns: [
      { name: "number", alias: ["order", "work order", "orden"] },
      { name: "partNumber", alias: ["part number", "part", "parte"] },
      { name: "partRevision", alias: ["part revision", "revision", "revisión"] },
      { name: "quantity", alias: ["cantidad"] },
      { name: "customer", alias: ["cliente"] },
    ],
    key: "number",
    schema: orderRow,
    known: async (actor, keys) => {
      const where = { siteId: actor.site, number: { in: [...keys] } };
      const rows = await forSite(actor.site).workOrder.findMany({
        where,
        select: { number: true },
      });
      return rows.map(({ number }) => number);
    },
    add: addOrder,
  }),
  people: sourceOf({
    columns: [
      { name: "employeeNumber", alias: ["employee number", "number", "número"] },
      { name: "name", alias: ["nombre"] },
      { name: "roles", alias: ["role", "roles", "funciones"] },
    ],
    key: "employeeNumber",
    schema: personRow,
    known: async (_actor, keys) => {
      const where = { employeeNumber: { in: [...keys] } };
      const rows = await db.person.findMany({ where, select: { employeeNumber: true } });
      return rows.map(({ employeeNumber }) => employeeNumber);
    },
    add: addPerson,
  }),
  qualifications: sourceOf({
    columns: heldColumns,
    key: "employeeNumber",
    nameOf: ({ employeeNumber, code, validFrom }) => `${employeeNumber} ${code} ${validFrom}`,
    schema: heldRow,
    known: async (_actor, names) => {
      const numbers = names.map((name) => name.split(" ")[0] ?? "");
      const people = await db.person.findMany({
        where: { employeeNumber: { in: numbers } },
        select: { id: true, employeeNumber: true },
      });
      const held = await db.personQualification.findMany({
        where: { personId: { in: people.map(({ id }) => id) }, withdrawnOn: null },
        select: { personId: true, code: true, validFrom: true },
      });
      return held.map(({ personId, code, validFrom }) => {
        const number = people.find(({ id }) => id === personId)?.employeeNumber;
        return `${number} ${code} ${validFrom.toISOString().slice(0, 10)}`;
      });
    },
    unfit: async (actor, rows) => {
      const numbers = rows.map(({ employeeNumber }) => employeeNumber ?? "");
      const where = { employeeNumber: { in: numbers } };
      const [people, kinds] = await Promise.all([
        db.person.findMany({ where, select: { id: true, employeeNumber: true } }),
        db.qualification.findMany({ select: { code: true } }),
      ]);
      return ({ employeeNumber, code }) => {
        const person = people.find((of) => of.employeeNumber === employeeNumber);
        const isKnown = kinds.some((of) => of.code === code);
        return [
          ...(person ? [] : [{ column: "employeeNumber", code: "person_not_known" }]),
          ...(person?.id === actor.id ? [{ column: "employeeNumber", code: "own_row" }] : []),
          ...(isKnown ? [] : [{ column: "code", code: "qualification_not_known" }]),
        ];
      };
    },
    add: addHeld,
  }),
  stock: sourceOf({
    columns: [
      { name: "part", alias: ["part number", "parte"] },
      { name: "serial", alias: ["serial number", "serie"] },
      { name: "lot", alias: ["batch", "lote"] },
      { name: "revision", alias: ["part revision", "revisión"] },
      { name: "expiresOn", alias: ["expires", "expiry", "caduca"] },
      { name: "supplier", alias: ["proveedor", "manufacturer"] },
      { name: "certificate", alias: ["certificado", "coc"] },
      { name: "receivedOn", alias: ["received", "recibido"] },
    ],
    key: "part",
    nameOf: ({ part, serial, lot }) =>
      serial !== "" ? `${part} serial ${serial}` : `${part} lot ${lot}`,
    schema: stockRow,
    known: async (actor, names) => {
      const parts = names.map((name) => name.split(" ")[0] ?? "");
      const rows = await forSite(actor.site).stock.findMany({
        where: { siteId: actor.site, part: { in: parts } },
        select: { part: true, serial: true, lot: true },
      });
      return rows.map(({ part, serial, lot }) =>
        serial === null ? `${part} lot ${lot}` : `${part} serial ${serial}`,
      );
    },
    add: addStock,
  }),
} as const satisfies Record<Register, unknown>;

/** A file's columns in the order in which a template lists them. */
export const columnsFor = (register: Register): string[] =>
  sources[register].columns.map(({ name }) => name);

const rowsMax = 500;

/** A list as its cells. A sign that stands for a lost letter is no list: nobody knows which one it was. */
export function linesOf(text: string): Result<string[][], ImportRefusal> {
  const lost = text.indexOf("\uFFFD");
  if (lost >= 0)
    return refused("file_letters_lost", { line: String(text.slice(0, lost).split("\n").length) });
  const lines = linesOfCsv(text);
  return lines.ok ? lines : refused("file_unreadable", lines.error);
}

async function read(actor: Actor, register: Register, text: string) {
  const lines = linesOf(text);
  if (!lines.ok) return lines;
  const [heading, ...rest] = lines.value;
  if (!heading || rest.length === 0) return refused("file_empty");
  if (rest.length > rowsMax) return refused("file_too_long", { most: String(rowsMax) });
  const source = sources[register];
  const { at, missing, unknown } = columnsOf(heading, source.columns);
  if (missing.length > 0) {
    return refused("file_columns_missing", { columns: missing.join(", ") });
  }
  return ok({ rows: await source.check(actor, rest, at), unknown });
}

export type Preview = {
  count: number;
  wrong: number;
  /** All of a short file; of a long one as many as people look at, those with errors first. */
  rows: readonly Omit<ImportRow<unknown>, "row">[];
  /** Headings that mean nothing here: their columns are not read. */
  unknown: readonly string[];
};

const shownMax = 200;

export function previewOf(
  rows: readonly ImportRow<unknown>[],
  unknown: readonly string[],
): Preview {
  const wrong = rows.filter(({ row }) => row === null);
  const right = rows.filter(({ row }) => row !== null);
  const shown = rows.length <= shownMax ? rows : [...wrong, ...right].slice(0, shownMax);
  return {
    count: rows.length,
    wrong: wrong.length,
    rows: shown.map(({ line, key, values, problems }) => ({ line, key, values, problems })),
    unknown,
  };
}

/** What a file would do, row by row. Writes nothing. */
export async function previewImport(
  actor: Actor,
  register: Register,
  form: PreviewForm,
): Promise<Result<Preview, ImportRefusal>> {
  const found = await read(actor, register, form.text);
  return found.ok ? ok(previewOf(found.value.rows, found.value.unknown)) : found;
}

/** All rows of a file or none: half a list is worse than none, because nobody knows which half. */
export async function runImport(
  actor: Actor,
  register: Register,
  form: ImportForm,
): Promise<Result<{ added: number }, ImportRefusal>> {
  const found = await read(actor, register, form.text);
  if (!found.ok) return found;
  const { rows } = found.value;
  const wrong = rows.filter(({ problems }) => problems.length > 0).length;
  if (wrong > 0) return refused("file_has_errors", { rows: String(wrong) });
  return recorded(actor, async (tx) => {
    const events: Happening[] = [];
    for (const { add, key } of rows) {
      const added = await add?.(tx, actor, derivedId(form.command, key));
      // Somebody else entered it between the check and now: the whole file waits for another look.
      if (!added?.ok) throw new ImportCollision();
      events.push(...added.value.events);
    }
    const body = { register, rows: rows.length, fileSha256: sha256Hex(form.text) };
    const told = { kind: "site", stream: actor.site, type: "import.done", body } as const;
    return ok({ value: { added: rows.length }, events: [...events, told] });
  }).catch((error: unknown) => {
    if (error instanceof ImportCollision) return refused("file_has_errors", { rows: "1" });
    throw error;
  });
}

class ImportCollision extends Error {}
