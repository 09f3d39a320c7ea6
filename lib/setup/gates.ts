import { readFile } from "node:fs/promises";
import path from "node:path";
import { root } from "./memory.ts";
import { Problem } from "./problem.ts";
import { type Environment, type Program, startProgram, type Workplace } from "./processes.ts";

export type Count = { passed: number; failed: number };

const tool = (file: string) => path.join(root, "node_modules", file);

export const staticGates = (environment: Environment): Program[] => [
  {
    name: "biome ci",
    args: [tool("@biomejs/biome/bin/biome"), "ci", "--error-on-warnings"],
    environment,
    isOurs: false,
  },
  { name: "tsc", args: [tool("typescript/bin/tsc"), "--noEmit"], environment, isOurs: false },
  { name: "knip", args: [tool("knip/bin/knip.js")], environment, isOurs: false },
];

/** Next writes the types of the routes; without them tsc would not know a page's parameters. */
export const typegen = (environment: Environment): Program => ({
  name: "typegen",
  args: [tool("next/dist/bin/next"), "typegen"],
  environment,
  isOurs: false,
});

/** Runs a gate that says yes or no. */
export async function judged(program: Program, workplace: Workplace): Promise<void> {
  const running = workplace.parts.keep(startProgram(program, workplace.logs));
  await running.ended;
  if (running.process.exitCode !== 0) throw await failure(running.log);
}

export async function countedVitest(
  environment: Environment,
  workplace: Workplace,
): Promise<Count> {
  const report = path.join(workplace.logs, "vitest.json");
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  return counted(
    {
      name: "vitest",
      args: [tool("vitest/vitest.mjs"), ...args],
      environment: { ...environment, NODE_ENV: "test" },
      isOurs: false,
    },
    workplace,
    async () => {
      const { numPassedTests, numFailedTests } = JSON.parse(await readFile(report, "utf8"));
      return { passed: Number(numPassedTests), failed: Number(numFailedTests) };
    },
  );
}

export async function countedPlaywright(
  environment: Environment,
  workplace: Workplace,
): Promise<Count> {
  return counted(
    {
      name: "playwright",
      args: [tool("@playwright/test/cli.js"), "test", "--config=e2e/playwright.config.ts"],
      environment: { ...environment, NODE_OPTIONS: "--conditions=react-server" },
      isOurs: false,
    },
    workplace,
    async () => {
      const { stats } = JSON.parse(
        await readFile(path.join(root, "e2e/.results/results.json"), "utf8"),
      );
      return { passed: Number(stats.expected), failed: Number(stats.unexpected + stats.flaky) };
    },
  );
}

export class FailedGate extends Problem {
  readonly count: Count;
  constructor(message: string, count: Count = { passed: 0, failed: 1 }) {
    super(message);
    this.count = count;
  }
}

async function counted(
  program: Program,
  workplace: Workplace,
  read: () => Promise<Count>,
): Promise<Count> {
  const running = workplace.parts.keep(startProgram(program, workplace.logs));
  await running.ended;
  const count = await read().catch(() => ({ passed: 0, failed: 0 }));
  // A file that can't even be loaded is a failure that no test counts.
  const isGood = running.process.exitCode === 0 && count.failed === 0 && count.passed > 0;
  if (isGood) return count;
  const { message } = await failure(running.log);
  throw new FailedGate(message, { ...count, failed: Math.max(1, count.failed) });
}

async function failure(log: string): Promise<FailedGate> {
  const text = await readFile(log, "utf8").catch(() => "");
  return new FailedGate(`${text.trimEnd().split("\n").slice(-150).join("\n")}\nAll of it: ${log}`);
}
