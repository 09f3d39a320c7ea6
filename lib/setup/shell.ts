import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Shell, shellWorker } from "#lib/offline/shell-worker";
import { root } from "./memory.ts";

const sha256Of = (bytes: Uint8Array, as: "base64" | "hex" = "base64") =>
  createHash("sha256").update(bytes).digest(as);

const pagePath = "server/app/floor.html";
const named = /static\/(?:chunks|media)\/[\w.~/-]+\.(?:js|css|woff2)/g;
const besideStyle = /url\(["']?(\.\.\/[\w.~/-]+)["']?\)/g;

/**
 * Every script, style and font that the tablet's page can ever ask for: those it names, those that these
 * name, and so on. A part that is fetched later stands by its name in the script that fetches it.
 */
export async function filesOfPage(dist: string): Promise<string[]> {
  const found = new Set<string>();
  const waiting = [...(await readFile(path.join(dist, pagePath), "utf8")).matchAll(named)].map(
    ([file]) => file,
  );
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    if (!/\.(js|css)$/.test(file)) continue;
    const text = await readFile(path.join(dist, file), "utf8");
    const folder = path.posix.dirname(file);
    waiting.push(...[...text.matchAll(named)].map(([name]) => name));
    for (const [, beside = ""] of text.matchAll(besideStyle))
      waiting.push(path.posix.normalize(path.posix.join(folder, beside)));
  }
  return [...found].sort();
}

async function publicFiles(): Promise<string[]> {
  const entries = await readdir(path.join(root, "public"), {
    recursive: true,
    withFileTypes: true,
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      path.relative(path.join(root, "public"), path.join(entry.parentPath, entry.name)),
    )
    .map((file) => file.replaceAll("\\", "/"))
    .sort();
}

/**
 * After the build: the tablet's service worker with the hash of each file it is to keep, and beside it the
 * name of this version, which the server says with its answers.
 */
export async function writeShell(dist: string): Promise<Shell> {
  const files: Record<string, string> = {
    "/floor": sha256Of(await readFile(path.join(dist, pagePath))),
  };
  for (const file of await filesOfPage(dist))
    files[`/_next/${file}`] = sha256Of(await readFile(path.join(dist, file)));
  for (const file of await publicFiles())
    files[`/${file}`] = sha256Of(await readFile(path.join(root, "public", file)));
  const made = JSON.stringify(files) + shellWorker.toString();
  const version = sha256Of(Buffer.from(made), "hex").slice(0, 16);
  const shell = { version, files };
  await writeFile(
    path.join(dist, "floor-worker.js"),
    `(${shellWorker.toString()})(self, ${JSON.stringify(shell)});\n`,
  );
  await writeFile(path.join(dist, "floor-version"), version);
  return shell;
}
