import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { writeCspHashes } from "./csp-hashes.ts";
import { root } from "./memory.ts";
import { type Environment, runProgram, type Workplace } from "./processes.ts";
import { writeShell } from "./shell.ts";

const generated = path.join(root, "lib/db/generated");
const sources = [
  "app",
  "components",
  "lib",
  "public",
  "prisma/schema",
  "package-lock.json",
  "next.config.js",
  "proxy.ts",
  "postcss.config.mjs",
  "tsconfig.json",
];
// Not part of what the browser or the server is given.
const leftOut = /(\.test\.tsx?|\.md)$|^lib[/\\](setup|db[/\\]generated)[/\\]/;

const clientSources = ["prisma/schema", "package-lock.json"];
const clientMarker = path.join(generated, ".made-from");

export const isClientStale = async (): Promise<boolean> =>
  (await textOf(clientMarker)) !== (await hashOf(clientSources));

export const isBuildStale = async (environment: Environment): Promise<boolean> =>
  (await textOf(buildMarker(environment))) !== (await hashOf(sources));

const buildMarker = (environment: Environment) =>
  path.join(root, environment.BUYOFF_DIST || ".next", "made-from");
const textOf = (file: string) => readFile(file, "utf8").catch(() => "");

/** Prisma's client for this schema. Nothing is downloaded: the engine it asks for is never started. */
export async function generateClient(workplace: Workplace): Promise<void> {
  const hash = await hashOf(clientSources);
  await runProgram(
    {
      name: "generate",
      args: [path.join(root, "node_modules/prisma/build/index.js"), "generate"],
      isOurs: false,
      environment: {
        ...process.env,
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: "1",
        CHECKPOINT_DISABLE: "1",
      },
    },
    workplace,
    "The database client could not be generated.",
  );
  await writeFile(clientMarker, hash);
}

/** The production build; its marker says what it was made from. */
export async function buildWeb(workplace: Workplace, environment: Environment): Promise<void> {
  const hash = await hashOf(sources);
  await rm(buildMarker(environment), { force: true });
  await runProgram(
    {
      name: "build",
      args: [nextProgram, "build"],
      isOurs: false,
      environment: { ...environment, NODE_ENV: "production" },
    },
    workplace,
    "The production build failed.",
  );
  await writeCspHashes(path.dirname(buildMarker(environment)));
  await writeShell(path.dirname(buildMarker(environment)));
  await writeFile(buildMarker(environment), hash);
}

export const nextProgram = path.join(root, "node_modules/next/dist/bin/next");

async function hashOf(places: string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const place of places) {
    for (const file of await filesIn(place)) {
      if (leftOut.test(file)) continue;
      hash.update(`${file}\0`).update(await readFile(path.join(root, file)));
    }
  }
  return hash.digest("hex");
}

async function filesIn(place: string): Promise<string[]> {
  const entries = await readdir(path.join(root, place), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => null);
  if (!entries) {
    const isFile = await readFile(path.join(root, place)).catch(() => null);
    return isFile ? [place] : [];
  }
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}
