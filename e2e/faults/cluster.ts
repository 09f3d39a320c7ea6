import { embeddedUrls, withClient } from "#lib/setup/database";
import type { Memory } from "#lib/setup/memory";
import { applyMigrations } from "#lib/setup/migrations";
import type { Parts } from "#lib/setup/parts";
import { startPostgres } from "#lib/setup/postgres";
import type { PostgresHome } from "#lib/setup/postgres-home";
import { createRoles } from "#lib/setup/roles";

/** A PostgreSQL of the run's own, whose commits survive what is done to it. */
export async function aCluster(memory: Memory, home: PostgresHome, parts: Parts) {
  const { superuserPassword, rolePasswords, postgres } = memory.values;
  const cluster = {
    home,
    password: superuserPassword,
    port: postgres.port,
    isThrowaway: true,
    isDurable: true,
  };
  const start = async () => {
    const started = parts.keep(await startPostgres(cluster));
    if (started.port !== cluster.port) throw new Error(`port ${cluster.port} was taken meanwhile`);
    return started;
  };
  let server = await start();
  const { adminUrl, ownerUrl } = embeddedUrls(memory);
  await withClient(server.adminUrl, (client) => client.query("create database buyoff"));
  await withClient(adminUrl, (client) => createRoles(client, rolePasswords));
  await applyMigrations(ownerUrl);
  return {
    adminUrl,
    /**
     * What `pg_ctl stop -m immediate` sends: every connection is cut, nothing more is written, the log is replayed
     * at the next start. Gives the milliseconds until it answers again.
     */
    crash: async (): Promise<number> => {
      const ended = new Promise((resolve) => server.process.once("exit", resolve));
      server.process.kill("SIGQUIT");
      await ended;
      const at = performance.now();
      server = await start();
      return performance.now() - at;
    },
  };
}
