import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { generateClient, isClientStale } from "./build.ts";
import { type Count, countedVitest, FailedGate } from "./gates.ts";
import { root } from "./memory.ts";
import { newParts } from "./parts.ts";
import { startThrowawayPostgres } from "./postgres.ts";
import { Problem, sentenceOf } from "./problem.ts";

/** What the contract tests start, by the file that says that it is installed. */
const packages: Readonly<Record<string, string>> = {
  mosquitto: "/usr/sbin/mosquitto",
  "nats-server": "/usr/sbin/nats-server",
  "rabbitmq-server": "/usr/sbin/rabbitmq-server",
  kcat: "/usr/bin/kcat",
  "openssh-server": "/usr/sbin/sshd",
  "request-tracker5": "/usr/share/request-tracker5/libexec/standalone_httpd",
  "rt5-db-sqlite": "/usr/share/doc/rt5-db-sqlite",
};
const places = (file: string) => [file, file.replace("/sbin/", "/bin/")];
const missing = () =>
  Object.entries(packages)
    .filter(([, file]) => !places(file).some((place) => existsSync(place)))
    .map(([name]) => name);

/**
 * `npm run test:systems`: the connectors against real servers, each started by its test in a folder of its own
 * and ended by its own process id. Missing ones are installed where we may.
 */
export async function systems(only: readonly string[]): Promise<void> {
  const parts = newParts();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => void parts.stop().finally(() => process.exit(130)));
  }
  process.on("disconnect", () => void parts.stop().finally(() => process.exit(1)));
  const logs = path.join(root, ".buyoff", "systems", "logs");
  await rm(logs, { recursive: true, force: true });
  await mkdir(logs, { recursive: true });
  let count: Count = { passed: 0, failed: 1 };
  try {
    await requirePrograms();
    const workplace = { logs, parts };
    if (await isClientStale()) await generateClient(workplace);
    const server = parts.keep(await startThrowawayPostgres());
    const environment = { ...process.env, BUYOFF_TEST_DATABASE_URL: server.adminUrl };
    count = await countedVitest(environment, workplace, [
      "--config=e2e/systems/vitest.config.ts",
      ...only,
    ]);
  } catch (error) {
    if (error instanceof FailedGate) count = error.count;
    process.stdout.write(`${sentenceOf(error)}\n`);
  } finally {
    await parts.stop();
  }
  process.stdout.write(`${count.passed} passed, ${count.failed} failed\n`);
  process.exitCode = count.failed > 0 ? 1 : 0;
}

async function requirePrograms(): Promise<void> {
  const wanted = missing();
  if (wanted.length === 0) return;
  const command = `apt-get install --no-install-recommends ${wanted.join(" ")}`;
  const mayInstall = process.getuid?.() === 0 && existsSync("/etc/debian_version");
  if (mayInstall) await install(wanted);
  const still = missing();
  if (still.length === 0) return;
  throw new Problem(
    mayInstall
      ? `These could not be installed: ${still.join(", ")}. Is a Debian mirror reached? The command was "${command}".`
      : `The contract tests need servers that are not here: ${still.join(", ")}. On Debian, run "sudo ${command}" and then npm run test:systems again.`,
  );
}

const policy = "/usr/sbin/policy-rc.d";

/** No service of theirs is to run afterwards: each test starts what it needs itself. */
async function install(wanted: readonly string[]): Promise<void> {
  process.stdout.write(`Installing ${wanted.join(", ")} …\n`);
  const isOurs = !existsSync(policy);
  if (isOurs) await writeFile(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const asked = "request-tracker5 request-tracker5/dbconfig-install boolean false\n";
    spawnSync("debconf-set-selections", { input: asked, env: environment });
    for (const args of [["update"], ["install", "--yes", "--no-install-recommends", ...wanted]]) {
      spawnSync("apt-get", ["-qq", ...args], { stdio: "ignore", env: environment });
    }
  } finally {
    if (isOurs) await rm(policy, { force: true });
  }
}
