import "server-only";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { env } from "#lib/kit/env";
import { log } from "#lib/kit/log";
import { type Prisma, PrismaClient } from "./generated/client.ts";

export type Tx = Prisma.TransactionClient;
export type Db = PrismaClient | Tx;

const login = {
  app: env.DATABASE_URL,
  worker: env.DATABASE_WORKER_URL ?? env.DATABASE_URL,
  verify: env.DATABASE_VERIFY_URL ?? env.DATABASE_URL,
}[env.BUYOFF_DB_ROLE];

// Even where the login is an owner or a superuser, no query of ours runs with more than its role's
// rights: the last `-c role` of a start-up wins.
const asRole = (url: string): string =>
  named(withOption(url, `role=buyoff_${env.BUYOFF_DB_ROLE}`), `buyoff ${env.BUYOFF_DB_ROLE}`);

/** As pg_stat_activity shows it. */
function named(url: string, name: string): string {
  const address = new URL(url);
  address.searchParams.set("application_name", name);
  return address.href;
}

function withOption(url: string, setting: string): string {
  const address = new URL(url);
  const options = address.searchParams.get("options") ?? "";
  address.searchParams.set("options", `${options} -c ${setting}`.trim());
  return address.href;
}

// A page under load waits for its turn rather than failing after Prisma's own five seconds.
const transactionOptions = { maxWait: 10_000, timeout: 20_000 };

const address = asRole(login);

/** Of the one connection that Prisma can't give: to listen. */
export const listeningAddress: string = named(address, `buyoff ${env.BUYOFF_DB_ROLE} listening`);

function connect(to: string, max: number, idleTimeoutMillis?: number) {
  const pool = new pg.Pool({
    connectionString: to,
    max,
    keepAlive: true,
    // A program that has nothing left to do ends.
    allowExitOnIdle: true,
    ...(idleTimeoutMillis !== undefined && { idleTimeoutMillis }),
  });
  // One that breaks while nobody uses it is replaced at the next use.
  pool.on("error", (err) => log.warn({ err }, "a connection to the database broke"));
  const adapter = new PrismaPg(pool, { disposeExternalPool: true });
  return { pool, client: new PrismaClient({ adapter, transactionOptions }) };
}

const connections = 10;
/**
 * Longer than the pause between two acts of a quiet shift: what begins a connection anew logs in and plans the
 * statements of an act, which costs more than the act. Those of a site are let go of after pg's own ten seconds.
 */
const keptIdleMs = 15 * 60_000;
const connectionsPerSite = 6;
/** Of more sites than this, what was not asked for longest is forgotten, and connected again when it is. */
const sitesAtOnce = 40;
const forgottenAfterMs = 60_000;

// Bundles load this module more than once in a process; the pools are the same.
const shared = globalThis as typeof globalThis & {
  buyoffDb?: ReturnType<typeof connect>;
  buyoffSites?: Map<string, PrismaClient>;
};
shared.buyoffDb ??= connect(address, connections, keptIdleMs);
shared.buyoffSites ??= new Map();
const sites = shared.buyoffSites;

/** The connections of this process, for `direct` alone. */
export const pool: pg.Pool = shared.buyoffDb.pool;

/** As the role of this process. The web sees rows of a site only through `forSite` or `inTransaction(…, site)`. */
export const db: PrismaClient = shared.buyoffDb.client;

/**
 * The database as one site sees it, for row-level security: on connections of the site's own, each told
 * its name when it began, so that a query is one round trip and no connection ever serves two sites.
 */
export function forSite(site: string): PrismaClient {
  const client = sites.get(site) ?? connect(addressOf(site), connectionsPerSite).client;
  sites.delete(site);
  sites.set(site, client);
  const [oldest] = sites.size > sitesAtOnce ? sites : [];
  if (oldest) {
    sites.delete(oldest[0]);
    setTimeout(() => void oldest[1].$disconnect(), forgottenAfterMs).unref();
  }
  return client;
}

function addressOf(site: string): string {
  if (!/^[0-9a-f-]{36}$/.test(site)) throw new Error(`not the id of a site: ${site}`);
  return withOption(address, `buyoff.site=${site}`);
}

/** Ends every connection of this process. */
export async function disconnect(): Promise<void> {
  const clients = [db, ...sites.values()];
  sites.clear();
  await Promise.all(clients.map((client) => client.$disconnect()));
}

/** All of `work` or none of it; with a site, its rows are visible to the whole of it. */
export function inTransaction<T>(work: (tx: Tx) => Promise<T>, site?: string): Promise<T> {
  return db.$transaction(async (tx) => {
    if (site) await tx.$executeRaw`select set_config('buyoff.site', ${site}, true)`;
    return work(tx);
  });
}
