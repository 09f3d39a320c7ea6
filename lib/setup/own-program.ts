import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { buildWeb, generateClient, isBuildStale, isClientStale } from "./build.ts";
import { type Memory, openMemory, root } from "./memory.ts";
import { newParts, type Parts } from "./parts.ts";
import { buildEnvironment } from "./plant.ts";
import { type Program, startProgram } from "./processes.ts";

export type Own = { folder: string; logs: string; memory: Memory; parts: Parts };

/**
 * Runs a program in an empty folder of its own below `.buyoff`, on a build that is made where it is stale. What
 * `programIn` starts for it among the parts is stopped when it has ended, or when this process is told to.
 */
export async function runOwn(
  name: string,
  programIn: (own: Own) => Promise<Program>,
): Promise<void> {
  const folder = path.join(root, ".buyoff", name);
  await rm(folder, { recursive: true, force: true });
  const memory = await openMemory(folder);
  const parts = newParts();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void parts.stop().finally(() => process.exit(130)));
  }
  process.on("disconnect", () => void parts.stop().finally(() => process.exit(1)));
  const logs = path.join(folder, "logs");
  try {
    await mkdir(logs, { recursive: true });
    const building = buildEnvironment(memory, process.env);
    if (await isClientStale()) await generateClient({ logs, parts });
    if (await isBuildStale(building)) await buildWeb({ logs, parts }, building);
    const program = await programIn({ folder, logs, memory, parts });
    const running = parts.keep(startProgram(program, "", true));
    await running.ended;
    process.exitCode = running.process.exitCode ?? 1;
  } finally {
    await parts.stop();
  }
}
