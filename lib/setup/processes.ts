import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { root } from "./memory.ts";
import type { Parts } from "./parts.ts";
import { portTakenCode } from "./port.ts";
import { Problem } from "./problem.ts";

export type Environment = Record<string, string | undefined>;

export type Program = {
  name: string;
  /** What Node is to run, with its arguments. */
  args: string[];
  environment: Environment;
  /** Server code of ours resolves `server-only` as the bundler does; Next brings its own bundles. */
  isOurs?: boolean;
};

/** It could not listen; what to do about that is for whoever chose the port to say. */
export class PortTaken extends Problem {}

/** Where the output of programs goes, and who stops them. */
export type Workplace = { logs: string; parts: Parts };

export type RunningProgram = {
  name: string;
  log: string;
  process: ChildProcess;
  /** Resolves with a sentence when it ends, asked to or not. */
  ended: Promise<string>;
  stop(): Promise<void>;
};

const preload = path.join(root, "lib/setup/with-parent.ts");
const stopPatienceMs = 10_000;

const nodeArgs = ({ args, isOurs = true }: Program) => [
  ...(isOurs ? ["--conditions=react-server"] : []),
  "--import",
  new URL(`file://${preload}`).href,
  ...args,
];

/** Starts a program that stays, in a process group of its own, writing to a log file or, in `terminal`, to ours. */
export function startProgram(program: Program, logs: string, terminal = false): RunningProgram {
  const log = path.join(logs, `${program.name}.log`);
  const out = terminal ? "inherit" : openSync(log, "w", 0o600);
  const child = spawn(process.execPath, nodeArgs(program), {
    cwd: root,
    env: program.environment as NodeJS.ProcessEnv,
    stdio: ["ignore", out, out],
    // Ctrl-C in the terminal is for the set-up alone, which stops its programs in order.
    detached: process.platform !== "win32",
  });
  if (typeof out === "number") closeSync(out);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) =>
      resolve(`${program.name} could not be started: ${error.message}`),
    );
    child.once("exit", async (code, signal) => {
      const why = signal ?? `code ${code}`;
      const last = terminal ? "" : await lastLines(log);
      resolve(`${program.name} ended by itself (${why}).${last && `\n${last}\nIts log: ${log}`}`);
    });
  });
  return { name: program.name, log, process: child, ended, stop: () => stopGroup(child) };
}

/** Runs a program to its end; its output is shown only if it fails. */
export async function runProgram(
  program: Program,
  { logs, parts }: Workplace,
  refusal: string,
): Promise<void> {
  const running = parts.keep(startProgram(program, logs));
  await running.ended;
  if (running.process.exitCode === 0) return;
  throw new Problem(`${refusal}\n${await lastLines(running.log)}\nIts log: ${running.log}`);
}

/**
 * Waits until something answers there, whatever it says; a program that ends meanwhile is a problem.
 * `word` must stand in the last one's log first: an answer could come from somebody else's program.
 */
export async function answering(
  url: string,
  programs: readonly RunningProgram[],
  word = "",
): Promise<void> {
  const log = programs.at(-1)?.log ?? "";
  let problem: Problem | null = null;
  const watched = programs.map(async (program) => {
    const why = await program.ended;
    const isPortTaken = program.process.exitCode === portTakenCode;
    problem ??= isPortTaken ? new PortTaken(why) : new Problem(why);
  });
  void Promise.race(watched);
  for (;;) {
    const answer = await fetch(url, { redirect: "manual" }).catch(() => null);
    await answer?.body?.cancel();
    if (problem !== null) throw problem;
    if (answer && (word === "" || (await readFile(log, "utf8")).includes(word))) return;
    await pause(50);
  }
}

async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  signal(child, "SIGTERM");
  const inTime = await Promise.race([ended, pause(stopPatienceMs, "late", { ref: false })]);
  if (inTime === "late") {
    signal(child, "SIGKILL");
    await ended;
  }
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (process.platform === "win32") child.kill(name);
    else process.kill(-(child.pid ?? 0), name);
  } catch {
    // It ended a moment ago.
  }
}

async function lastLines(log: string): Promise<string> {
  const text = await readFile(log, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-25).join("\n");
}
