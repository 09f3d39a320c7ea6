import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import path from "node:path";

export const statuses = ["open", "contained", "dispositioned", "closed", "void"] as const;
export type Status = (typeof statuses)[number];

export const decisions = [
  "rework",
  "repair",
  "use_as_is",
  "scrap",
  "return_to_supplier",
  "regrade",
] as const;

export type Disposition = {
  decision: (typeof decisions)[number];
  quantity: string;
  design_authority: string | null;
  concession: string | null;
};

export type Attachment = {
  sha256: string;
  name: string;
  media_type: string;
  size: number;
  received_at: string;
};

export type Comment = {
  number: number;
  external_key: string | null;
  author: string;
  text: string;
  created_at: string;
};

/** A nonconformance record. `fields` is what the reporter sent, as it was sent. */
export type Ncr = {
  number: string;
  external_key: string | null;
  status: Status;
  fields: Record<string, string>;
  dispositions: Disposition[];
  comments: Comment[];
  attachments: Attachment[];
  version: number;
  created_at: string;
  updated_at: string;
  /** The record that is left, where this one was merged into another. */
  merged_into?: string;
};

/** What is left of a record that an administrator has deleted: that its number is not given again. */
type Removed = { number: string; removed: true };

/** Place of a change among all changes of this store; what a reader asks to go on from. */
export type Change = { sequence: number; number: string; version: number; status: Status };

/**
 * Every change is one line with the whole record, on disk (fsync) before anybody is told of it.
 * The files are the truth: what is in memory is read from them at start.
 */
export class Store {
  private file: number;
  private readonly files: string;
  private readonly ncrs = new Map<string, Ncr>();
  private readonly changes: Change[] = [];
  private given = 0;
  readonly journal: string;

  constructor(folder: string) {
    this.files = path.join(folder, "files");
    mkdirSync(this.files, { recursive: true });
    this.journal = path.join(folder, "ncrs.jsonl");
    for (const line of readJournal(this.journal)) this.take(line);
    this.file = openSync(this.journal, "a");
  }

  /** All of them, or those with this key. */
  list(key: string | null = null): Ncr[] {
    return [...this.ncrs.values()]
      .filter((ncr) => ncr.merged_into === undefined && (key === null || ncr.external_key === key))
      .sort((a, b) => b.number.localeCompare(a.number));
  }

  /** Asked for one that was merged, it gives the one that is left. */
  get(number: string): Ncr | undefined {
    const ncr = this.ncrs.get(number);
    return ncr?.merged_into === undefined ? ncr : this.get(ncr.merged_into);
  }

  changesSince(sequence: number, limit: number): Change[] {
    return this.changes.filter((change) => change.sequence > sequence).slice(0, limit);
  }

  get lastSequence(): number {
    return this.changes.length;
  }

  create(fields: Record<string, string>, externalKey: string | null, at: Date): Ncr {
    return this.save({
      number: `NCR-${at.getUTCFullYear()}-${String(this.given + 1).padStart(5, "0")}`,
      external_key: externalKey,
      status: "open",
      fields,
      dispositions: [],
      comments: [],
      attachments: [],
      version: 1,
      created_at: at.toISOString(),
      updated_at: at.toISOString(),
    });
  }

  change(ncr: Ncr, to: Partial<Omit<Ncr, "number" | "version">>, at: Date): Ncr {
    return this.save({ ...ncr, ...to, version: ncr.version + 1, updated_at: at.toISOString() });
  }

  /** A record that was kept elsewhere until now, as it was there. */
  carryOver(ncr: Ncr): Ncr {
    return this.save(ncr);
  }

  /** Gone without a trace in any list, as where an administrator may delete. */
  remove(number: string): void {
    this.write({ number, removed: true });
  }

  merge(ncr: Ncr, into: Ncr, at: Date): Ncr {
    this.change(into, {}, at);
    return this.change(ncr, { merged_into: into.number }, at);
  }

  /** Records counted from the files, not from memory: what a test may believe. */
  count(): { ncrs: number; byExternalKey: Record<string, number>; attachments: number } {
    const stored = new Map<string, Ncr>();
    for (const line of readJournal(this.journal)) {
      if ("removed" in line || line.merged_into !== undefined) stored.delete(line.number);
      else stored.set(line.number, line);
    }
    const byExternalKey: Record<string, number> = {};
    let attachments = 0;
    for (const ncr of stored.values()) {
      attachments += ncr.attachments.length;
      if (ncr.external_key)
        byExternalKey[ncr.external_key] = (byExternalKey[ncr.external_key] ?? 0) + 1;
    }
    return { ncrs: stored.size, byExternalKey, attachments };
  }

  saveFile(sha256: string, bytes: Uint8Array): void {
    const target = path.join(this.files, sha256);
    const file = openSync(`${target}.partial`, "w");
    writeSync(file, bytes);
    fsyncSync(file);
    closeSync(file);
    renameSync(`${target}.partial`, target);
  }

  readFile(sha256: string): Buffer | null {
    const target = path.join(this.files, sha256);
    return existsSync(target) ? readFileSync(target) : null;
  }

  close(): void {
    closeSync(this.file);
    // What is still on its way must not write to the next file that is given this number.
    this.file = -1;
  }

  private save(ncr: Ncr): Ncr {
    this.write(ncr);
    return ncr;
  }

  private write(line: Ncr | Removed): void {
    writeSync(this.file, `${JSON.stringify(line)}\n`);
    fsyncSync(this.file);
    this.take(line);
  }

  private take(line: Ncr | Removed): void {
    if ("removed" in line) this.ncrs.delete(line.number);
    else this.remember(line);
  }

  private remember(ncr: Ncr): void {
    if (!this.ncrs.has(ncr.number)) this.given += 1;
    this.ncrs.set(ncr.number, ncr);
    this.changes.push({
      sequence: this.changes.length + 1,
      number: ncr.number,
      version: ncr.version,
      status: ncr.status,
    });
  }
}

/** A last line without its end is a write that never finished: nobody was told of it. */
function readJournal(journal: string): (Ncr | Removed)[] {
  if (!existsSync(journal)) return [];
  const text = readFileSync(journal, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Ncr | Removed);
}
