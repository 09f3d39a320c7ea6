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
function asRole(url: string): string {
  const address = new URL(url);
  const options = address.searchParams.get("options") ?? "";
  address.searchParams.set("options", `${options} -c role=buyoff_${env.BUYOFF_DB_ROLE}`.trim());
  address.searchParams.set("application_name", `buyoff ${env.BUYOFF_DB_ROLE}`);
  return address.href;
}

// A page under load waits for its turn rather than failing after Prisma's own five seconds.
const transactionOptions = { maxWait: 10_000, timeout: 20_000 };

/** Of this process's role, for the one connection that Prisma can't give: to listen. */
export const address: string = asRole(login);

function connect() {
  const pool = new pg.Pool({ connectionString: address });
  // One that breaks while nobody uses it is replaced at the next use.
  pool.on("error", (err) => log.warn({ err }, "a connection to the database broke"));
  const adapter = new PrismaPg(pool, { disposeExternalPool: true });
  return { pool, client: new PrismaClient({ adapter, transactionOptions }) };
}

// Bundles load this module more than once in a process; the pool is one.
const shared = globalThis as typeof globalThis & { buyoffDb?: ReturnType<typeof connect> };
shared.buyoffDb ??= connect();

/** The connections of this process, for `direct` alone. */
export const pool: pg.Pool = shared.buyoffDb.pool;

/** As the role of this process. The web sees rows of a site only through `forSite` or `inTransaction(…, site)`. */
export const db: PrismaClient = shared.buyoffDb.client;

const inSite = (site: string) => db.$executeRaw`select set_config('buyoff.site', ${site}, true)`;

/** The database as one site sees it: each query travels in one transaction with the site's name, for row-level security. */
export function forSite(site: string) {
  return db.$extends({
    query: {
      async $allOperations({ args, query }) {
        const [, found] = await db.$transaction([
          inSite(site),
          query(args) as Prisma.PrismaPromise<unknown>,
        ]);
        return found;
      },
    },
  });
}

/** All of `work` or none of it; with a site, its rows are visible to the whole of it. */
export function inTransaction<T>(work: (tx: Tx) => Promise<T>, site?: string): Promise<T> {
  return db.$transaction(async (tx) => {
    if (site) await tx.$executeRaw`select set_config('buyoff.site', ${site}, true)`;
    return work(tx);
  });
}
