import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { withClient } from "./database.ts";
import { applyMigrations, schemaSql } from "./migrations.ts";

const folder = path.resolve(import.meta.dirname, "../../prisma/migrations");
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const ownerUrl = process.env.BUYOFF_TEST_OWNER_URL ?? "";
const adminUrl = process.env.BUYOFF_TEST_ADMIN_URL ?? "";

// What `prisma migrate deploy` compares before it goes on from here.
it("leaves the rows and checksums that Prisma's own command leaves", async () => {
  const { rows } = await withClient(adminUrl, (client) =>
    client.query(
      `select migration_name as name, checksum, finished_at is not null as finished,
              rolled_back_at is null as kept, applied_steps_count as steps
         from _prisma_migrations order by started_at`,
    ),
  );
  expect(rows).toEqual(
    names.map((name) => {
      const sql = readFileSync(path.join(folder, name, "migration.sql"));
      const checksum = createHash("sha256").update(sql).digest("hex");
      return { name, checksum, finished: true, kept: true, steps: 1 };
    }),
  );
});

it("has nothing to do the second time", async () => {
  expect(await applyMigrations(ownerUrl)).toEqual([]);
});

it("made every table as the owner's, and none as the administrator's", async () => {
  const { rows } = await withClient(adminUrl, (client) =>
    client.query("select distinct tableowner from pg_tables where schemaname = 'public'"),
  );
  expect(rows).toEqual([{ tableowner: "buyoff_owner" }]);
});

// A column in the schema that no migration makes would only be missed at the first query of it.
it("made what prisma/schema says, and nothing else", async () => {
  const schema = "by_schema";
  const sql = await schemaSql(ownerUrl);
  const columnsOf = (name: string) => `
    select table_name, column_name, udt_name, is_nullable
      from information_schema.columns
     where table_schema = '${name}' and table_name <> '_prisma_migrations'
     order by 1, 2`;
  const [planned, made] = await withClient(adminUrl, async (client) => {
    await client.query(`create schema ${schema}; set search_path to ${schema}`);
    await client.query(sql.replaceAll('"public".', "").replace(/^CREATE SCHEMA .*$/m, ""));
    return [await client.query(columnsOf(schema)), await client.query(columnsOf("public"))];
  });
  expect(made.rows).toEqual(planned.rows);
});
