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
};

/** Place of a change among all changes of this store; what a reader asks to go on from. */
export type Change = { sequence: number; number: string; version: number; status: Status };

/**
 * Every change is one line with the whole record, on disk (fsync) before anybody is told of it.
 * The files are the truth: what is in memory is read from them at start.
 */
export class Store {
  private readonly file: number;
  private readonly files: string;
  private readonly ncrs = new Map<string, Ncr>();
  private readonly changes: Change[] = [];
  readonly journal: string;

  constructor(folder: string) {
    this.files = path.join(folder, "files");
    mkdirSync(this.files, { recursive: true });
    this.journal = path.join(folder, "ncrs.jsonl");
    for (const ncr of readJournal(this.journal)) this.remember(ncr);
    this.file = openSync(this.journal, "a");
  }

  list(): Ncr[] {
    return [...this.ncrs.values()].sort((a, b) => b.number.localeCompare(a.number));
  }

  get(number: string): Ncr | undefined {
    return this.ncrs.get(number);
  }

  changesSince(sequence: number, limit: number): Change[] {
    return this.changes.filter((change) => change.sequence > sequence).slice(0, limit);
  }

  get lastSequence(): number {
    return this.changes.length;
  }

  create(fields: Record<string, string>, externalKey: string | null, at: Date): Ncr {
    const count = this.ncrs.size + 1;
    return this.save({
      number: `NCR-${at.getUTCFullYear()}-${String(count).padStart(5, "0")}`,
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

  /** Records counted from the files, not from memory: what a test may believe. */
  count(): { ncrs: number; byExternalKey: Record<string, number>; attachments: number } {
    const stored = new Map(readJournal(this.journal).map((ncr) => [ncr.number, ncr]));
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
  }

  private save(ncr: Ncr): Ncr {
    writeSync(this.file, `${JSON.stringify(ncr)}\n`);
    fsyncSync(this.file);
    this.remember(ncr);
    return ncr;
  }

  private remember(ncr: Ncr): void {
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
function readJournal(journal: string): Ncr[] {
  if (!existsSync(journal)) return [];
  const text = readFileSync(journal, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Ncr);
}
