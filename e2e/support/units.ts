import { spawn } from "node:child_process";
import path from "node:path";
import type { Unit } from "./crew.ts";
import { run } from "./run.ts";

export type UnitWanted = {
  unit: string;
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
  /** Pieces, where the unit is to be a lot. */
  quantity?: string;
  values?: Readonly<Record<string, string>>;
  /** How old its sealant is at the start of the test; 75 minutes if nothing is said. */
  mixedMinutesAgo?: number;
};

/** Units of a test's own: released through the same commands as any, with parts nobody else uses. */
export async function units(wanted: readonly UnitWanted[]): Promise<Unit[]> {
  const made = await makeUnits(JSON.stringify(wanted));
  return JSON.parse(made) as Unit[];
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

function makeUnits(input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=react-server", script], {
      env: run.environment,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const out: string[] = [];
    const complaints: string[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve(out.join(""))
        : reject(new Error(`make-units ended with ${code}: ${complaints.join("")}`)),
    );
    child.stdin.end(input);
  });
}
