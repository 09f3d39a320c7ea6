import path from "node:path";
import { requireBrowser } from "./browser.ts";
import { root } from "./memory.ts";
import { runOwn } from "./own-program.ts";
import type { Environment, Program } from "./processes.ts";
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

/** On a plant that is started for this one program. */
const onOwnPlant = (
  name: string,
  kind: { isDurable: boolean; seed: "small" | "full" },
  programIn: (environment: Environment) => Program,
): Promise<void> =>
  runOwn(name, async ({ logs, memory, parts }) => {
    await requireBrowser();
    const { environment, adminUrl } = await startTestPlant(memory, parts, kind);
    return programIn({ ...environment, BUYOFF_E2E_ADMIN_URL: adminUrl, BUYOFF_E2E_LOGS: logs });
  });

export const benchProgram = (args: readonly string[], environment: Environment): Program => ({
  name: "bench",
  args: [path.join(root, "e2e/bench/main.ts"), ...args],
  environment,
});
