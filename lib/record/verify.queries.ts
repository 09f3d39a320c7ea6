import "server-only";
import { db, type Tx } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import type { InstructionContent } from "#lib/instructions/schema";
import type { Actor } from "#lib/people/schema";
import { contentOf } from "#lib/travelers/contents.queries";
import type { RecordedEvent } from "#lib/travelers/events.schema";
import { evolve, fold } from "#lib/travelers/evolve.rules";
import { projection } from "#lib/travelers/projection.rules";
import type { TravelerState } from "#lib/travelers/state.schema";
import type { Head } from "./chain.rules.ts";
import type { EntryLine } from "./schema.ts";
import { type Broken, followed, recordedEvent, type StoredEntry } from "./verify.rules.ts";

export type VerifiedStream = { entries: number; head: string; broken: Broken | null };
export type BrokenStream = Broken & { stream: string; kind: string };
export type VerifiedRecord = { streams: number; entries: number; broken: BrokenStream | null };

export type Reader = Pick<Tx, "$queryRaw">;
type StreamRow = { id: string; kind: string; seq: number; head: string };

const entriesPerPage = 500;
const streamsPerPage = 200;
const momentMsMax = 300_000;

/**
 * The record as it was at one moment, however busy the plant is: a chain, its head and what is shown of it
 * belong together. Of one site, or of all for the role that sees all.
 */
export function atOneMoment<T>(
  site: string | null,
  work: (reader: Reader) => Promise<T>,
): Promise<T> {
  return db.$transaction(
    async (tx) => {
      if (site) await tx.$executeRaw`select set_config('buyoff.site', ${site}, true)`;
      return work(tx);
    },
    { isolationLevel: "RepeatableRead", timeout: momentMsMax },
  );
}

/** One chain, re-checked from its first entry, with what is shown of it. For a person at the desk. */
export function verifyStream(actor: Actor, stream: string): Promise<VerifiedStream> {
  return atOneMoment(actor.site, (reader) => checked(reader, stream));
}

/**
 * Every chain of every site, one after another, and the first that does not hold. `told` hears of
 * each stream as it has been checked.
 */
export async function verifyRecord(told: (stream: string) => void): Promise<VerifiedRecord> {
  let streams = 0;
  let entries = 0;
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const page = await db.$queryRaw<{ id: string; kind: string }[]>`
      select id::text, kind from streams where id > ${after}::uuid
      order by id limit ${streamsPerPage}`;
    for (const row of page) {
      const found = await atOneMoment(null, (reader) => checked(reader, row.id));
      streams += 1;
      entries += found.entries;
      if (found.broken) {
        return { streams, entries, broken: { ...found.broken, stream: row.id, kind: row.kind } };
      }
      told(row.id);
    }
    const last = page.at(-1);
    if (!last) break;
    after = last.id;
  }
  return { streams, entries, broken: await orphan() };
}

async function checked(reader: Reader, stream: string): Promise<VerifiedStream> {
  const [row] = await reader.$queryRaw<StreamRow[]>`
    select id::text, kind, seq, head from streams where id = ${stream}::uuid`;
  if (!row) return { entries: 0, head: "", broken: { seq: 0, problem: "stream_missing" } };
  let head: Head = { seq: 0, hash: null };
  let state: TravelerState | null = null;
  for (;;) {
    const page = await entriesAfter(reader, row.id, head.seq);
    const found = followed(head, page);
    if (row.kind === "traveler") {
      for (const entry of found.entries) {
        const event = recordedEvent(entry);
        const wrong = await namedWrong(reader, event);
        if (wrong) return answer({ ...head, seq: entry.seq - 1 }, { seq: entry.seq, ...wrong });
        state = evolve(state ?? (await stateBefore(reader, event)), event);
      }
    }
    head = found.head;
    if (found.broken) return answer(head, found.broken);
    if (page.length < entriesPerPage) break;
  }
  if (head.seq < row.seq) return answer(head, { seq: head.seq + 1, problem: "tail_missing" });
  if (head.seq !== row.seq || (head.hash ?? "") !== row.head) {
    return answer(head, { seq: head.seq, problem: "head_is_not_the_last_entry" });
  }
  if (!state) return answer(head, null);
  return answer(head, await shownWrong(reader, state));
}

/** The chains of a family hold each other: an entry names the head that another lot's history had then. */
async function namedWrong(
  reader: Reader,
  event: RecordedEvent,
): Promise<Pick<Broken, "problem"> | null> {
  for (const { traveler, seq, head } of lotsNamed(event)) {
    const [row] = await reader.$queryRaw<{ hash: string }[]>`
      select hash from entries where stream_id = ${traveler}::uuid and seq = ${seq}`;
    if (row?.hash !== head) return { problem: "names_another_lot_otherwise" };
  }
  return null;
}

function lotsNamed(event: RecordedEvent) {
  if (event.type === "traveler.split_off") return [event.body.from];
  return event.type === "traveler.merged" ? event.body.from : [];
}

/** What a traveler's first entry goes on from: of a lot that was split off, its parent as it was then. */
export async function stateBefore(
  reader: Reader,
  event: RecordedEvent | undefined,
): Promise<TravelerState | null> {
  if (event?.type !== "traveler.split_off") return null;
  const { traveler, seq } = event.body.from;
  const lines = await linesOf(reader, traveler);
  const events = lines.filter((line) => line.seq <= seq).map(recordedEvent);
  return fold(events, await stateBefore(reader, events[0]));
}

const answer = (head: Head, broken: Broken | null): VerifiedStream => ({
  entries: head.seq,
  head: head.hash ?? "",
  broken,
});

const entriesAfter = (reader: Reader, stream: string, seq: number): Promise<StoredEntry[]> =>
  reader.$queryRaw<StoredEntry[]>`
    select stream_id::text as stream, seq, site_id::text as site, hash, line, type,
      person_id::text as person, device_id::text as device, command_id::text as command,
      to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "occurredAt",
      to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "recordedAt",
      shift
    from entries where stream_id = ${stream}::uuid and seq > ${seq}
    order by seq limit ${entriesPerPage}`;

/** All lines of a stream as far as they hold; what doesn't, `verifyStream` tells. */
export async function linesOf(reader: Reader, stream: string): Promise<EntryLine[]> {
  const lines: EntryLine[] = [];
  for (let head: Head = { seq: 0, hash: null }; ; ) {
    const page = await entriesAfter(reader, stream, head.seq);
    const found = followed(head, page);
    lines.push(...found.entries);
    if (found.broken || page.length < entriesPerPage) return lines;
    head = found.head;
  }
}

const tables = [
  ["travelers", "traveler"],
  ["step_executions", "stepExecutions"],
  ["readings", "readings"],
  ["installations", "installations"],
  ["photos", "photos"],
  ["buyoffs", "buyoffs"],
  ["defects", "defects"],
  ["holds", "holds"],
  ["batch_clocks", "batchClocks"],
  ["measurement_records", "measurementRecords"],
  ["waivers", "waivers"],
  ["signals", "signals"],
] as const;

/** The first read table whose rows are not exactly what a fold over the entries gives. */
async function shownWrong(reader: Reader, state: TravelerState): Promise<Broken | null> {
  const content = await contentFor(reader, state.revision.contentSha256);
  const rows = projection(state, content);
  for (const [table, part] of tables) {
    const expected = JSON.stringify([rows[part]].flat());
    const name = Prisma.raw(table);
    const owner = Prisma.raw(table === "travelers" ? "id" : "traveler_id");
    const different = await reader.$queryRaw<{ row: string }[]>(Prisma.sql`
      with folded as (
        select f.* from jsonb_populate_recordset(null::${name}, ${expected}::jsonb) f
      ), shown as (
        select s.* from ${name} s where s.${owner} = ${state.id}::uuid
      ), wrong as (
        (table folded except all table shown) union all (table shown except all table folded)
      )
      select coalesce(to_jsonb(w)->>'id', to_jsonb(w)->>'instance', to_jsonb(w)->>'seq') as row from wrong w
      order by 1 limit 1`);
    const [first] = different;
    if (first)
      return { seq: state.seq, problem: `${table} row ${first.row} differs from the fold` };
  }
  return null;
}

/** The content of a revision, as its hash says. */
export async function contentFor(reader: Reader, sha256: string): Promise<InstructionContent> {
  const [row] = await reader.$queryRaw<{ content: string }[]>`
    select content from instruction_revisions where content_sha256 = ${sha256}`;
  return contentOf(sha256, row?.content ?? null);
}

/** A traveler that is shown without a record, or entries that belong to no stream. */
async function orphan(): Promise<BrokenStream | null> {
  const [row] = await db.$queryRaw<{ stream: string; problem: string }[]>`
    select e.stream_id::text as stream, 'entries_without_stream' as problem from entries e
      where not exists (select from streams s where s.id = e.stream_id)
    union all
    select t.id::text, 'traveler_without_record' from travelers t
      where not exists (select from streams s where s.id = t.id and s.kind = 'traveler')
    limit 1`;
  return row ? { ...row, kind: "unknown", seq: 1 } : null;
}
