import "server-only";
import { access, constants, mkdir, open, readFile, rename } from "node:fs/promises";
import path from "node:path";
import { sha256Hex } from "#lib/kit/canonical";
import { env } from "#lib/kit/env";
import { type Link, PublishTrouble, type Taken } from "./link.gateway.ts";
import { dropName, type Message } from "./message.rules.ts";
import type { FolderConfig } from "./schema.ts";

/**
 * One event, one file of one line. It comes into being under another name, is on the disk before it gets its
 * own, and its `.sha256` comes last: who waits for that never reads half a file.
 */
export async function openFolder(config: FolderConfig): Promise<Link> {
  const root = env.BUYOFF_DROPS;
  if (!root)
    throw new PublishTrouble(
      "shut",
      "BUYOFF_DROPS is not set: there is no folder that drops may go to",
    );
  const base = path.join(root, config.path);
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
  const handle = await open(partial, "w", 0o640);
  try {
    await handle.writeFile(text, "utf8");
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
  const folder = await open(path.dirname(file), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
