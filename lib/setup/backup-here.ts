import path from "node:path";
import { backUp } from "./backup.ts";
import { blobStoreHere } from "./blobs-here.ts";
import { embeddedUrls, openDatabase } from "./database.ts";
import { installationHere, type Memory, runningPid } from "./memory.ts";
import { newParts, type Parts } from "./parts.ts";
import { Problem } from "./problem.ts";
import { restore } from "./restore.ts";

const say = (text: string) => process.stdout.write(`${text}\n`);

/** `npm run backup -- <folder>` and `npm run restore -- <folder>`, of this installation. */
export async function backUpOrRestore(
  command: "backup" | "restore",
  args: readonly string[],
): Promise<void> {
  const [given, ...more] = args;
  if (!given || more.length > 0) {
    throw new Problem(`Say the folder of the backup: npm run ${command} -- <folder>`);
  }
  const folder = path.resolve(given);
  const { memory, ...known } = await installationHere(process.env.DATABASE_ADMIN_URL);
  const parts = newParts();
  try {
    const adminUrl =
      process.env.DATABASE_ADMIN_URL || (await embeddedAdminUrl(command, memory, parts));
    const blobs = await blobStoreHere({ ...process.env, BUYOFF_BLOBS: known.blobs });
    const source = { ...known, blobs, adminUrl };
    const made =
      command === "backup"
        ? await backUp(source, folder, new Date())
        : await restore(folder, source);
    // The key goes where the next start looks for it.
    if (command === "restore") await memory?.save({ secret: source.secret });
    const rows = made.tables.reduce((sum, table) => sum + table.rows, 0);
    say(
      `${rows} rows of ${made.tables.length} tables, ${made.blobs} photos and documents: ${folder}`,
    );
    say(after[command]);
  } finally {
    await parts.stop();
  }
}

const after = {
  backup:
    'The master key is not in it. Keep it elsewhere: BUYOFF_SECRET, or "secret" in .buyoff/settings.json.',
  restore: "Restored. Now look at it: npm run record:verify, then npm run record:replay.",
};

async function embeddedAdminUrl(
  command: "backup" | "restore",
  memory: Memory | null,
  parts: Parts,
): Promise<string> {
  if (process.env.DATABASE_URL || !memory) {
    throw new Problem(
      `npm run ${command} needs DATABASE_ADMIN_URL: a superuser's address of the database, because nobody else sees every row of every site.`,
    );
  }
  if (!(await runningPid(memory))) {
    const { adminUrl } = await openDatabase(memory, {}, parts);
    if (adminUrl) return adminUrl;
  } else if (command === "restore") {
    throw new Problem("Buyoff runs from this folder. Stop it with Ctrl-C, then restore.");
  }
  return embeddedUrls(memory).adminUrl;
}
