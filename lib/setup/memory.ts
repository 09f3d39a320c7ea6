import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { commandOf } from "./command-line.ts";
import { codeOf, Problem } from "./problem.ts";
import { newRolePasswords, roleNames } from "./roles.ts";

export const root = path.resolve(import.meta.dirname, "../..");

const remembered = z.object({
  /** Master key of the application; every other key is derived from it. */
  secret: z.string(),
  superuserPassword: z.string(),
  rolePasswords: z.record(z.enum(roleNames), z.string()),
  postgres: z.object({ folder: z.string().optional(), port: z.number() }),
  sandbox: z.object({ port: z.number(), token: z.string(), webhookSecret: z.string() }),
  /** Server and database into which a demo plant is being put; empty once it is complete. */
  seeding: z.string().default(""),
});
export type Remembered = z.infer<typeof remembered>;

/** What this installation keeps between two starts, in a folder git ignores. */
export type Memory = {
  folder: string;
  values: Remembered;
  save(change: Partial<Remembered>): Promise<void>;
};

export const newKey = () => randomBytes(32).toString("base64url");

const fresh = (): Remembered => ({
  secret: newKey(),
  superuserPassword: newKey(),
  rolePasswords: newRolePasswords(),
  postgres: { port: 0 },
  sandbox: {
    // Its own usual one: the address stands in the demo's record, which is the same where it is free.
    port: 4310,
    token: newKey(),
    webhookSecret: `whsec_${randomBytes(24).toString("base64")}`,
  },
  seeding: "",
});

export async function openMemory(folder: string): Promise<Memory> {
  const file = path.join(folder, "settings.json");
  await makeFolder(folder);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return null;
    throw new Problem(`This user may not read ${file}. Start as the user who started before.`);
  });
  const memory: Memory = {
    folder,
    values: text === null ? fresh() : parsed(text, file),
    async save(change) {
      Object.assign(memory.values, change);
      // Beside and moved: a start that is cut off here never leaves half a key.
      await writeFile(`${file}.new`, `${JSON.stringify(memory.values, null, 2)}\n`, {
        mode: 0o600,
      });
      await rename(`${file}.new`, file);
    },
  };
  if (text === null) await memory.save({});
  else await chmod(file, 0o600);
  return memory;
}

/**
 * Whose record, photos and key these are. Where all three are told by environment, as to the parts of an
 * installation on several machines, nothing is remembered here and nothing is written.
 */
export async function installationHere(
  url: string | undefined,
): Promise<{ memory: Memory | null; secret: string; blobs: string }> {
  const { BUYOFF_SECRET: secret, BUYOFF_BLOBS: blobs } = process.env;
  if (url && secret && blobs) return { memory: null, secret, blobs };
  const memory = await openMemory(path.join(root, process.env.BUYOFF_FOLDER || ".buyoff"));
  return {
    memory,
    secret: secret || memory.values.secret,
    blobs: blobs || path.join(memory.folder, "blobs"),
  };
}

function parsed(text: string, file: string): Remembered {
  try {
    return remembered.parse(JSON.parse(text));
  } catch {
    throw new Problem(
      `${file} is damaged. It holds the keys of this installation: put it back from a backup, or remove the folder ${path.dirname(file)} to begin anew without its data.`,
    );
  }
}

export const lockFile = ({ folder }: Memory) => path.join(folder, "running");

/** The set-up that runs from this folder now, if one does. */
export async function runningPid(memory: Memory): Promise<number | null> {
  const pid = Number(await readFile(lockFile(memory), "utf8").catch(() => "0"));
  const isRunning = pid > 0 && pid !== process.pid && commandOf(pid)?.includes("setup/main.ts");
  return isRunning ? pid : null;
}

async function makeFolder(folder: string): Promise<void> {
  try {
    // Others may pass through, as PostgreSQL's own user must under root, and see nothing.
    await mkdir(folder, { recursive: true, mode: 0o711 });
    for (const name of ["blobs", "logs"]) {
      await mkdir(path.join(folder, name), { recursive: true, mode: 0o700 });
    }
  } catch (error) {
    throw new Problem(
      `Buyoff keeps its data in ${folder}, and this user may not write there (${codeOf(error)}). Clone it into a folder of your own, or change the owner of that one.`,
    );
  }
}
