import "server-only";
import { createReadStream } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { folderOf, named, stored } from "../publishers/folder.gateway.ts";
import type { FolderConfig } from "../publishers/schema.ts";
import { digestOf, type Place } from "./piece.gateway.ts";

/** Under another name until it is whole, then renamed: the file system does that in one step. */
export async function openFolderPlace(config: FolderConfig): Promise<Place> {
  const base = path.join(folderOf(config), "evidence");
  const whole = (folder: string) => path.join(base, folder);
  const making = (folder: string, name = "") => path.join(base, `${folder}.partial`, name);
  return {
    uriOf: (folder) => pathToFileURL(whole(folder)).href,
    read: (folder, name) => ifThere(readFile(path.join(whole(folder), name), "utf8")),
    digest: async (folder, name) => {
      const file = making(folder, name);
      const found = await ifThere(stat(file));
      // A device in its place is no file, and may have no end.
      return found?.isFile() ? digestOf(createReadStream(file)) : null;
    },
    write: async (folder, piece) => {
      const file = making(folder, piece.name);
      await mkdir(path.dirname(file), { recursive: true });
      await stored(file, piece.open());
    },
    finish: (folder) => named(making(folder), whole(folder)),
    close: async () => undefined,
  };
}

async function ifThere<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw problem;
  }
}
