import { parseArgs } from "node:util";
import { codeOf, Problem } from "./problem.ts";

export const commands = [
  "start",
  "dev",
  "test",
  "test:systems",
  "test:faults",
  "check",
  "e2e",
  "bench",
  "docs:screens",
  "build",
  "migrate",
  "setup:token",
  "web",
  "worker",
  "backup",
  "restore",
  "record:verify",
  "record:replay",
  "feed:validate",
  "db:sql",
] as const;
export type CommandName = (typeof commands)[number];

export type Options = { command: CommandName; port: number; isOnLan: boolean; rest: string[] };

export function optionsOf(args: readonly string[]): Options {
  const command = commands.find((name) => name === args[0]);
  if (!command) throw new Problem(`Buyoff knows these commands: ${commands.join(", ")}.`);
  if (command !== "start" && command !== "dev") {
    return { command, port: 0, isOnLan: false, rest: args.slice(1) };
  }
  const { port, lan } = parsed(args.slice(1));
  const number = Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    throw new Problem(`--port takes a number from 1 to 65535, not "${port}".`);
  }
  return { command, port: number, isOnLan: lan, rest: [] };
}

function parsed(args: readonly string[]): { port: string; lan: boolean } {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string", short: "p", default: "3000" },
        lan: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    if (!codeOf(error).startsWith("ERR_PARSE_ARGS")) throw error;
    throw new Problem(
      "Only --port <number> and --lan can be given: npm start -- --port 3001 --lan",
    );
  }
}
