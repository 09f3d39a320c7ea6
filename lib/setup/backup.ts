import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import pg from "pg";
import { type BlobKey, type BlobStore, inFolder, whyOf } from "#lib/blobs/store.gateway";
import {
  type BackedTable,
  type BackupContents,
  contentsFile,
  keyMarkOf,
  migrationsIn,
  plainText,
  sha256Of,
  sha256OfFile,
  tableFile,
  tablesIn,
} from "./backup-format.ts";
import { withClient } from "./database.ts";
import { codeOf, Problem } from "./problem.ts";

export type Source = {
  /** A login that sees every row: a superuser, or one with BYPASSRLS that may read every table. */
  adminUrl: string;
  blobs: BlobStore;
  secret: string;
};

/**
 * Everything of an installation except its master key, as one moment of it: the tables from one snapshot,
 * then every photo they name. Work goes on meanwhile.
 */
export async function backUp(
  { adminUrl, blobs, secret }: Source,
  folder: string,
  madeAt: Date,
): Promise<BackupContents> {
  await newFolder(folder);
  return withClient(adminUrl, async (client) => {
    await client.query("begin isolation level repeatable read, read only");
    // Row-level security that would leave rows out is an error from here on, never a gap in the backup.
    await client.query(`set local row_security = off; ${plainText}`);
    const tables: BackedTable[] = [];
    for (const table of await tablesIn(client)) {
      tables.push(await writeTable(client, table, tableFile(folder, table.name)));
    }
    const made: BackupContents = {
      format: 1,
      madeAt: madeAt.toISOString(),
      migrations: await migrationsIn(client),
      keyMark: keyMarkOf(secret),
      tables,
      sequences: await sequencesIn(client),
      blobs: await copyBlobs(client, blobs, inFolder(path.join(folder, "blobs"))),
    };
    await client.query("commit");
    await writeFile(path.join(folder, contentsFile), `${JSON.stringify(made, null, 1)}\n`, {
      mode: 0o600,
    });
    return made;
  });
}

async function newFolder(folder: string): Promise<void> {
  const there = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw new Problem(`${folder} can't be written to (${codeOf(error)}).`);
  });
  if (there.length > 0) {
    throw new Problem(
      `There is something in ${folder} already. A backup goes into a folder of its own.`,
    );
  }
  // It holds people's names and what their PINs hash to.
  await mkdir(path.join(folder, "tables"), { recursive: true, mode: 0o700 });
}

const rowsAtOnce = 500;

async function writeTable(
  client: pg.Client,
  { name, columns }: Omit<BackedTable, "rows" | "sha256">,
  file: string,
): Promise<BackedTable> {
  const texts = columns.map((column) => `${pg.escapeIdentifier(column.name)}::text`);
  await client
    .query(
      `declare rows_of_table no scroll cursor for
         select json_build_array(${texts.join(", ")})::text as line
           from public.${pg.escapeIdentifier(name)}`,
    )
    .catch((error: unknown) => {
      if (codeOf(error) !== "42501") throw error;
      throw new Problem(
        "This login does not see every row, and a backup with gaps is none. Set DATABASE_ADMIN_URL to a superuser's address, or to that of a login with BYPASSRLS that may read every table.",
      );
    });
  const packed = createGzip({ level: 4 });
  const written = packed.pipe(createWriteStream(file, { mode: 0o600, flush: true }));
  let rows = 0;
  for (;;) {
    const { rows: lines } = await client.query<{ line: string }>(
      `fetch ${rowsAtOnce} from rows_of_table`,
    );
    if (lines.length === 0) break;
    rows += lines.length;
    const text = lines.map(({ line }) => `${line}\n`).join("");
    if (!packed.write(text)) await once(packed, "drain");
  }
  packed.end();
  await finished(written);
  await client.query("close rows_of_table");
  return { name, columns, rows, sha256: await sha256OfFile(file) };
}

async function sequencesIn(client: pg.Client): Promise<BackupContents["sequences"]> {
  const { rows } = await client.query<{ name: string; value: string | null }>(
    `select sequencename as name, last_value::text as value from pg_sequences
      where schemaname = 'public' order by 1`,
  );
  return rows;
}

/** A row follows its bytes, so each photo that the snapshot names is there; its hash says whether it is whole. */
async function copyBlobs(client: pg.Client, from: BlobStore, to: BlobStore): Promise<number> {
  const blobs = await blobsIn(client);
  for (const blob of blobs) {
    const bytes = await from.read(blob).catch((error: unknown) => {
      throw new Problem(
        `The photo ${blob.sha256} can't be read from ${from.name} (${whyOf(error)}). No backup was made.`,
      );
    });
    if (!bytes) {
      throw new Problem(
        `The photo ${blob.sha256} is in the record and not in ${from.name}. No backup was made.`,
      );
    }
    if (sha256Of(bytes) !== blob.sha256) {
      throw new Problem(
        `The photo ${blob.sha256} in ${from.name} is no longer what its hash says. No backup was made.`,
      );
    }
    await to.write(blob, bytes);
  }
  return blobs.length;
}

export async function blobsIn(client: pg.Client): Promise<BlobKey[]> {
  const { rows } = await client.query<BlobKey>(
    "select site_id as site, sha256 from blobs order by 1, 2",
  );
  return rows;
}
