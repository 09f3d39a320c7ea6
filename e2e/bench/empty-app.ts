import path from "node:path";
import { nextProgram } from "#lib/setup/build";
import { newParts } from "#lib/setup/parts";
import { freePort } from "#lib/setup/port";
import { answering, type Program, runProgram, startProgram } from "#lib/setup/processes";
import { run } from "../support/run.ts";

const folder = path.join(import.meta.dirname, "empty");
const parts = newParts();
let running: Promise<{ origin: string }> | null = null;

/** The empty page on the same framework, as a production build, on a port of its own. */
export function emptyApp(): Promise<{ origin: string }> {
  running ??= start();
  return running;
}

export const stopEmptyApp = (): Promise<void> => parts.stop();

async function start(): Promise<{ origin: string }> {
  const environment = { ...run.environment, NODE_ENV: "production", BUYOFF_DIST: undefined };
  const of = (name: string, ...args: string[]): Program => ({
    name,
    args: [nextProgram, ...args],
    environment,
    isOurs: false,
  });
  const workplace = { logs: run.logs, parts };
  await runProgram(of("empty-build", "build", folder), workplace, "The empty page has no build.");
  const port = await freePort(0);
  const at = ["--port", String(port), "--hostname", "127.0.0.1"];
  const web = parts.keep(startProgram(of("empty-web", "start", folder, ...at), run.logs));
  const origin = `http://127.0.0.1:${port}`;
  await answering(origin, [web]);
  return { origin };
}
