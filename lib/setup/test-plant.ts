import { withClient } from "./database.ts";
import type { Memory } from "./memory.ts";
import type { Parts } from "./parts.ts";
import { type Plant, startPlant } from "./plant.ts";
import { freePort } from "./port.ts";
import { startThrowawayPostgres } from "./postgres.ts";
import type { Environment } from "./processes.ts";
import { createRoles, newRolePasswords, type RoleName, withDatabase, withLogin } from "./roles.ts";

/** A plant for one run, and the address of somebody who sees all of it. */
export type TestPlant = Plant & { adminUrl: string };

/** As in production: a server somebody else runs, and a login for each role. */
export async function startTestPlant(
  memory: Memory,
  parts: Parts,
  { isDurable = false, seed = "small" as "small" | "full" } = {},
): Promise<TestPlant> {
  const server = parts.keep(await startThrowawayPostgres({ isDurable }));
  await withClient(server.adminUrl, (client) => client.query("create database buyoff"));
  const adminUrl = withDatabase(server.adminUrl, "buyoff");
  const passwords = newRolePasswords();
  await withClient(adminUrl, (client) => createRoles(client, passwords));
  const loginOf = (role: RoleName) => withLogin(adminUrl, role, passwords[role]);
  const webPort = await freePort(0);
  const environment: Environment = {
    ...process.env,
    DATABASE_URL: loginOf("buyoff_app"),
    DATABASE_OWNER_URL: loginOf("buyoff_owner"),
    DATABASE_WORKER_URL: loginOf("buyoff_worker"),
    DATABASE_VERIFY_URL: loginOf("buyoff_verify"),
    BUYOFF_ORIGIN: "",
    BUYOFF_BLOBS: "",
    BUYOFF_DROPS: "",
    BUYOFF_SECRET: "",
    BUYOFF_DEMO: "1",
    BUYOFF_SEED: seed,
    BUYOFF_METRICS_PORT: String(await freePort(0)),
    BUYOFF_WORKER_METRICS_PORT: String(await freePort(0)),
  };
  const plant = await startPlant({
    memory,
    environment,
    origin: `http://127.0.0.1:${webPort}`,
    publicPort: webPort,
    webPort,
    isDev: false,
    parts,
    tell: () => undefined,
  });
  return { ...plant, adminUrl };
}
