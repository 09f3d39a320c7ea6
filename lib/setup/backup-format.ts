import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type pg from "pg";
import { z } from "zod";
import { codeOf, Problem } from "./problem.ts";

/** The last file of a backup that is written: without it a backup was cut off. */
export const contentsFile = "backup.json";
export const tableFile = (folder: string, table: string) =>
  path.join(folder, "tables", `${table}.jsonl.gz`);
export const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const contents = z.object({
  format: z.literal(1),
  madeAt: z.string(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** Tells whether the master key is the one that sealed what is sealed in here; never what it is. */
  keyMark: z.string(),
  tables: z.array(
    z.object({
      name: z.string(),
      columns: z.array(z.object({ name: z.string(), type: z.string() })),
      rows: z.number(),
      sha256: z.string(),
    }),
  ),
  sequences: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
  blobs: z.number(),
});
export type BackupContents = z.infer<typeof contents>;
export type BackedTable = BackupContents["tables"][number];

export async function readContents(folder: string): Promise<BackupContents> {
  const text = await readFile(path.join(folder, contentsFile), "utf8").catch((error: unknown) => {
    throw new Problem(
      `There is no complete backup in ${folder} (${contentsFile}: ${codeOf(error)}).`,
    );
  });
  try {
    return contents.parse(JSON.parse(text));
  } catch {
    throw new Problem(`${path.join(folder, contentsFile)} is damaged, or of a later Buyoff.`);
  }
}

export const keyMarkOf = (secret: string): string =>
  createHash("sha256").update(`buyoff/backup/${secret}`).digest("hex").slice(0, 32);

export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const part of createReadStream(file)) hash.update(part);
  return hash.digest("hex");
}

/** How a value is written as text, and read again, without losing a digit of it. */
export const plainText = `set local timezone = 'UTC'; set local datestyle = 'ISO, YMD';
  set local intervalstyle = 'postgres'; set local bytea_output = 'hex'; set local extra_float_digits = 1`;

export async function migrationsIn(client: pg.Client): Promise<BackupContents["migrations"]> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    `select migration_name as name, checksum from _prisma_migrations
      where finished_at is not null and rolled_back_at is null order by 1`,
  );
  return rows;
}

/** Tables and the columns that hold something of their own, as the catalog has them. */
export async function tablesIn(
  client: pg.Client,
): Promise<{ name: string; columns: BackedTable["columns"] }[]> {
  const { rows } = await client.query<{ name: string; columns: BackedTable["columns"] }>(
    `select c.relname as name,
            json_agg(json_build_object('name', a.attname,
              'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum) as columns
       from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
        and c.relname <> '_prisma_migrations' and a.attgenerated = ''
      group by 1 order by 1`,
  );
  return rows;
}
