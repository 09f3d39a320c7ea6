import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Unit } from "./crew.ts";
import { run } from "./run.ts";

export type UnitWanted = {
  unit: string;
  /** Its order's number, where a person will read it. */
  order?: string;
  /** File name of its instruction, without .json. */
  instruction?: string;
  site?: "NG1" | "NG2";
  /** Played until just before this step, by the seed's own people. */
  until?: string;
  /** Or until the next buyoff of this operation could be signed. */
  untilBuyoff?: string;
  /** On the same instruction with waits of seconds. */
  quick?: boolean;
  /** On the same instruction with long words, several samples and a machine's report in operation 040. */
  crowded?: boolean;
  /** On one that asks at 020.2 for a machine's report about both bores, or has a tighter process limit. */
  asks?: readonly ("report" | "process")[];
  /** On the same instruction, whose operators' signatures may all be given without a network. */
  mayWait?: boolean;
  /** On a revision that no other unit is on. */
  alone?: boolean;
  /** Pieces, where the unit is to be a lot. */
  quantity?: string;
  values?: Readonly<Record<string, string>>;
  /** How old its sealant is at the start of the test; 75 minutes if nothing is said. */
  mixedMinutesAgo?: number;
};

/** Units of a test's own: released through the same commands as any, with parts nobody else uses. */
export async function units(wanted: readonly UnitWanted[]): Promise<Unit[]> {
  maker ??= startMaker();
  return maker(JSON.stringify(wanted));
}

export async function aUnit(
  wanted: Omit<UnitWanted, "unit"> & { unit?: string } = {},
): Promise<Unit> {
  const [unit] = await units([{ unit: aSerial(), ...wanted }]);
  if (!unit) throw new Error("no unit was made");
  return unit;
}

let made = 0;
/** Ends in 1, so that no customer has to sign; nothing else of the run is called so. */
export const aSerial = (last = "1"): string => {
  made += 1;
  return `T${process.pid}-${Date.now().toString(36).toUpperCase()}${made}${last}`;
};

const script = path.resolve(import.meta.dirname, "../../prisma/seed/make-units.ts");

type Maker = (wanted: string) => Promise<Unit[]>;
/** One for all tests of this process: starting it costs more than a hundred units do. */
let maker: Maker | null = null;

/** Answers in the order in which it is asked, and ends when nobody is left to ask. */
function startMaker(): Maker {
  const child = spawn(process.execPath, ["--conditions=react-server", script], {
    env: run.environment,
    stdio: ["pipe", "pipe", "pipe"],
  });
  // A program that uses it ends when its own work does.
  for (const pipe of [child.stdin, child.stdout, child.stderr]) (pipe as Socket).unref();
  child.unref();
  const waiting: { resolve: (made: Unit[]) => void; reject: (problem: Error) => void }[] = [];
  const complaints: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk.toString()));
  createInterface(child.stdout).on("line", (line) => {
    const { made, problem } = JSON.parse(line) as { made?: Unit[]; problem?: string };
    const asked = waiting.shift();
    if (waiting.length === 0) child.unref();
    if (made) asked?.resolve(made);
    else asked?.reject(new Error(`make-units: ${problem} ${complaints.join("")}`));
  });
  const ended = (how: unknown) => {
    maker = null;
    const problem = new Error(`make-units ended with ${how}: ${complaints.join("")}`);
    for (const { reject } of waiting.splice(0)) reject(problem);
  };
  child.on("error", ended);
  child.on("close", ended);
  return (wanted) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      child.ref();
      child.stdin.write(`${wanted}\n`);
    });
}
