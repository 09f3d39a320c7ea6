import "server-only";
import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate as breath } from "node:timers/promises";
import { kept } from "#lib/blobs/queries";
import { inTransaction, type Tx } from "#lib/db/client";
import { type Canonical, canonicalJson } from "#lib/kit/canonical";
import { entryLine } from "#lib/record/schema";
import { type Piece, pieceOfFile } from "./connectors/drops/piece.gateway.ts";
import { type Drop, type EntryPlace, type EntryRow, entriesAfter } from "./drops.queries.ts";
import {
  attachmentName,
  blobIn,
  readingRow,
  readingsHeading,
  type Stretch,
  stretched,
} from "./drops.rules.ts";
import type { DropContent } from "./drops.schema.ts";
import { readsTogether } from "./event-reads.queries.ts";
import type { FeedPorts } from "./ports.schema.ts";
import { eventsOrWhy } from "./routing.commands.ts";
import { namesHeard } from "./routing.rules.ts";

/** So many entries are read at a time, so that no batch is in memory and its range is not looked through too often. */
const pageEntries = 2_000;
/** So many at a time are made into events, so that no transaction is long. */
const atOnce = 100;

/** The files of a batch on this machine's own disk: what they are made of has to be known before they have a name. */
export type Spooled = { content: DropContent; pieces: Piece[]; remove(): Promise<void> };

/** A file that grows line by line, with its hash. */
class Growing {
  private readonly hash: Hash = createHash("sha256");
  private readonly stream: WriteStream;
  private bytes = 0;
  private lines = 0;
  private problem: Error | null = null;
  readonly file: string;

  constructor(file: string) {
    this.file = file;
    this.stream = createWriteStream(file, { mode: 0o600 });
    // Such as a disk that is full here: whoever waits hears of it, and nobody waiting is no reason to end.
    this.stream.on("error", (problem) => {
      this.problem = problem;
    });
  }

  async add(text: string, isLine = true): Promise<void> {
    if (this.problem) throw this.problem;
    const chunk = Buffer.from(text, "utf8");
    this.hash.update(chunk);
    this.bytes += chunk.length;
    if (isLine) this.lines += 1;
    if (!this.stream.write(chunk)) await once(this.stream, "drain");
  }

  async end(name: string, mediaType: string): Promise<Piece & { lines: number }> {
    if (this.problem) throw this.problem;
    this.stream.end();
    await once(this.stream, "finish");
    const about = { name, mediaType, bytes: this.bytes, sha256: this.hash.digest("hex") };
    return { ...pieceOfFile(about, this.file), lines: this.lines };
  }
}

/** Everything of the batch, made anew from the record: the same whoever does it, and however often. */
export async function spooled(drop: Drop, ports: FeedPorts, goesOn: () => void): Promise<Spooled> {
  const all = path.join(tmpdir(), "buyoff-drops");
  await removeOlder(all, drop);
  const folder = path.join(all, `${drop.id}.${drop.fence}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    return { ...(await filled(drop, folder, ports, goesOn)), remove };
  } catch (problem) {
    await remove();
    throw problem;
  }
}

/** What a killed worker has left of the same batch. */
async function removeOlder(all: string, drop: Drop): Promise<void> {
  for (const name of await readdir(all).catch(() => []))
    if (name.startsWith(`${drop.id}.`)) await rm(path.join(all, name), { recursive: true });
}

async function filled(drop: Drop, folder: string, ports: FeedPorts, goesOn: () => void) {
  const growing = (name: string) => new Growing(path.join(folder, name));
  const [entries, events, readings] = [growing("entries"), growing("events"), growing("readings")];
  const streams = new Map<string, Stretch>();
  const blobs = new Set<string>();
  let unreadable = 0;
  await readings.add(readingsHeading, false);
  let after: EntryPlace | null = null;
  for (;;) {
    goesOn();
    const page: EntryRow[] = await pageAfter(drop, after);
    for await (const { row, made } of withEvents(drop, page, ports.origin, goesOn)) {
      await entries.add(`${row.line}\n`);
      const prev = (JSON.parse(row.line) as { prev: string | null }).prev;
      streams.set(row.stream, stretched(streams.get(row.stream), { ...row, prev }));
      if (made === null) unreadable += 1;
      for (const event of made ?? []) {
        await events.add(`${canonicalJson(event as unknown as Canonical)}\n`);
        const reading = readingRow(event);
        if (reading !== null) await readings.add(reading);
        const blob = blobIn(event);
        if (blob !== null) blobs.add(blob);
      }
    }
    after = page.at(-1) ?? null;
    if (after === null) break;
    await breath();
  }
  const heads = growing("streams");
  for (const [, stretch] of [...streams].sort(([a], [b]) => (a < b ? -1 : 1)))
    await heads.add(`${canonicalJson(stretch)}\n`);
  const files = [
    await entries.end("entries.jsonl", "application/jsonl"),
    await events.end("events.jsonl", "application/jsonl"),
    await readings.end("readings.csv", "text/csv"),
    await heads.end("streams.jsonl", "application/jsonl"),
  ];
  const [attachments, missing] = await attached(drop, [...blobs].sort(), ports, goesOn);
  const pieces = [...files, ...attachments];
  const content: DropContent = {
    kind: "buyoff-evidence-batch",
    source: ports.origin,
    site: { id: drop.site, code: drop.siteCode },
    range: { from: drop.from, to: drop.to },
    scope: { order: drop.order, part: drop.part },
    discloses: drop.discloses,
    counts: {
      entries: files[0]?.lines ?? 0,
      streams: streams.size,
      events: files[1]?.lines ?? 0,
      readings: files[2]?.lines ?? 0,
      attachments: attachments.length,
      missing: missing.length,
      unreadable,
    },
    files: pieces.map(({ open: _, ...file }) => file),
    missing,
  };
  return { content, pieces };
}

type Made = {
  row: EntryRow;
  made: Exclude<Awaited<ReturnType<typeof eventsOrWhy>>, string> | null;
};

const pageAfter = (drop: Drop, after: EntryPlace | null): Promise<EntryRow[]> =>
  inTransaction((tx) => entriesAfter(tx, drop, after, pageEntries), drop.site);

/** Each entry with its events; null: none can be made of it, though its kind has some. */
async function* withEvents(
  drop: Drop,
  page: readonly EntryRow[],
  origin: string,
  goesOn: () => void,
): AsyncGenerator<Made> {
  for (let from = 0; from < page.length; from += atOnce) {
    goesOn();
    const rows = page.slice(from, from + atOnce);
    yield* await inTransaction((tx) => madeOf(tx, drop, rows, origin), drop.site);
  }
}

async function madeOf(
  tx: Tx,
  drop: Drop,
  rows: readonly EntryRow[],
  origin: string,
): Promise<Made[]> {
  const discloses = {
    people: drop.discloses === "everything",
    words: drop.discloses !== "nothing",
  };
  const isHeard = ({ kind, type }: EntryRow) => namesHeard(kind, type).length > 0;
  const lines = rows.filter(isHeard).map(({ line }) => ({ site: drop.site, line }));
  const read = await readsTogether(tx, lines);
  const all: Made[] = [];
  for (const row of rows) {
    if (!isHeard(row)) {
      all.push({ row, made: [] });
      continue;
    }
    const entry = entryLine.safeParse(JSON.parse(row.line));
    const events = entry.success
      ? await eventsOrWhy(
          tx,
          { site: drop.site, hash: row.hash },
          entry.data,
          { origin, discloses },
          read,
        )
      : "";
    all.push({ row, made: typeof events === "string" ? null : events });
  }
  return all;
}

/** What the events name by hash, each once; and what of it is not kept here. */
async function attached(
  drop: Drop,
  hashes: readonly string[],
  ports: FeedPorts,
  goesOn: () => void,
): Promise<[Piece[], string[]]> {
  const actor = ports.actorOf(drop.site, drop.connector, drop.connectorCode);
  const pieces: Piece[] = [];
  const missing: string[] = [];
  for (const sha256 of hashes) {
    goesOn();
    const found = await kept(actor, sha256);
    if (found === null) {
      missing.push(sha256);
      continue;
    }
    const { mediaType } = found;
    const name = attachmentName(sha256, mediaType);
    pieces.push({
      name,
      mediaType,
      bytes: found.bytes.length,
      sha256,
      open: () => bytesOf(actor, sha256),
    });
  }
  return [pieces, missing];
}

/** Read when it is its turn: one attachment at a time is in memory. */
async function* bytesOf(actor: Parameters<typeof kept>[0], sha256: string) {
  const found = await kept(actor, sha256);
  if (found) yield Buffer.from(found.bytes);
}
