import { withClient } from "./database.ts";
import { Problem } from "./problem.ts";
import type { Environment } from "./processes.ts";

const schema = "demo_clock";
const clocks = ["clock_timestamp", "now", "statement_timestamp", "transaction_timestamp"];

/**
 * The history of the demo plant is made by commands and by the feed's worker as they are, which ask PostgreSQL what time
 * it is. While `work` is done, whoever connects with the environment that it is given finds a clock there that can be
 * told. Only the owner of the database can make such a clock, and it is gone afterwards: no program can be told the time
 * in a plant that somebody works in.
 */
export async function withToldClock<T>(
  ownerUrl: string,
  environment: Environment,
  work: (environment: Environment) => Promise<T>,
): Promise<T> {
  await withClient(ownerUrl, (client) => client.query(makeClock));
  try {
    return await work({
      ...environment,
      DATABASE_URL: lookingThere(environment.DATABASE_URL),
      DATABASE_WORKER_URL: lookingThere(environment.DATABASE_WORKER_URL),
    });
  } finally {
    await withClient(ownerUrl, (client) => client.query(dropClock));
  }
}

const dropClock = `drop schema if exists ${schema} cascade`;
const makeClock = `
  ${dropClock};
  create schema ${schema};
  create table ${schema}.told (at timestamptz not null, runs_since timestamptz);
  insert into ${schema}.told values (pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp());
  create function ${schema}.clock_timestamp() returns timestamptz language sql volatile as
    'select at + coalesce(pg_catalog.clock_timestamp() - runs_since, interval ''0'') from ${schema}.told';
  create function ${schema}.now() returns timestamptz language sql volatile as
    'select ${schema}.clock_timestamp()';
  grant usage on schema ${schema} to buyoff_app, buyoff_worker;
  grant select, update on ${schema}.told to buyoff_app, buyoff_worker`;

/** What PostgreSQL itself brings is looked for last, where it is otherwise always first. */
function lookingThere(url: string | undefined): string | undefined {
  if (!url) return url;
  const address = new URL(url);
  const options = address.searchParams.get("options") ?? "";
  const path = `-c search_path=${schema},public,pg_catalog`;
  address.searchParams.set("options", `${options} ${path}`.trim());
  return address.href;
}

/** Before anybody works here: the only clock of this database is the server's. */
export async function refuseAnotherClock(ownerUrl: string): Promise<void> {
  const { rows } = await withClient(ownerUrl, (client) =>
    client.query<{ schema: string }>(
      `select distinct n.nspname as schema from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where p.proname = any($1) and p.pronargs = 0 and n.nspname <> 'pg_catalog'`,
      [clocks],
    ),
  );
  const [found] = rows;
  if (!found) return;
  throw new Problem(
    `The database has a clock of its own in its schema ${found.schema}, which times could be written by. As its owner run: drop schema ${found.schema} cascade; then look into who made it, and start again.`,
  );
}
