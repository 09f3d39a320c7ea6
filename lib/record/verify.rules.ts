import { type Canonical, canonicalJson, entryHash } from "#lib/kit/canonical";
import { parseEvent, type RecordedEvent } from "#lib/travelers/events.schema";
import type { Head } from "./chain.rules.ts";
import { type EntryLine, entryLine } from "./schema.ts";

/** An entry as the table has it; times as text in the line's own form. */
export type StoredEntry = {
  stream: string;
  seq: number;
  site: string;
  hash: string;
  line: string;
  type: string;
  person: string | null;
  device: string | null;
  command: string | null;
  occurredAt: string;
  recordedAt: string;
  shift: string | null;
};

export type Broken = { seq: number; problem: string };
export type Checked = { head: Head; entries: EntryLine[]; broken: Broken | null };

/** Follows a chain from `head` through these entries; stops at the first that does not hold. */
export function followed(head: Head, stored: readonly StoredEntry[]): Checked {
  const entries: EntryLine[] = [];
  let last = head;
  for (const row of stored) {
    const expected = last.seq + 1;
    if (row.seq !== expected) {
      return { head: last, entries, broken: { seq: expected, problem: "entry_missing" } };
    }
    const read = readLine(row);
    const problem = "problem" in read ? read.problem : problemOf(last, row, read.entry);
    if (problem) return { head: last, entries, broken: { seq: row.seq, problem } };
    if ("entry" in read) entries.push(read.entry);
    last = { seq: row.seq, hash: row.hash };
  }
  return { head: last, entries, broken: null };
}

function readLine(row: StoredEntry): { entry: EntryLine } | { problem: string } {
  if (entryHash(row.line) !== row.hash) return { problem: "hash_is_not_of_line" };
  try {
    const said: unknown = JSON.parse(row.line);
    // Two texts for one content would let a line be rewritten without a trace of intent.
    if (canonicalJson(said as Canonical) !== row.line) return { problem: "line_not_canonical" };
    return { entry: entryLine.parse(said) };
  } catch {
    return { problem: "line_not_readable" };
  }
}

function problemOf(last: Head, row: StoredEntry, entry: EntryLine): string | null {
  if (entry.prev !== last.hash) return "does_not_name_the_one_before";
  const agree =
    entry.stream === row.stream &&
    entry.seq === row.seq &&
    entry.site === row.site &&
    entry.type === row.type &&
    entry.person === row.person &&
    entry.device === row.device &&
    entry.command === row.command &&
    entry.occurredAt === row.occurredAt &&
    entry.recordedAt === row.recordedAt &&
    entry.shift === row.shift;
  return agree ? null : "columns_differ_from_line";
}

/** The entry as `evolve` takes it. Throws for a type that this version can't read. */
export const recordedEvent = (entry: EntryLine): RecordedEvent => ({
  ...parseEvent(entry.type, entry.body),
  seq: entry.seq,
  person: entry.person,
  second: entry.second,
  at: entry.occurredAt,
  command: entry.command,
});
