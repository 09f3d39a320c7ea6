import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { requireBrowser } from "./browser.ts";
import { buildWeb, generateClient, isBuildStale, isClientStale } from "./build.ts";
import { openMemory, root } from "./memory.ts";
import { newParts } from "./parts.ts";
import { buildEnvironment } from "./plant.ts";
import { type Environment, type Program, startProgram } from "./processes.ts";
import { startTestPlant } from "./test-plant.ts";

/** `npm run bench -- B1 B5 --small`: on a plant whose commits survive a power cut as a real one's do. */
export const bench = (args: readonly string[]): Promise<void> =>
  onOwnPlant("bench", { isDurable: true, seed: "small" }, (environment) =>
    benchProgram(args, environment),
  );

/** `npm run docs:screens`: the pictures in docs/screens, from the whole demo plant. */
export const screens = (): Promise<void> =>
  onOwnPlant("screens", { isDurable: false, seed: "full" }, (environment) => ({
    name: "screens",
    args: [path.join(root, "e2e/screens/main.ts")],
    environment,
  }));

/** Builds where needed, starts a plant for this one program, and stops it again. */
async function onOwnPlant(
  name: string,
  kind: { isDurable: boolean; seed: "small" | "full" },
  programIn: (environment: Environment) => Program,
): Promise<void> {
  const folder = path.join(root, ".buyoff", name);
  await rm(folder, { recursive: true, force: true });
  const memory = await openMemory(folder);
  const parts = newParts();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void parts.stop().finally(() => process.exit(130)));
  }
  process.on("disconnect", () => void parts.stop().finally(() => process.exit(1)));
  const workplace = { logs: path.join(folder, "logs"), parts };
  try {
    await mkdir(workplace.logs, { recursive: true });
    const building = buildEnvironment(memory, process.env);
    if (await isClientStale()) await generateClient(workplace);
    if (await isBuildStale(building)) await buildWeb(workplace, building);
    await requireBrowser();
    const { environment, adminUrl } = await startTestPlant(memory, parts, kind);
    const looking = { BUYOFF_E2E_ADMIN_URL: adminUrl, BUYOFF_E2E_LOGS: workplace.logs };
    const program = programIn({ ...environment, ...looking });
    const running = parts.keep(startProgram(program, "", true));
    await running.ended;
    process.exitCode = running.process.exitCode ?? 1;
  } finally {
    await parts.stop();
  }
}

export const benchProgram = (args: readonly string[], environment: Environment): Program => ({
  name: "bench",
  args: [path.join(root, "e2e/bench/main.ts"), ...args],
  environment,
});
