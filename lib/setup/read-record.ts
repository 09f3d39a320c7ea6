import path from "node:path";
import { embeddedUrls, openDatabase } from "./database.ts";
import { type Memory, newKey, openMemory, root, runningPid } from "./memory.ts";
import { newParts, type Parts } from "./parts.ts";
import { type Environment, type Program, startProgram } from "./processes.ts";

const programs = { "record:verify": "verify", "record:replay": "replay" } as const;

/** `npm run record:verify` and `record:replay`: with the installation running or stopped, as the role that can only read. */
export async function readRecord(
  command: keyof typeof programs,
  args: readonly string[],
): Promise<void> {
  const given = process.env.DATABASE_VERIFY_URL || process.env.DATABASE_URL;
  const folder = path.join(root, process.env.BUYOFF_FOLDER || ".buyoff");
  // A machine that only checks has neither the key nor the photos and is asked for none; nothing is kept on it.
  const memory = given ? null : await openMemory(folder);
  const parts = newParts();
  try {
    const verifyUrl = given || (await embeddedVerifyUrl(memory, parts));
    const environment = {
      ...process.env,
      DATABASE_URL: verifyUrl,
      DATABASE_VERIFY_URL: verifyUrl,
      BUYOFF_SECRET: process.env.BUYOFF_SECRET || memory?.values.secret || newKey(),
      BUYOFF_BLOBS: process.env.BUYOFF_BLOBS || path.join(folder, "blobs"),
    };
    const reader = startProgram(recordProgram(programs[command], args, environment), "", true);
    await reader.ended;
    process.exitCode = reader.process.exitCode ?? 1;
  } finally {
    await parts.stop();
  }
}

export const recordProgram = (
  name: "verify" | "replay",
  args: readonly string[],
  environment: Environment,
): Program => ({
  name: `record-${name}`,
  args: [path.join(root, `lib/record/${name}-main.ts`), ...args],
  environment: { ...environment, BUYOFF_DB_ROLE: "verify" },
});

// The record is looked at as it is: a server of somebody else is neither migrated nor given roles.
async function embeddedVerifyUrl(memory: Memory | null, parts: Parts): Promise<string> {
  if (memory && (await runningPid(memory))) return embeddedUrls(memory).verifyUrl;
  if (!memory) throw new Error("an embedded database is remembered");
  return (await openDatabase(memory, {}, parts)).verifyUrl;
}
