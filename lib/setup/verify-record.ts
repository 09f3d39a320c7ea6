import path from "node:path";
import { embeddedUrls, openDatabase } from "./database.ts";
import { type Memory, openMemory, root, runningPid } from "./memory.ts";
import { newParts, type Parts } from "./parts.ts";
import { startProgram } from "./processes.ts";

/** `npm run record:verify`: with the installation running or stopped, as the role that can only read. */
export async function verifyRecord(args: readonly string[]): Promise<void> {
  const memory = await openMemory(path.join(root, process.env.BUYOFF_FOLDER || ".buyoff"));
  const parts = newParts();
  try {
    const verifyUrl = await verifyUrlOf(memory, parts);
    const verifier = startProgram(
      {
        name: "record-verify",
        args: [path.join(root, "lib/record/verify-main.ts"), ...args],
        environment: {
          ...process.env,
          DATABASE_URL: verifyUrl,
          DATABASE_VERIFY_URL: verifyUrl,
          BUYOFF_DB_ROLE: "verify",
          BUYOFF_SECRET: process.env.BUYOFF_SECRET || memory.values.secret,
          BUYOFF_BLOBS: process.env.BUYOFF_BLOBS || path.join(memory.folder, "blobs"),
        },
      },
      path.join(memory.folder, "logs"),
      true,
    );
    await verifier.ended;
    process.exitCode = verifier.process.exitCode ?? 1;
  } finally {
    await parts.stop();
  }
}

// The record is looked at as it is: a server of somebody else is neither migrated nor given roles.
async function verifyUrlOf(memory: Memory, parts: Parts): Promise<string> {
  const given = process.env.DATABASE_VERIFY_URL || process.env.DATABASE_URL;
  if (given) return given;
  if (await runningPid(memory)) return embeddedUrls(memory).verifyUrl;
  return (await openDatabase(memory, {}, parts)).verifyUrl;
}
