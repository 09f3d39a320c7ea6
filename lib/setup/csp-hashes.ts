import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/** The inline scripts of a page, as the browser hashes them. Data in a script element is no script. */
export function inlineScripts(html: string): string[] {
  return [...html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)]
    .filter(([, attributes = ""]) => !/\ssrc\s*=/i.test(attributes) && !isData(attributes))
    .map(([, , script = ""]) => script);
}

const isData = (attributes: string) =>
  /\stype\s*=\s*["']?application\/(ld\+)?json/i.test(attributes);

export const hashOfScript = (script: string): string =>
  createHash("sha256").update(script, "utf8").digest("base64");

/**
 * After the build: which inline scripts each prerendered page has. The proxy reads the file at start
 * and lets exactly those run.
 */
export async function writeCspHashes(dist: string): Promise<Record<string, string[]>> {
  const root = path.join(dist, "server", "app");
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const pages = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".html"));
  const hashes: Record<string, string[]> = {};
  for (const page of pages) {
    const file = path.join(page.parentPath, page.name);
    const scripts = inlineScripts(await readFile(file, "utf8"));
    const route = path
      .relative(root, file)
      .replaceAll("\\", "/")
      .replace(/\.html$/, "");
    hashes[route === "index" ? "/" : `/${route}`] = [...new Set(scripts.map(hashOfScript))].sort();
  }
  await writeFile(path.join(dist, "csp-hashes.json"), `${JSON.stringify(hashes, null, 2)}\n`);
  return hashes;
}
