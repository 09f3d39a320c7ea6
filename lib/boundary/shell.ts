import "server-only";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { env } from "#lib/kit/env";

const built = (file: string) =>
  path.join(/* turbopackIgnore: true */ process.cwd(), env.BUYOFF_DIST, file);

/** Null: nothing was built, as in `next dev`. */
export const builtWorker = (): Promise<string | null> =>
  readFile(built("floor-worker.js"), "utf8").catch(() => null);

/** Which version of the tablet's page this server has: a tablet that has another one looks for it. */
export const builtVersion: string | null = (() => {
  try {
    return readFileSync(built("floor-version"), "utf8");
  } catch {
    return null;
  }
})();
