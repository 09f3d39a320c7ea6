import "server-only";
import { access, constants, mkdir, open, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { sha256Hex } from "#lib/kit/canonical";
import { env } from "#lib/kit/env";
import { type Chunks, type Link, PublishTrouble, type Taken } from "./link.gateway.ts";
import { dropName, type Message } from "./message.rules.ts";
import type { FolderConfig } from "./schema.ts";

/**
 * One event, one file of one line. It comes into being under another name, is on the disk before it gets its
 * own, and its `.sha256` comes last: who waits for that never reads half a file.
 */
export async function openFolder(config: FolderConfig): Promise<Link> {
  const base = folderOf(config);
  return {
    bytesMax: null,
    publish: (message) => dropped(base, message),
    probe: async () => {
      await mkdir(base, { recursive: true });
      await access(base, constants.W_OK | constants.R_OK);
      return `${config.path} can be written to`;
    },
    close: async () => undefined,
  };
}

export function folderOf({ path: below }: FolderConfig): string {
  const root = env.BUYOFF_DROPS;
  if (!root)
    throw new PublishTrouble(
      "shut",
      "BUYOFF_DROPS is not set: there is no folder that drops may go to",
    );
  return path.join(root, below);
}

async function dropped(base: string, message: Message): Promise<Taken> {
  const { folder, file } = dropName(message);
  const line = `${message.body}\n`;
  const place = `${folder}/${file}`;
  const whole = path.join(base, folder, file);
  const known = await readFile(whole, "utf8").catch(() => null);
  if (known !== null && known !== line)
    throw new PublishTrouble("rejected", `${place} is there with another content`);
  await mkdir(path.dirname(whole), { recursive: true });
  if (known === null) await written(whole, line);
  await written(`${whole}.sha256`, `${sha256Hex(line)}  ${file}\n`);
  return { answer: known === null ? `written ${place}` : `was there: ${place}`, place };
}

/** On the disk, then under its name, then the name on the disk. */
async function written(file: string, text: string): Promise<void> {
  const partial = `${file}.partial`;
  await stored(partial, [Buffer.from(text, "utf8")]);
  await named(partial, file);
}

/** Whole and on the disk, or an error. */
export async function stored(file: string, chunks: Chunks): Promise<void> {
  const handle = await open(file, "w", 0o640);
  try {
    for await (const chunk of chunks) await handle.writeFile(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** From one name to another of the same folder, and that on the disk. */
export async function named(from: string, to: string): Promise<void> {
  await rename(from, to);
  const folder = await open(path.dirname(to), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
