import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
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

/** A test that was left out proves nothing: it counts as one that failed. */
export const countOfVitest = (report: unknown): Count => {
  const { numPassedTests, numTotalTests } = reportOfVitest.parse(report);
  return { passed: numPassedTests, failed: numTotalTests - numPassedTests };
};

export const countOfPlaywright = (report: unknown): Count => {
  const { expected, unexpected, flaky, skipped } = reportOfPlaywright.parse(report).stats;
  return { passed: expected, failed: unexpected + flaky + skipped };
};

const reportOfVitest = z.object({ numPassedTests: z.number(), numTotalTests: z.number() });
const reportOfPlaywright = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
});

export async function countedVitest(
  environment: Environment,
  workplace: Workplace,
  only: string[] = [],
): Promise<Count> {
  const report = path.join(workplace.logs, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const args = ["run", ...reporters, ...only];
  return counted(
    {
      name: "vitest",
      args: [tool("vitest/vitest.mjs"), ...args],
      environment: { ...environment, NODE_ENV: "test" },
      isOurs: false,
    },
    workplace,
    async () => countOfVitest(JSON.parse(await readFile(report, "utf8"))),
  );
}

/** What is measured against a bound in time carries this tag: it runs after all the rest, by itself. */
const alone = "@alone";

/** The specs side by side, and then those that need the machine to themselves. */
export const countedPlaywright = (
  environment: Environment,
  workplace: Workplace,
  specs: readonly string[],
): Promise<Count> =>
  inTurn(
    [
      { name: "playwright", args: [`--grep-invert=${alone}`], report: "results.json" },
      {
        name: "playwright-alone",
        // A folder of its own: Playwright empties the one it writes to, and the pictures of the others are in theirs.
        args: [`--grep=${alone}`, "--workers=1", "--output=e2e/.results/alone"],
        report: "alone.json",
      },
    ].map(({ name, args, report }) => async () => {
      const file = path.join(root, "e2e/.results", report);
      // What an earlier run has left must not be taken for what this one says.
      await rm(file, { force: true });
      return counted(
        {
          name,
          args: [
            tool("@playwright/test/cli.js"),
            "test",
            "--config=e2e/playwright.config.ts",
            "--pass-with-no-tests",
            ...args,
            ...specs,
          ],
          environment: {
            ...environment,
            NODE_OPTIONS: "--conditions=react-server",
            BUYOFF_E2E_REPORT: file,
          },
          isOurs: false,
        },
        workplace,
        async () => countOfPlaywright(JSON.parse(await readFile(file, "utf8"))),
        { mayBeEmpty: true },
      );
    }),
  );

/** One after the other, each whatever became of the one before; together they counted something. */
export async function inTurn(runs: readonly (() => Promise<Count>)[]): Promise<Count> {
  const sum: Count = { passed: 0, failed: 0 };
  const said: string[] = [];
  for (const run of runs) {
    const count = await run().catch((error: unknown) => {
      if (!(error instanceof FailedGate)) throw error;
      said.push(error.message);
      return error.count;
    });
    sum.passed += count.passed;
    sum.failed += count.failed;
  }
  if (sum.failed === 0 && sum.passed > 0) return sum;
  const nothing = "No test was found.";
  throw new FailedGate(said.join("\n") || nothing, { ...sum, failed: Math.max(1, sum.failed) });
}

export class FailedGate extends Problem {
  readonly count: Count;
  constructor(message: string, count: Count = { passed: 0, failed: 1 }) {
    super(message);
    this.count = count;
  }
}

/** Runs a program that counts; whatever it says, one that ended badly or counted nothing has failed. */
export async function counted(
  program: Program,
  workplace: Workplace,
  read: () => Promise<Count>,
  { mayBeEmpty = false } = {},
): Promise<Count> {
  const running = workplace.parts.keep(startProgram(program, workplace.logs));
  const ended = await running.ended;
  const found = await read().catch(() => null);
  const count = found ?? { passed: 0, failed: 0 };
  // A file that can't even be loaded is a failure that no test counts.
  const isCounted = mayBeEmpty ? found !== null : count.passed > 0;
  const isGood = running.process.exitCode === 0 && count.failed === 0 && isCounted;
  if (isGood) return count;
  const { message } = await failure(running.log);
  // Somebody's signal leaves no word in the log.
  const [how = ""] = ended.split("\n");
  throw new FailedGate(`${message}\n${how}`, { ...count, failed: Math.max(1, count.failed) });
}

async function failure(log: string): Promise<FailedGate> {
  const text = await readFile(log, "utf8").catch(() => "");
  return new FailedGate(`${text.trimEnd().split("\n").slice(-150).join("\n")}\nAll of it: ${log}`);
}
