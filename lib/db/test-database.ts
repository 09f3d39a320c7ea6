import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { applyMigrations } from "#lib/setup/migrations";
import { startThrowawayPostgres } from "#lib/setup/postgres";
import {
  asRole,
  createRoles,
  newRolePasswords,
  type RolePasswords,
  withDatabase,
  withLogin,
} from "#lib/setup/roles";

/** What each test file gets: where to clone its database from, and as whom to connect to it. */
export type TestServer = {
  adminUrl: string;
  template: string;
  prefix: string;
  /** Null where the roles belong to somebody else's cluster: the administrator takes the role on instead. */
  passwords: RolePasswords | null;
};

declare module "vitest" {
  export interface ProvidedContext {
    testServer: TestServer;
  }
}

const migrationsDir = path.resolve(import.meta.dirname, "../../prisma/migrations");
const templateLock = 20_260_118;

let release: () => Promise<void> = async () => undefined;

/** Before all test files: a server, the roles, and one migrated database to clone. */
export async function setup(project: TestProject): Promise<void> {
  const given = process.env.BUYOFF_TEST_DATABASE_URL ?? process.env.DATABASE_URL;
  const embedded = given ? null : await startThrowawayPostgres();
  const adminUrl = given ?? embedded?.adminUrl ?? "";
  const passwords = newRolePasswords();
  const prefix = `buyoff_test_${randomBytes(4).toString("hex")}_`;
  release = async () => {
    release = async () => undefined;
    await dropDatabases(adminUrl, prefix);
    await embedded?.stop();
  };
  try {
    const template = await templateDatabase(adminUrl, passwords);
    project.provide("testServer", {
      adminUrl,
      template,
      prefix,
      passwords: embedded ? passwords : null,
    });
  } catch (error) {
    await release();
    throw error;
  }
}

export async function teardown(): Promise<void> {
  await release();
}

/** The database of one test file, and the addresses of each role in it. */
export async function cloneDatabase(server: TestServer) {
  const name = `${server.prefix}${randomBytes(5).toString("hex")}`;
  await withClient(server.adminUrl, async (client) => {
    await client.query(`create database ${name} template ${server.template} strategy file_copy`);
    // A clone has no rights of its own on the database: the owner's, as its set-up gives it.
    await client.query(`grant create on database ${name} to buyoff_owner`);
  });
  const adminUrl = withDatabase(server.adminUrl, name);
  const urlOf = (role: "buyoff_owner" | "buyoff_app" | "buyoff_worker" | "buyoff_verify") =>
    server.passwords ? withLogin(adminUrl, role, server.passwords[role]) : asRole(adminUrl, role);
  return {
    adminUrl,
    ownerUrl: urlOf("buyoff_owner"),
    appUrl: urlOf("buyoff_app"),
    workerUrl: urlOf("buyoff_worker"),
    verifyUrl: urlOf("buyoff_verify"),
  };
}

// Named by what made it: another run with the same migrations takes it as it is.
async function templateDatabase(adminUrl: string, passwords: RolePasswords): Promise<string> {
  const template = `buyoff_template_${await migrationsHash()}`;
  await withClient(adminUrl, async (client) => {
    await client.query("select pg_advisory_lock($1)", [templateLock]);
    const { rowCount } = await client.query("select from pg_database where datname = $1", [
      template,
    ]);
    if (rowCount) return;
    const raw = `${template}_new`;
    await client.query(`drop database if exists ${raw} with (force)`);
    await client.query(`create database ${raw}`);
    const rawUrl = withDatabase(adminUrl, raw);
    await withClient(rawUrl, (inside) => createRoles(inside, passwords));
    await applyMigrations(asRole(rawUrl, "buyoff_owner"));
    await client.query(`alter database ${raw} rename to ${template}`);
  });
  return template;
}

async function migrationsHash(): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of (await readdir(migrationsDir)).sort()) {
    const file = path.join(migrationsDir, folder, "migration.sql");
    hash.update(folder).update(await readFile(file, "utf8").catch(() => ""));
  }
  return hash.digest("hex").slice(0, 16);
}

async function dropDatabases(adminUrl: string, prefix: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      "select datname from pg_database where starts_with(datname, $1)",
      [prefix],
    );
    for (const { datname } of rows) {
      await client.query(`drop database if exists ${pg.escapeIdentifier(datname)} with (force)`);
    }
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
