import path from "node:path";
import pg from "pg";
import type { Memory } from "./memory.ts";
import { applyMigrations } from "./migrations.ts";
import type { Parts } from "./parts.ts";
import { startPostgres } from "./postgres.ts";
import { postgresHome } from "./postgres-home.ts";
import { codeOf, Problem } from "./problem.ts";
import {
  asRole,
  createRoles,
  newRolePasswords,
  type RoleName,
  roleRights,
  rolesSql,
  withDatabase,
  withLogin,
} from "./roles.ts";

/** A database that is there, has the roles and this version's tables. */
export type Database = {
  isEmbedded: boolean;
  /** Sees everything; the tests look with it. Null on a server of somebody else. */
  adminUrl: string | null;
  ownerUrl: string;
  appUrl: string;
  workerUrl: string;
  verifyUrl: string;
  warning: string | null;
  /** Resolves if the embedded server ends by itself; never, with a server of somebody else. */
  ended: Promise<string>;
};

/** DATABASE_URL and, for each role that has a login of its own, DATABASE_<ROLE>_URL. */
type GivenUrls = Record<string, string | undefined>;

const databaseName = "buyoff";

/** Names a database in the memory of a demo plant that is being made. */
export const seedPlace = {
  embedded: "embedded",
  of: (database: Database): string =>
    database.isEmbedded ? seedPlace.embedded : placeOf(database.ownerUrl),
};
const connectPatienceMs = 8_000;
const versionMin = 160_000;

export async function openDatabase(
  memory: Memory,
  given: GivenUrls,
  parts: Parts,
  keptPort = 0,
): Promise<Database> {
  const database = given.DATABASE_URL
    ? await givenDatabase(given.DATABASE_URL, given, memory)
    : await embeddedDatabase(memory, parts, keptPort);
  await applyMigrations(database.ownerUrl);
  return database;
}

async function embeddedDatabase(memory: Memory, parts: Parts, keptPort: number): Promise<Database> {
  const { postgres, superuserPassword, rolePasswords } = memory.values;
  const wanted = path.join(memory.folder, "postgres");
  const home = await postgresHome(wanted, postgres.folder);
  const server = parts.keep(
    await startPostgres({
      home,
      password: superuserPassword,
      port: postgres.port,
      keptPort,
      isThrowaway: false,
      isDurable: true,
    }),
  );
  await memory.save({
    postgres: { port: server.port, ...(home.folder === wanted ? {} : { folder: home.folder }) },
  });
  await withClient(server.adminUrl, async (client) => {
    // Nobody has worked in a demo plant that was never complete.
    if (memory.values.seeding === seedPlace.embedded)
      await client.query(`drop database if exists ${databaseName} (force)`);
    const { rowCount } = await client.query("select from pg_database where datname = $1", [
      databaseName,
    ]);
    if (!rowCount) await client.query(`create database ${databaseName}`);
  });
  const adminUrl = withDatabase(server.adminUrl, databaseName);
  await withClient(adminUrl, (client) => createRoles(client, rolePasswords));
  return {
    ...embeddedUrls(memory),
    isEmbedded: true,
    adminUrl,
    warning: null,
    ended: new Promise((resolve) =>
      server.process.once("exit", (code) =>
        resolve(`The embedded PostgreSQL ended (code ${code}). Its log is in ${home.folder}.`),
      ),
    ),
  };
}

/** Addresses in the embedded cluster, whoever started it. */
export function embeddedUrls({ values }: Memory) {
  const { postgres, rolePasswords, superuserPassword } = values;
  const address = `postgresql://127.0.0.1:${postgres.port}/${databaseName}`;
  const loginOf = (role: RoleName) => withLogin(address, role, rolePasswords[role]);
  const admin = new URL(address);
  admin.username = "postgres";
  admin.password = superuserPassword;
  return {
    adminUrl: admin.href,
    ownerUrl: loginOf("buyoff_owner"),
    appUrl: loginOf("buyoff_app"),
    workerUrl: loginOf("buyoff_worker"),
    verifyUrl: loginOf("buyoff_verify"),
  };
}

async function givenDatabase(url: string, given: GivenUrls, memory: Memory): Promise<Database> {
  const ownerLogin = given.DATABASE_OWNER_URL ?? url;
  await withClient(ownerLogin, (client) => takeRoles(client, ownerLogin, memory));
  const appMayOwn = await mayBecome(url, "buyoff_app", "DATABASE_URL");
  const workerUrl = given.DATABASE_WORKER_URL ?? url;
  const verifyUrl = given.DATABASE_VERIFY_URL ?? workerUrl;
  await mayBecome(workerUrl, "buyoff_worker", "DATABASE_WORKER_URL");
  return {
    isEmbedded: false,
    adminUrl: null,
    ownerUrl: asRole(ownerLogin, "buyoff_owner"),
    appUrl: asRole(url, "buyoff_app"),
    workerUrl: asRole(workerUrl, "buyoff_worker"),
    verifyUrl: asRole(verifyUrl, "buyoff_verify"),
    warning: appMayOwn
      ? "The login in DATABASE_URL may also act as the owner of the tables. Buyoff takes the role buyoff_app on for every query, but for production give each role its own login: npm run db:sql prints how."
      : null,
    ended: new Promise(() => undefined),
  };
}

async function takeRoles(client: pg.Client, url: string, memory: Memory): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  );
  if ((rows[0]?.version ?? 0) < versionMin) {
    throw new Problem(
      `The server at ${placeOf(url)} is PostgreSQL ${Math.floor((rows[0]?.version ?? 0) / 10_000)}; Buyoff needs 16 or newer.`,
    );
  }
  const { rolesMissing, mayCreate, mayBecome: roles, ownerMayMigrate } = await roleRights(client);
  if (rolesMissing.length === 0 && roles.includes("buyoff_owner") && ownerMayMigrate) return;
  try {
    if (!mayCreate) throw new Problem("");
    await createRoles(client, memory.values.rolePasswords);
  } catch (error) {
    if (!(error instanceof Problem) && codeOf(error) !== "42501") throw error;
    throw new Problem(
      `The login in ${placeOf(url)} may not create Buyoff's roles. Have an administrator of that server run this in the database, then set the four addresses at its end and start again:\n\n${administratorSql(url)}`,
    );
  }
}

/** For an administrator's eyes: the roles with new passwords, and the addresses that go with them. */
export function administratorSql(url: string | undefined): string {
  const passwords = newRolePasswords();
  const address = url ?? "postgresql://localhost:5432/buyoff";
  const database = decodeURIComponent(new URL(address).pathname.slice(1)) || "postgres";
  const variables = [
    ["DATABASE_URL", "buyoff_app"],
    ["DATABASE_OWNER_URL", "buyoff_owner"],
    ["DATABASE_WORKER_URL", "buyoff_worker"],
    ["DATABASE_VERIFY_URL", "buyoff_verify"],
  ] as const;
  const plain = new URL(address);
  plain.search = "";
  return [
    rolesSql(database, passwords),
    "",
    "-- A role that was there already keeps its own password. Start Buyoff with:",
    ...variables.map(
      ([name, role]) => `--   ${name}=${withLogin(plain.href, role, passwords[role])}`,
    ),
  ].join("\n");
}

/** Refuses a login that can't take the role on; says whether it could be the owner as well. */
async function mayBecome(url: string, role: RoleName, variable: string): Promise<boolean> {
  const { mayBecome: roles } = await withClient(url, roleRights);
  if (roles.includes(role)) return roles.includes("buyoff_owner");
  throw new Problem(
    `The login in ${placeOf(url)} may not act as ${role}. Set ${variable} to a login of that role: npm run db:sql prints how.`,
  );
}

/** Server and database of an address, without user and password: safe to print. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || "5432"}${pathname}`;
}

export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connected(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function connected(url: string): Promise<pg.Client> {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new Problem(
      "DATABASE_URL is not an address of a PostgreSQL server. It looks like postgresql://user:password@host:5432/database.",
    );
  }
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectPatienceMs,
  });
  // A server that goes away later is noticed by whoever asks next.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw new Problem(refusalOf(error, url));
  }
}

function refusalOf(error: unknown, url: string): string {
  const place = placeOf(url);
  const code = codeOf(error);
  if (code === "28P01" || code === "28000") {
    return `The PostgreSQL server at ${place} refuses the user or the password in DATABASE_URL. Correct them and start again.`;
  }
  if (code === "3D000") {
    return `The PostgreSQL server at ${place} answers, but there is no such database. Create it (createdb) or correct DATABASE_URL.`;
  }
  const why = code || (error instanceof Error ? error.message : String(error));
  return `No PostgreSQL server answers at ${place} (${why}). Start that server or correct DATABASE_URL; without DATABASE_URL Buyoff brings its own.`;
}
