import "server-only";
import type { Tx } from "#lib/db/client";
import type { Crosswalk, CrosswalkLine as LineRowStored } from "#lib/db/generated/client";
import type { Canonical } from "#lib/kit/canonical";
import { sha256Hex } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import { err, ok, type Result } from "#lib/kit/result";
import { type Instant, instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { Happening } from "#lib/record/commands";
import type { HappeningType } from "#lib/record/happenings.schema";
import { recorded } from "#lib/record/recorded.commands";
import type { CodeKind } from "./code-kinds.schema.ts";
import { begins } from "./crosswalk-file.rules.ts";
import { canonicalOf } from "./crosswalk-lines.rules.ts";
import type {
  CrosswalkChangeForm,
  CrosswalkForm,
  LineChangeForm,
  LineEndForm,
  LineForm,
  LineRow,
} from "./crosswalks.schema.ts";

export type CrosswalkRefusal = {
  code:
    | "crosswalk_taken"
    | "crosswalk_not_here"
    | "crosswalk_line_gone"
    | "crosswalk_code_taken"
    | "crosswalk_end_past"
    | "nothing_changed";
  params: Readonly<Record<string, string>>;
};
type Outcome = Promise<Result<{ list: string }, CrosswalkRefusal>>;
const refused = (code: CrosswalkRefusal["code"], params: Readonly<Record<string, string>> = {}) =>
  err<CrosswalkRefusal>({ code, params });

const orNull = (text: string): string | null => (text === "" ? null : text);

type ListNamed = Pick<Crosswalk, "id" | "siteId" | "kind" | "connector">;

/**
 * A change of a list stands in the record of the site where it was made, the company's lists included:
 * each names its list, the version that it made, what was there and what is, and why.
 */
function happened(
  actor: Actor,
  list: ListNamed,
  version: number,
  type: HappeningType,
  body: Readonly<Record<string, Canonical>>,
  reason: string,
): Happening {
  return {
    kind: "feed",
    stream: derivedId(actor.site, `crosswalk/${list.id}`),
    type,
    body: {
      list: list.id,
      kind: list.kind,
      connector: list.connector,
      scope: list.siteId === null ? "company" : "site",
      version,
      ...body,
      reason: sha256Hex(reason),
    },
    texts: [reason],
  };
}

/** The list, held until the transaction ends, if it is this site's or the company's. */
async function heldList(tx: Tx, actor: Actor, id: string): Promise<Crosswalk | null> {
  await tx.$queryRaw`select id from crosswalks where id = ${id}::uuid for update`;
  return tx.crosswalk.findFirst({
    where: { id, OR: [{ siteId: actor.site }, { siteId: null }] },
  });
}

/** The list's next version; whoever waits for a code of it is looked at again. */
async function nextVersion(
  tx: Tx,
  list: Pick<Crosswalk, "id" | "version">,
  also: { onMissing?: string; defaultCode?: string | null } = {},
): Promise<number> {
  const version = list.version + 1;
  await tx.crosswalk.update({
    where: { id: list.id },
    data: { version, changedAt: new Date(), ...also },
  });
  return version;
}

export function createCrosswalk(actor: Actor, form: CrosswalkForm): Outcome {
  return recorded(actor, async (tx) => {
    const list = {
      id: form.command,
      siteId: form.scope === "company" ? null : actor.site,
      kind: form.kind,
      connector: orNull(form.connector),
    };
    const known = await tx.crosswalk.findFirst({
      where: { siteId: list.siteId, kind: list.kind, connector: list.connector },
      select: { id: true },
    });
    if (known) return refused("crosswalk_taken");
    const { onMissing } = form;
    const defaultCode = orNull(form.defaultCode);
    await tx.crosswalk.create({
      data: { ...list, version: 1, onMissing, defaultCode, changedAt: new Date() },
    });
    const said = { onMissing, defaultCode };
    const event = happened(actor, list, 1, "crosswalk.created", said, form.reason);
    return ok({ value: { list: list.id }, events: [event] });
  });
}

export function changeCrosswalk(actor: Actor, form: CrosswalkChangeForm): Outcome {
  return recorded(actor, async (tx) => {
    const list = await heldList(tx, actor, form.list);
    if (!list) return refused("crosswalk_not_here");
    const after = { onMissing: form.onMissing, defaultCode: orNull(form.defaultCode) };
    const before = { onMissing: list.onMissing, defaultCode: list.defaultCode };
    const changes = differing(before, after);
    if (Object.keys(changes).length === 0) return refused("nothing_changed");
    const version = await nextVersion(tx, list, after);
    const event = happened(actor, list, version, "crosswalk.changed", { changes }, form.reason);
    return ok({ value: { list: list.id }, events: [event] });
  });
}

type Said = Readonly<Record<string, string | number | null>>;
const differing = (before: Said, after: Said) =>
  Object.fromEntries(
    Object.keys(after)
      .filter((name) => before[name] !== after[name])
      .map((name) => [name, { before: before[name] ?? null, after: after[name] ?? null }]),
  );

type LineSaid = {
  from: string;
  to: string;
  label: string | null;
  factor: string | null;
  addend: string | null;
  places: number | null;
  validFrom: Instant | null;
  validTo: Instant | null;
};

/** What a line says of its code, as it is stored. */
export const saidBy = (form: Pick<LineForm, "to" | "label" | "factor" | "addend" | "places">) => ({
  to: form.to,
  label: orNull(form.label),
  factor: orNull(form.factor),
  addend: orNull(form.addend),
  places: form.places === "" ? null : Number(form.places),
});

const saidIn = (row: LineRowStored): LineSaid => ({
  from: row.fromCode,
  to: row.toCode,
  label: row.label,
  factor: row.factor,
  addend: row.addend,
  places: row.places,
  validFrom: row.validFrom?.toISOString() ?? null,
  validTo: row.validTo?.toISOString() ?? null,
});

type Entering = Pick<Crosswalk, "id" | "siteId" | "kind"> & { enteredIn: number };

const rowOf = (
  actor: Actor,
  { id: listId, siteId, kind, enteredIn }: Entering,
  { from, to, validFrom, validTo, ...more }: LineSaid,
  id: string,
) => ({
  id,
  listId,
  siteId,
  fromCode: from,
  canonical: canonicalOf(kind as CodeKind, from),
  toCode: to,
  ...more,
  validFrom: validFrom === null ? null : new Date(validFrom),
  validTo: validTo === null ? null : new Date(validTo),
  enteredIn,
  enteredAt: new Date(),
  enteredBy: actor.via === "seed" ? null : actor.id,
});

async function insertLine(
  tx: Tx,
  actor: Actor,
  list: Pick<Crosswalk, "id" | "siteId" | "kind">,
  line: LineSaid,
  as: { id: string; version: number },
): Promise<void> {
  const entering = { ...list, enteredIn: as.version };
  await tx.crosswalkLine.create({ data: rowOf(actor, entering, line, as.id) });
}

/** The lines that count, of one code or of all, the newest last. */
const linesOf = (tx: Tx, list: Pick<Crosswalk, "id" | "kind">, from?: string) =>
  tx.crosswalkLine.findMany({
    where: {
      listId: list.id,
      leftIn: null,
      ...(from === undefined ? {} : { canonical: canonicalOf(list.kind as CodeKind, from) }),
    },
    orderBy: { validTo: { sort: "asc", nulls: "last" } },
  });

const byEnd = (one: LineRowStored, other: LineRowStored): number =>
  (one.validTo?.getTime() ?? Number.POSITIVE_INFINITY) -
  (other.validTo?.getTime() ?? Number.POSITIVE_INFINITY);

type Period = { validFrom: Instant | null; validTo: Instant | null };
export const overlap = (one: Period, other: Period): boolean =>
  (one.validFrom === null || other.validTo === null || one.validFrom < other.validTo) &&
  (other.validFrom === null || one.validTo === null || other.validFrom < one.validTo);

/** Where a new line says no day, it takes up where the code's last one ended: what waits since then goes. */
function entered(
  known: readonly LineSaid[],
  row: Omit<LineRow, "kind">,
  zone: string,
): Result<LineSaid, CrosswalkRefusal> {
  const line: LineSaid = {
    from: row.from,
    ...saidBy(row),
    validFrom: begins(zone, row.validFrom) ?? known.at(-1)?.validTo ?? null,
    validTo: begins(zone, row.validTo),
  };
  const isTaken = known.some((of) => of.validTo === null || overlap(of, line));
  const isEmpty =
    line.validFrom !== null && line.validTo !== null && line.validTo <= line.validFrom;
  return isTaken || isEmpty ? refused("crosswalk_code_taken", { code: row.from }) : ok(line);
}

const zoneOf = async (tx: Tx, actor: Actor): Promise<string> =>
  (await tx.site.findUniqueOrThrow({ where: { id: actor.site }, select: { timeZone: true } }))
    .timeZone;

export function addLine(actor: Actor, form: LineForm): Outcome {
  return recorded(actor, async (tx) => {
    const list = await heldList(tx, actor, form.list);
    if (list?.kind !== form.kind) return refused("crosswalk_not_here");
    const as = { id: form.command, version: list.version + 1 };
    const known = (await linesOf(tx, list, form.from)).map(saidIn);
    const added = entered(known, form, await zoneOf(tx, actor));
    if (!added.ok) return added;
    await insertLine(tx, actor, list, added.value, as);
    await nextVersion(tx, list);
    const said = { line: as.id, code: added.value.from, after: added.value };
    const event = happened(actor, list, as.version, "crosswalk.line_added", said, form.reason);
    return ok({ value: { list: list.id }, events: [event] });
  });
}

/** A line that counts, with its list, both held. */
async function heldLine(tx: Tx, actor: Actor, id: string) {
  const found = await tx.crosswalkLine.findFirst({ where: { id }, select: { listId: true } });
  const list = found && (await heldList(tx, actor, found.listId));
  const row = list && (await tx.crosswalkLine.findFirst({ where: { id, leftIn: null } }));
  return list && row ? { list, row } : null;
}

const leaves = (tx: Tx, id: string, version: number) =>
  tx.crosswalkLine.update({ where: { id }, data: { leftIn: version }, select: { id: true } });

/**
 * From now on a code is called otherwise: what has happened before keeps the old one. Or it was wrong
 * from its beginning: then all that is still to be sent is sent right. Either way the old line stays on
 * record as it was.
 */
export function changeLine(actor: Actor, form: LineChangeForm, at = instant(Date.now())): Outcome {
  return recorded(actor, async (tx) => {
    const held = await heldLine(tx, actor, form.line);
    if (!held) return refused("crosswalk_line_gone");
    const { list, row } = held;
    const before = saidIn(row);
    if (list.kind !== form.kind || before.from !== form.from) return refused("crosswalk_line_gone");
    const after = saidBy(form);
    const changes = differing(before, after);
    if (Object.keys(changes).length === 0) return refused("nothing_changed");
    if (before.validTo !== null && before.validTo <= at && form.since === "now")
      return refused("crosswalk_end_past");
    const version = await nextVersion(tx, list);
    await leaves(tx, row.id, version);
    // One that hasn't begun yet has nothing to keep.
    const isFromNow = form.since === "now" && (before.validFrom === null || before.validFrom < at);
    if (isFromNow) {
      const old = { id: derivedId(form.command, "until"), version };
      await insertLine(tx, actor, list, { ...before, validTo: at }, old);
    }
    const line = { ...before, ...after, ...(isFromNow ? { validFrom: at } : {}) };
    await insertLine(tx, actor, list, line, { id: form.command, version });
    const said = { line: form.command, code: before.from, since: form.since, changes };
    const event = happened(actor, list, version, "crosswalk.line_changed", said, form.reason);
    return ok({ value: { list: list.id }, events: [event] });
  });
}

export function endLine(actor: Actor, form: LineEndForm, at = instant(Date.now())): Outcome {
  return recorded(actor, async (tx) => {
    const held = await heldLine(tx, actor, form.line);
    if (!held) return refused("crosswalk_line_gone");
    const { list, row } = held;
    const before = saidIn(row);
    const end = begins(await zoneOf(tx, actor), form.validTo) ?? at;
    // What has happened with a code keeps it: an end lies ahead.
    if (end < at || (before.validTo !== null && before.validTo <= end))
      return refused("crosswalk_end_past");
    const version = await nextVersion(tx, list);
    await leaves(tx, row.id, version);
    const hasBegun = before.validFrom === null || before.validFrom < end;
    if (hasBegun)
      await insertLine(tx, actor, list, { ...before, validTo: end }, { id: form.command, version });
    const changes = { validTo: { before: before.validTo, after: hasBegun ? end : null } };
    const said = { line: row.id, code: before.from, changes };
    const event = happened(actor, list, version, "crosswalk.line_ended", said, form.reason);
    return ok({ value: { list: list.id }, events: [event] });
  });
}

/** All rows of a file or none, as one version of the list. */
export function importLines(
  actor: Actor,
  of: { list: string; command: string; fileSha256: string; reason: string },
  rows: readonly LineRow[],
): Promise<Result<{ added: number }, CrosswalkRefusal>> {
  return recorded(actor, async (tx) => {
    const list = await heldList(tx, actor, of.list);
    if (!list) return refused("crosswalk_not_here");
    const version = list.version + 1;
    const zone = await zoneOf(tx, actor);
    const byCode = Map.groupBy(await linesOf(tx, list), ({ canonical }) => canonical);
    const lines: LineSaid[] = [];
    const added = [];
    for (const row of rows) {
      const canonical = canonicalOf(list.kind as CodeKind, row.from);
      const known = byCode.get(canonical) ?? [];
      const line = entered(known.map(saidIn), row, zone);
      if (!line.ok) return line;
      const id = derivedId(of.command, `${row.from}/${row.validFrom}`);
      const entering = { ...list, enteredIn: version };
      const stored = { ...rowOf(actor, entering, line.value, id), leftIn: null };
      byCode.set(canonical, [...known, stored].sort(byEnd));
      lines.push(line.value);
      added.push(stored);
    }
    await tx.crosswalkLine.createMany({ data: added });
    await nextVersion(tx, list);
    const said = { rows: lines.length, fileSha256: of.fileSha256, lines };
    const event = happened(actor, list, version, "crosswalk.imported", said, of.reason);
    return ok({ value: { added: lines.length }, events: [event] });
  });
}
