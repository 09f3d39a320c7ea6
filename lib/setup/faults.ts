import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { embeddedUrls } from "./database.ts";
import { type Memory, root } from "./memory.ts";
import { runOwn } from "./own-program.ts";
import { freePort } from "./port.ts";
import { postgresHome } from "./postgres-home.ts";
import { sentenceOf } from "./problem.ts";
import type { Environment } from "./processes.ts";

/**
 * `npm run test:faults`: web, worker and PostgreSQL of a plant of their own are killed, and answers of the QMS get
 * lost, in an order that a seed gives; then everything is counted. Its last line is "N passed, N failed".
 */
export async function faults(args: readonly string[]): Promise<void> {
  const files = await mkdtemp(path.join(tmpdir(), "buyoff-faults-"));
  const home = await postgresHome(path.join(files, "postgres"));
  try {
    await runOwn("faults", async ({ folder, memory }) => ({
      name: "faults",
      args: [path.join(root, "e2e/faults/main.ts"), ...args],
      environment: {
        ...(await environmentOf(memory)),
        BUYOFF_FAULTS: JSON.stringify({ folder, home }),
      },
    }));
  } catch (error) {
    process.stdout.write(`${sentenceOf(error)}\n0 passed, 1 failed\n`);
    process.exitCode = 1;
  } finally {
    for (const place of [home.folder, files]) await rm(place, { recursive: true, force: true });
  }
}

/** Addresses of a plant that the program itself starts, and stops, and starts again. */
async function environmentOf(memory: Memory): Promise<Environment> {
  await memory.save({ postgres: { port: await freePort(0) } });
  const urls = embeddedUrls(memory);
  return {
    ...process.env,
    DATABASE_URL: urls.appUrl,
    DATABASE_WORKER_URL: urls.workerUrl,
    DATABASE_VERIFY_URL: urls.verifyUrl,
    DATABASE_OWNER_URL: undefined,
    BUYOFF_ORIGIN: `http://127.0.0.1:${await freePort(0)}`,
    BUYOFF_SECRET: memory.values.secret,
    BUYOFF_BLOBS: path.join(memory.folder, "blobs"),
    BUYOFF_DROPS: "",
    BUYOFF_DEMO: "0",
    BUYOFF_METRICS_PORT: "",
    BUYOFF_WORKER_METRICS_PORT: "",
    // Of the program itself, whose own connections are cut as well; what is broken writes its logs.
    BUYOFF_LOG_LEVEL: "silent",
    BUYOFF_E2E_ADMIN_URL: urls.adminUrl,
    NEXT_TELEMETRY_DISABLED: "1",
  };
}
