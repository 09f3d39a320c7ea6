import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A server of somebody else's, started for one test file in a folder of its own and ended by its own process id. */
export type Running = {
  process: ChildProcess;
  log(): string;
  stop(): Promise<void>;
};

export const aFolder = (name: string): { path: string; remove(): void } => {
  const folder = mkdtempSync(path.join(tmpdir(), `buyoff-${name}-`));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
};

/** In a process group of its own, so that what it starts ends with it. */
export function startProgram(
  folder: string,
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  ending: NodeJS.Signals = "SIGTERM",
): Running {
  const file = path.join(folder, `${path.basename(command)}.log`);
  const out = openSync(file, "a");
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ["pipe", out, out],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return {
    process: child,
    log: () => readFileSync(file, "utf8"),
    stop: async () => {
      endGroup(child, ending);
      const timer = setTimeout(() => endGroup(child, "SIGKILL"), 10_000);
      await ended;
      clearTimeout(timer);
      endGroup(child, "SIGKILL");
    },
  };
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Resolves when the fact is there; says what the program said when it never comes. */
export async function eventually(
  what: string,
  fact: () => Promise<boolean> | boolean,
  running?: Running,
  withinMs = 180_000,
): Promise<void> {
  const endsAt = Date.now() + withinMs;
  for (;;) {
    if (await fact()) return;
    const hasEnded = running?.process.exitCode !== null && running?.process.exitCode !== undefined;
    if (hasEnded || Date.now() > endsAt)
      throw new Error(`${what} did not come about:\n${running?.log().slice(-3_000) ?? ""}`);
    await pause(50);
  }
}

export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect({ host: "127.0.0.1", port });
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
