import { createReadStream } from "node:fs";
import path from "node:path";
import { createGunzip } from "node:zlib";
import pg from "pg";
import { type BlobStore, inFolder, whyOf } from "#lib/blobs/store.gateway";
import { blobsIn, type Source } from "./backup.ts";
import {
  type BackedTable,
  type BackupContents,
  keyMarkOf,
  migrationsIn,
  plainText,
  readContents,
  sha256Of,
  sha256OfFile,
  tableFile,
  tablesIn,
} from "./backup-format.ts";
import { withClient } from "./database.ts";
import { codeOf, Problem } from "./problem.ts";

/** Puts a backup into a database that has this version's tables and nothing in them; all of it or nothing. */
export async function restore(
  folder: string,
  { adminUrl, blobs, secret }: Source,
): Promise<BackupContents> {
  const backup = await readContents(folder);
  requireKey(backup, secret);
  for (const { name, sha256 } of backup.tables) {
    const found = await sha256OfFile(tableFile(folder, name)).catch(() => "");
    if (found !== sha256) throw new Problem(`${tableFile(folder, name)} is damaged or missing.`);
  }
  await withClient(adminUrl, async (client) => {
    await client.query(`begin; ${plainText}`);
    await requirePlace(client, backup);
    await withoutTriggers(client);
    for (const table of backup.tables) await readTable(client, table, folder);
    for (const { name, value } of backup.sequences) {
      if (value !== null) await client.query("select setval($1::regclass, $2)", [name, value]);
    }
    await restoreBlobs(client, inFolder(path.join(folder, "blobs")), blobs);
    await client.query("commit");
  });
  return backup;
}

function requireKey({ keyMark }: BackupContents, secret: string): void {
  if (keyMarkOf(secret) === keyMark) return;
  throw new Problem(
    "BUYOFF_SECRET is not the master key that this backup was made under: what is sealed in it could not be opened. Set it to the one that was in force then.",
  );
}

async function requirePlace(client: pg.Client, backup: BackupContents): Promise<void> {
  const migrations = await migrationsIn(client).catch((error: unknown) => {
    if (codeOf(error) !== "42P01") throw error;
    throw new Problem("This database has no tables yet: npm run migrate first.");
  });
  const tables = (await tablesIn(client)).map(({ name, columns }) => ({ name, columns }));
  const there = JSON.stringify([migrations, tables]);
  const backed = backup.tables.map(({ name, columns }) => ({ name, columns }));
  if (there !== JSON.stringify([backup.migrations, backed])) {
    const last = backup.migrations.at(-1)?.name ?? "none";
    throw new Problem(
      `This backup was made by another version of Buyoff (its last migration is ${last}). Restore it with that version, into tables of that version, and migrate afterwards.`,
    );
  }
  for (const { name } of tables) {
    const { rowCount } = await client.query(
      `select from public.${pg.escapeIdentifier(name)} limit 1`,
    );
    if (rowCount) {
      throw new Problem(
        `There is something in this database already (${name}): nothing was restored.`,
      );
    }
  }
}

// Order of rows and of tables doesn't matter then, and what the triggers would refuse to anybody, a
// backup may put back. CHECKs stay: an entry whose hash is not its line's is refused here as well.
async function withoutTriggers(client: pg.Client): Promise<void> {
  await client.query("set local session_replication_role = replica").catch((error: unknown) => {
    if (codeOf(error) !== "42501") throw error;
    throw new Problem(
      "Only an administrator of the server can put back an append-only record: set DATABASE_ADMIN_URL to a superuser's address.",
    );
  });
}

const rowsAtOnce = 200;

async function readTable(
  client: pg.Client,
  { name, columns, rows }: BackedTable,
  folder: string,
): Promise<void> {
  const names = columns.map((column) => pg.escapeIdentifier(column.name));
  const values = columns.map(({ type }, at) => `(r->>${at})::${type}`);
  const insert = `insert into public.${pg.escapeIdentifier(name)} (${names.join(", ")})
    overriding system value
    select ${values.join(", ")} from json_array_elements($1::json) r`;
  let told = 0;
  let lines: string[] = [];
  const flush = async () => {
    if (lines.length > 0) await client.query(insert, [`[${lines.join(",")}]`]);
    told += lines.length;
    lines = [];
  };
  for await (const line of linesOf(tableFile(folder, name))) {
    lines.push(line);
    if (lines.length === rowsAtOnce) await flush();
  }
  await flush();
  if (told !== rows) throw new Problem(`${name} has ${told} rows in this backup, not ${rows}.`);
}

// Not readline: it also ends a line at U+2028, which may stand in somebody's words.
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = "";
  for await (const part of createReadStream(file).pipe(createGunzip()).setEncoding("utf8")) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

async function restoreBlobs(client: pg.Client, from: BlobStore, to: BlobStore): Promise<void> {
  for (const blob of await blobsIn(client)) {
    const bytes = await from.read(blob);
    if (!bytes) throw new Problem(`The photo ${blob.sha256} is not in this backup.`);
    if (sha256Of(bytes) !== blob.sha256) {
      throw new Problem(`The photo ${blob.sha256} in this backup is not what its hash says.`);
    }
    await to.write(blob, bytes).catch((error: unknown) => {
      throw new Problem(
        `The photo ${blob.sha256} can't be written into ${to.name} (${whyOf(error)}). Nothing was restored.`,
      );
    });
  }
}
