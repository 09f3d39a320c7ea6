import "server-only";
import { instant } from "#lib/kit/time";
import type { OpenConnector } from "./connector.queries.ts";
import { isFoundByKey, type RestConnectorConfig } from "./connectors/rest/schema.ts";
import * as rest from "./connectors/rest/talk.gateway.ts";
import { bookAt, codesOfDelivery } from "./crosswalk-book.queries.ts";
import { differences, isLater } from "./delivery.rules.ts";
import { keepExternal, markGone } from "./external.commands.ts";
import {
  knownRecords,
  namedTraveler,
  type OursRow,
  ownIds,
  ownKeys,
  type Run,
} from "./reconcile.queries.ts";
import {
  type Compared,
  differencesOf,
  type Known,
  type Ours,
  type Reading,
  type Theirs,
} from "./reconcile.rules.ts";
import { type Pace, RunFailed } from "./reconcile-pace.worker.ts";
import { type ForeignRecord, ncrPhoto } from "./schema.ts";
import { testMarker } from "./validation.rules.ts";

type Records = OpenConnector<RestConnectorConfig>;

const quiet: rest.Tell = { onSend: async () => undefined };
const listMax = 20_000;

/** Everything that a decision needs, and a note on what could not be had. */
export type Looked = Omit<Compared, "site"> & { note: string | null };

const oursFrom = (
  { payload: _, defect: __, eventAt: ___, ...row }: OursRow,
  held: Ours["held"],
): Ours => ({
  ...row,
  held,
});

/** Of who hears events there is nothing to read back. */
export const nothingLookedAt = (rows: readonly OursRow[]): Looked => ({
  isListed: false,
  note: null,
  ours: rows.map((row) => oursFrom(row, null)),
  readings: new Map(),
  known: new Map(),
  theirs: [],
  ownKeys: new Set(),
});

type Work = { run: Run; connector: Records; rows: readonly OursRow[]; pace: Pace };

export async function lookedAt(work: Work): Promise<Looked> {
  const { connector, rows } = work;
  const records = [
    ...new Set(rows.flatMap(({ record, state }) => (record && isRead(state) ? [record] : []))),
  ];
  // Before any reading: what is read afterwards is never older, unless it has gone back.
  const known = await knownRecords(connector.id, records);
  const readings = new Map<string, Reading>();
  const raws = new Map<string, rest.ReadRecord>();
  for (const record of records) {
    const read = await work.pace.ask(() => rest.readBack(connector, record, quiet));
    if (read.kind === "done") raws.set(record, read.value);
    if (read.kind === "not_found") await markGone(connector.id, record);
    readings.set(record, await readingOf(work, record, read));
  }
  await takeIn(work, raws, known, readings);
  const ours: Ours[] = [];
  for (const row of rows) ours.push(oursFrom(row, await heldIn(work, row, raws)));
  const listed = await listedThere(work);
  const looked = await lookedUp(work, listed.isListed);
  const seen = new Map<string, ForeignRecord>();
  for (const record of [...looked, ...listed.records]) seen.set(record.externalId, record);
  const own = await ownIds(connector.id, [...seen.keys()]);
  const foreign = [...seen.values()].filter(({ externalId }) => !own.has(externalId));
  const keys = foreign.flatMap(({ key }) => (key === null ? [] : [key]));
  return {
    isListed: listed.isListed,
    note: listed.note,
    ours,
    readings,
    known,
    theirs: await theirsOf(work, foreign),
    ownKeys: await ownKeys(connector.id, keys),
  };
}

/** What is on its way or not needed is not asked for. */
const isRead = (state: OursRow["state"]): boolean =>
  ["delivered", "verified", "tracking", "closed", "parked", "dead"].includes(state);

async function readingOf(
  { connector, rows }: Work,
  record: string,
  read: rest.Talk<rest.ReadRecord>,
): Promise<Reading> {
  if (read.kind === "not_found") return { kind: "not_found" };
  if (read.kind !== "done") return { kind: "unread", reason: read.reason };
  const made = rows.find((row) => row.operation === "create" && row.record === record);
  const isSame = read.value.record.externalId === record;
  // What a person typed there and linked is not what was sent: it was compared by whoever linked it.
  if (!made || !isSame || made.lastResult === "linked by hand")
    return { kind: "there", record: read.value.record, differs: [] };
  const { payload, key } = made;
  const asSent = await withCodesOf(connector, made);
  const compared = await rest.compared(asSent, key, payload, read.value.raw);
  if (!compared.ok) return { kind: "unread", reason: compared.reason };
  const { expected, actual } = compared;
  const differs = differencesOf(expected, actual, differences(expected, actual));
  return { kind: "there", record: read.value.record, differs };
}

/** In the codes that it was sent with, whatever is mapped since. */
async function withCodesOf(connector: Records, { delivery, eventAt }: OursRow): Promise<Records> {
  const asking = { site: connector.site, connector: connector.code, delivery };
  const sent = await codesOfDelivery(delivery);
  return { ...connector, codes: bookAt(asking, () => instant(eventAt.getTime()), sent) };
}

/** What a poll has learned meanwhile is no difference; what nobody has heard is one, and is taken in by this run. */
async function takeIn(
  { connector, rows }: Work,
  raws: ReadonlyMap<string, rest.ReadRecord>,
  known: Map<string, Known>,
  readings: ReadonlyMap<string, Reading>,
): Promise<void> {
  for (const [asked, read] of raws) {
    const before = known.get(asked);
    if (!before || readings.get(asked)?.kind !== "there") continue;
    if (!isLater(read.record.version, before.version)) continue;
    const now = (await knownRecords(connector.id, [asked])).get(asked) ?? before;
    if (!isLater(read.record.version, now.version)) {
      const { status, version } = read.record;
      known.set(asked, { ...now, status: status ?? "unmapped", version, note: null });
      continue;
    }
    const made = rows.find((row) => row.operation === "create" && row.record === asked);
    // Another record under its id is not taken for it.
    const isOurs = read.record.key === null || read.record.key === made?.key;
    if (made && (isOurs || read.record.externalId !== asked))
      await keepExternal(connector, { traveler: made.traveler, defect: made.defect }, read);
  }
}

/** Is what was added to a record there? */
async function heldIn(
  { connector, pace }: Work,
  row: OursRow,
  raws: ReadonlyMap<string, rest.ReadRecord>,
): Promise<Ours["held"]> {
  if (row.operation !== "update" && row.operation !== "attach") return null;
  const read = row.record === null ? undefined : raws.get(row.record);
  if (!read || row.state !== "verified") return null;
  const { operation } = row;
  const seen = await pace.ask(() => rest.shown(connector, operation, read, quiet));
  if (seen.kind !== "done") return null;
  if (operation === "attach")
    return rest.photoHeld(connector, ncrPhoto.parse(row.payload), seen.value);
  return (await rest.isUpdateThere(connector, row.key, seen.value)) ? "there" : "missing";
}

type Listed = { isListed: boolean; note: string | null; records: ForeignRecord[] };

/** Everything there that has changed since the range began, read one by one; or that it can't be listed. */
async function listedThere({ run, connector, pace }: Work): Promise<Listed> {
  if (connector.config.changes === null) return { isListed: false, note: null, records: [] };
  const ids = new Set<string>();
  let cursor = await rest.listBeginsAt(connector, run.from);
  for (;;) {
    const page = await pace.ask(() => rest.changesSince(connector, cursor, quiet));
    if (page.kind !== "done") throw new RunFailed(`the list was not answered: ${page.reason}`);
    const before = ids.size;
    for (const { externalId } of page.value.items) ids.add(externalId);
    if (ids.size > listMax) throw new RunFailed(`more than ${listMax} records: a shorter range`);
    const isEnd = page.value.cursor === cursor || (ids.size === before && before > 0);
    if (isEnd || page.value.items.length === 0) break;
    cursor = page.value.cursor;
  }
  const own = await ownIds(connector.id, [...ids]);
  const records: ForeignRecord[] = [];
  let unread = 0;
  for (const id of ids) {
    if (own.has(id)) continue;
    const read = await pace.ask(() => rest.readBack(connector, id, quiet));
    // Merged away: the one that is left stands in the list itself.
    if (read.kind === "done" && read.value.record.externalId === id)
      records.push(read.value.record);
    else if (read.kind !== "done" && read.kind !== "not_found") unread += 1;
  }
  if (unread > 0) pace.warn({ unread }, "records of the list could not be read");
  const note = unread > 0 ? `${unread} records of its list could not be read` : null;
  return { isListed: true, note, records };
}

/** By our key: what is in doubt; and where nothing can be listed, whether a key is there twice. */
async function lookedUp(
  { connector, rows, pace }: Work,
  isListed: boolean,
): Promise<ForeignRecord[]> {
  if (!isFoundByKey(connector.config)) return [];
  const found: ForeignRecord[] = [];
  for (const row of rows) {
    const isMeant =
      row.operation === "create" &&
      row.state !== "cancelled" &&
      row.state !== "superseded" &&
      row.state !== "pending" &&
      row.state !== "gated" &&
      (row.record === null || !isListed);
    if (!isMeant) continue;
    const looked = await pace.ask(() => rest.lookUp(connector, row.key, quiet));
    if (looked.kind === "done") found.push(...looked.value);
  }
  return found;
}

/** Typed there outside of the range it is no matter of this run; with our marker it is, whenever it was made. */
async function theirsOf({ run }: Work, foreign: readonly ForeignRecord[]): Promise<Theirs[]> {
  const theirs: Theirs[] = [];
  for (const record of foreign) {
    // What a validation run has made is in its report.
    if (record.key?.startsWith(testMarker)) continue;
    const isMarked = record.key?.startsWith("buyoff:") ?? false;
    const made = record.createdAt ? Date.parse(record.createdAt) : Number.NaN;
    const at = Number.isNaN(made) ? null : new Date(made).toISOString();
    if (!isMarked && at !== null && (at < run.from || at >= run.to)) continue;
    const on = record.about ? await namedTraveler(run, record.about, at) : null;
    theirs.push({ record, on });
  }
  return theirs;
}
