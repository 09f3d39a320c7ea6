import path from "node:path";
import { embeddedUrls, openDatabase } from "./database.ts";
import { installationHere, type Memory, root, runningPid } from "./memory.ts";
import { newParts, type Parts } from "./parts.ts";
import { startProgram } from "./processes.ts";

/** `npm run feed:validate -- --connector <code> --mode shadow|live`: with the installation running or stopped. */
export async function feedValidate(args: readonly string[]): Promise<void> {
  const given = process.env.DATABASE_WORKER_URL || process.env.DATABASE_URL;
  const { memory, secret, blobs } = await installationHere(given);
  const parts = newParts();
  try {
    const url = given || (await embeddedWorkerUrl(memory, parts));
    const folder = path.join(memory?.folder ?? path.join(root, ".buyoff"), "validation");
    const program = startProgram(
      {
        name: "feed-validate",
        args: [path.join(root, "lib/feed/validation-main.ts"), "--folder", folder, ...args],
        environment: {
          ...process.env,
          DATABASE_URL: url,
          DATABASE_WORKER_URL: url,
          BUYOFF_SECRET: secret,
          BUYOFF_BLOBS: blobs,
          BUYOFF_DB_ROLE: "worker",
        },
      },
      "",
      true,
    );
    await program.ended;
    process.exitCode = program.process.exitCode ?? 1;
  } finally {
    await parts.stop();
  }
}

async function embeddedWorkerUrl(memory: Memory | null, parts: Parts): Promise<string> {
  if (!memory) throw new Error("an embedded database is remembered");
  if (await runningPid(memory)) return embeddedUrls(memory).workerUrl;
  return (await openDatabase(memory, {}, parts)).workerUrl;
}
