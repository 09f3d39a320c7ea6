import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync } from "node:fs";
import { chown, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { commandOf } from "./command-line.ts";
import { freePort } from "./port.ts";
import { type PostgresHome, postgresHome } from "./postgres-home.ts";
import { codeOf, Problem } from "./problem.ts";

export type RunningPostgres = {
  /** As the cluster's superuser, on the database `postgres`. */
  adminUrl: string;
  port: number;
  process: ChildProcess;
  stop(): Promise<void>;
};

type Cluster = {
  home: PostgresHome;
  password: string;
  port: number;
  /** Of whoever listens later: it is not taken. */
  keptPort?: number;
  /** Ends with whoever started it. */
  isThrowaway: boolean;
  /** What is committed survives a power cut. */
  isDurable: boolean;
};

const stopPatienceMs = 15_000;
const unsafeSettings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/** Starts the cluster whose files are in `home`, making it first where there is none. */
export async function startPostgres(cluster: Cluster): Promise<RunningPostgres> {
  const { home, password } = cluster;
  const files = path.join(home.folder, "data");
  if (!existsSync(path.join(files, "PG_VERSION"))) await initialise(cluster, files);
  await stopLeftover(files);
  const port = await freePort(cluster.port, cluster.keptPort);
  const server = launch(cluster, files, port);
  const adminUrl = `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  try {
    await accepting(adminUrl, server);
  } catch (error) {
    await stopProcess(server);
    const log = await readFile(logOf(home), "utf8").catch(() => "");
    throw new Problem(
      `The embedded PostgreSQL did not start: ${log.trim().split("\n").at(-1) || String(error)}\nIts log: ${logOf(home)}`,
    );
  }
  return { adminUrl, port, process: server, stop: () => stopProcess(server) };
}

/** A cluster for one run, gone afterwards; of the tests: fast and unsafe against a power cut. */
export async function startThrowawayPostgres({ isDurable = false } = {}): Promise<RunningPostgres> {
  const folder = await mkdtemp(path.join(tmpdir(), "buyoff-test-"));
  const home = await postgresHome(path.join(folder, "postgres"));
  const password = randomBytes(16).toString("base64url");
  const running = await startPostgres({ home, password, port: 0, isThrowaway: true, isDurable });
  return {
    ...running,
    async stop() {
      await running.stop();
      await rm(home.folder, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const logOf = (home: PostgresHome) => path.join(home.folder, "postgres.log");
const programOf = (home: PostgresHome, name: string) => path.join(home.programs, "bin", name);
const environment = {
  PATH: process.env.PATH ?? "",
  LC_ALL: "C",
  TZ: "UTC",
} as unknown as NodeJS.ProcessEnv;

async function initialise({ home, password, isDurable }: Cluster, files: string): Promise<void> {
  // Made beside its place and moved: one that was interrupted is never taken for complete.
  const unfinished = `${files}.new`;
  await rm(unfinished, { recursive: true, force: true });
  const passwordFile = path.join(home.folder, "initial-password");
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (home.user) await chown(passwordFile, home.user.uid, home.user.gid);
  const made = spawnSync(
    programOf(home, "initdb"),
    [
      `--pgdata=${unfinished}`,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      ...(isDurable ? [] : ["--no-sync"]),
    ],
    { ...home.user, cwd: home.folder, env: environment, encoding: "utf8" },
  );
  await rm(passwordFile, { force: true });
  if (made.status !== 0) {
    const said = made.error?.message ?? made.stderr.trim();
    throw new Problem(`The embedded PostgreSQL could not make its files in ${files}: ${said}`);
  }
  await rename(unfinished, files);
}

function launch(
  { home, isThrowaway, isDurable }: Cluster,
  files: string,
  port: number,
): ChildProcess {
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    ...(isDurable ? [] : unsafeSettings),
  ];
  const log = openSync(logOf(home), "w", 0o600);
  const server = spawn(
    programOf(home, "postgres"),
    ["-D", files, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
    {
      ...home.user,
      cwd: home.folder,
      env: environment,
      stdio: ["ignore", log, log],
      // Ctrl-C in the terminal is for the set-up alone, which stops the database last; one of the
      // tests may go at once.
      detached: !isThrowaway && process.platform !== "win32",
    },
  );
  closeSync(log);
  return server;
}

async function accepting(adminUrl: string, server: ChildProcess): Promise<void> {
  const spawned = new Promise<never>((_, reject) => server.once("error", reject));
  for (;;) {
    if (server.exitCode !== null) throw new Error(`it ended with code ${server.exitCode}`);
    const client = new pg.Client({ connectionString: adminUrl });
    try {
      await Promise.race([client.connect(), spawned]);
      await client.end();
      return;
    } catch (error) {
      // 57P03: it is still starting up.
      if (codeOf(error) !== "ECONNREFUSED" && codeOf(error) !== "57P03") throw error;
      await pause(50);
    }
  }
}

async function stopProcess(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || !server.pid) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  // SIGINT is PostgreSQL's fast shutdown: clients are cut off, everything committed is kept.
  server.kill("SIGINT");
  const inTime = await Promise.race([ended, pause(stopPatienceMs, "late", { ref: false })]);
  if (inTime === "late") {
    server.kill("SIGQUIT");
    await ended;
  }
}

/** A set-up that was killed leaves its PostgreSQL running, or a pid file that now names somebody else's process. */
async function stopLeftover(files: string): Promise<void> {
  const pidFile = path.join(files, "postmaster.pid");
  const pid = Number((await readFile(pidFile, "utf8").catch(() => "")).split("\n")[0]);
  if (!pid) return;
  const command = commandOf(pid);
  // Where the system can't say whose process that is, PostgreSQL's own judgement of its file stands.
  if (command === null) return;
  if (command.includes(files)) {
    process.kill(pid, "SIGINT");
    for (let waitedMs = 0; commandOf(pid)?.includes(files); waitedMs += 100) {
      if (waitedMs > stopPatienceMs) {
        throw new Problem(
          `The PostgreSQL of an earlier start (process ${pid}) does not stop. End it and start again.`,
        );
      }
      await pause(100);
    }
  }
  await rm(pidFile, { force: true });
}
