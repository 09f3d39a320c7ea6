import { mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { benchProgram } from "./bench.ts";
import { installed, requireBrowser } from "./browser.ts";
import { buildWeb, generateClient, isBuildStale, isClientStale } from "./build.ts";
import { withClient } from "./database.ts";
import {
  type Count,
  countedPlaywright,
  countedVitest,
  FailedGate,
  judged,
  staticGates,
  typegen,
} from "./gates.ts";
import { type Memory, openMemory, root } from "./memory.ts";
import { newParts } from "./parts.ts";
import { buildEnvironment } from "./plant.ts";
import { startThrowawayPostgres } from "./postgres.ts";
import { sentenceOf } from "./problem.ts";
import type { Environment, Workplace } from "./processes.ts";
import { recordProgram } from "./read-record.ts";
import { startTestPlant, type TestPlant } from "./test-plant.ts";

const say = (text: string) => process.stdout.write(`${text}\n`);

/**
 * `npm test`: everything, in one list. `npm run check`: what needs no build and no browser.
 * `npm run e2e -- <part of a spec's path> …`: those specs alone, on a production build of their own.
 */
export async function judge(
  command: "test" | "check" | "e2e",
  specs: readonly string[],
): Promise<void> {
  const parts = newParts();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void parts.stop().finally(() => process.exit(130)));
  }
  process.on("disconnect", () => void parts.stop().finally(() => process.exit(1)));
  const folder = path.join(root, ".buyoff", "test");
  await rm(folder, { recursive: true, force: true });
  await mkdir(path.join(folder, "logs"), { recursive: true });
  const total: Total = { passed: 0, failed: 0, lines: [] };
  const startedAt = performance.now();
  try {
    const workplace = { logs: path.join(folder, "logs"), parts };
    await prepareSources(total, workplace);
    if (command !== "e2e") await judgeSources(total, workplace);
    if (command === "check") await judgeRules(total, workplace);
    else {
      const memory = await openMemory(folder);
      // Side by side: tests wait for facts, and a build has stages on one core.
      const [isBuilt] = await Promise.all([
        build(total, workplace, memory),
        command === "test" ? judgeUnits(total, workplace) : null,
      ]);
      if (isBuilt) await judgeBuild(total, workplace, memory, specs);
    }
  } catch (error) {
    // Not one of the list: the list could not go on.
    total.failed += 1;
    say(sentenceOf(error));
  } finally {
    await parts.stop();
  }
  say(`\n${total.lines.join("\n")}\n${lineOf(" ", "all of it", startedAt, total)}\n`);
  say(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** What was counted so far, and the list to be shown once more at the end. */
type Total = Count & { lines: string[] };

const lineOf = (mark: string, name: string, startedAt: number, { passed, failed }: Count) =>
  `${mark} ${name.padEnd(52)} ${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${passed} passed, ${failed} failed`;

/** One line of the list. A gate that fails shows what it said, and the next one still runs. */
async function gate(
  total: Total,
  name: string,
  work: () => Promise<Count | undefined>,
): Promise<boolean> {
  const startedAt = performance.now();
  const line = (mark: string, count: Count) => {
    const text = lineOf(mark, name, startedAt, count);
    total.lines.push(text);
    say(text);
  };
  try {
    const count = (await work()) ?? { passed: 1, failed: 0 };
    total.passed += count.passed;
    line("✓", count);
    return true;
  } catch (error) {
    const count = error instanceof FailedGate ? error.count : { passed: 0, failed: 1 };
    total.passed += count.passed;
    total.failed += count.failed;
    line("✗", count);
    say(sentenceOf(error).replaceAll(/^/gm, "    "));
    return false;
  }
}

const inQuiet = (): Environment => ({ ...process.env, NEXT_TELEMETRY_DISABLED: "1" });

async function prepareSources(total: Total, workplace: Workplace): Promise<void> {
  await gate(total, "database client and route types", async () => {
    if (await isClientStale()) await generateClient(workplace);
    await judged(typegen(inQuiet()), workplace);
    return undefined;
  });
}

async function judgeSources(total: Total, workplace: Workplace): Promise<void> {
  // Side by side: each leaves a core idle for part of its time, and a person waits.
  await Promise.all(
    staticGates(inQuiet()).map((program) =>
      gate(total, program.name, async () => {
        await judged(program, workplace);
        return undefined;
      }),
    ),
  );
}

/** Fewer random histories than `npm test` tries: whoever commits waits for this one. */
async function judgeRules(total: Total, workplace: Workplace): Promise<void> {
  const soon = { BUYOFF_SEQUENCES: "300", ...inQuiet() };
  await gate(total, "unit tests of the rules", () =>
    countedVitest(soon, workplace, ["--project", "rules"]),
  );
}

async function judgeUnits(total: Total, workplace: Workplace): Promise<void> {
  const environment = inQuiet();
  await gate(total, "unit and database tests", async () => {
    // For the documents of other systems; without it, their tests say that they were skipped.
    installed("libxml2-utils", "/usr/bin/xmllint");
    // Ours rather than Vitest's own: it is stopped and removed even where Vitest is cut off.
    const given = environment.BUYOFF_TEST_DATABASE_URL;
    const server = given ? null : workplace.parts.keep(await startThrowawayPostgres());
    const url = given ?? server?.adminUrl;
    return countedVitest({ ...environment, BUYOFF_TEST_DATABASE_URL: url }, workplace);
  });
}

const build = (total: Total, workplace: Workplace, memory: Memory): Promise<boolean> =>
  gate(total, "production build", async () => {
    const environment = buildEnvironment(memory, process.env);
    if (await isBuildStale(environment)) await buildWeb(workplace, environment);
    return undefined;
  });

async function judgeBuild(
  total: Total,
  workplace: Workplace,
  memory: Memory,
  specs: readonly string[],
): Promise<void> {
  let plant: TestPlant | null = null;
  await gate(total, "PostgreSQL, demo plant, web, worker, QMS sandbox", async () => {
    plant = await startTestPlant(memory, workplace.parts);
    return undefined;
  });
  if (plant === null) return;
  const { environment: inPlant, adminUrl } = plant as TestPlant;
  const seeded = await receiptsIn(adminUrl);
  await gate(total, "end to end", async () => {
    await requireBrowser();
    const looking = {
      BUYOFF_E2E_ADMIN_URL: adminUrl,
      BUYOFF_E2E_LOGS: workplace.logs,
      BUYOFF_E2E_PICTURES: specs.length > 0 ? "1" : "",
    };
    return countedPlaywright({ ...inPlant, ...looking }, workplace, specs);
  });
  await judgeRecord(total, workplace, inPlant, seeded);
  if (specs.length === 0)
    await judgeBench(total, workplace, { ...inPlant, BUYOFF_E2E_ADMIN_URL: adminUrl });
}

/** A bench that nobody runs is broken by the next change: each row once, small, for its form and not its speed. */
async function judgeBench(
  total: Total,
  workplace: Workplace,
  environment: Environment,
): Promise<void> {
  await gate(total, "bench, small", async () => {
    const out = path.join(workplace.logs, "bench-results.json");
    const looking = { ...environment, BUYOFF_E2E_LOGS: workplace.logs };
    await judged(benchProgram(["--small", "--out", out], looking), workplace);
    const { rows } = JSON.parse(await readFile(out, "utf8")) as { rows: { id: string }[] };
    return { passed: rows.length, failed: 0 };
  });
}

/**
 * What the journeys left behind has to hold: the chains, and every command under the rules once more.
 * More commands than the demo plant began with, or the journeys' own were not among them.
 */
async function judgeRecord(
  total: Total,
  workplace: Workplace,
  environment: Environment,
  seeded: number,
): Promise<void> {
  const programs = [
    recordProgram("verify", [], environment),
    recordProgram("replay", ["--at-least", String(seeded + 1)], environment),
  ];
  // Side by side: each reads on one core, and neither changes anything.
  await Promise.all(
    programs.map(async (program) => {
      const holds = await gate(total, program.name, async () => {
        await judged(program, workplace);
        return undefined;
      });
      const log = path.join(workplace.logs, `${program.name}.log`);
      if (holds) say((await readFile(log, "utf8")).trimEnd().replaceAll(/^/gm, "    "));
    }),
  );
}

const receiptsIn = (adminUrl: string): Promise<number> =>
  withClient(adminUrl, async (client) => {
    const { rows } = await client.query("select count(*)::int as count from receipts");
    return Number(rows[0].count);
  });
