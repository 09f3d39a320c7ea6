import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export type Worker = {
  kill(): Promise<void>;
  /** Resolves with the exit code. */
  stop(): Promise<number | null>;
};

/** The worker of the product, as a process of its own. */
export function startWorker(leaseMs = 1_500): Worker {
  const main = path.resolve(import.meta.dirname, "../worker-main.ts");
  const logs = path.join(tmpdir(), "buyoff-feed-tests");
  mkdirSync(logs, { recursive: true });
  const log = openSync(path.join(logs, `worker-${process.pid}.log`), "a");
  const child = spawn(
    process.execPath,
    ["--conditions=react-server", main, "--lease-ms", String(leaseMs)],
    {
      stdio: ["ignore", log, log],
      env: { ...process.env, BUYOFF_DB_ROLE: "worker", BUYOFF_LOG_LEVEL: "info" },
    },
  );
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return {
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
}
