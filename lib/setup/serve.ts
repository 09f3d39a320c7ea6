import { mkdir } from "node:fs/promises";
import path from "node:path";
import { blobStoreHere } from "./blobs-here.ts";
import { buildWeb, generateClient, isBuildStale, isClientStale } from "./build.ts";
import { openMemory, root } from "./memory.ts";
import { applyMigrations } from "./migrations.ts";
import { newParts, type Parts } from "./parts.ts";
import { buildEnvironment, workerProgram } from "./plant.ts";
import { Problem } from "./problem.ts";
import { type Environment, type Program, startProgram } from "./processes.ts";
import { setupTokenLines } from "./welcome.ts";

export type Serving = "build" | "migrate" | "setup:token" | "web" | "worker";

/**
 * One part of an installation that runs on several machines: built once, migrated once, and then any number
 * of web processes and workers on one database. All of them are told by environment where everything is.
 */
export async function serve(command: Serving, args: readonly string[]): Promise<void> {
  switch (command) {
    case "build":
      return build();
    case "migrate":
      return migrate();
    case "setup:token": {
      const environment = requireServing("BUYOFF_ORIGIN");
      const lines = await setupTokenLines(environment, environment.BUYOFF_ORIGIN ?? "");
      say(lines.join("\n"));
      return;
    }
    case "web":
      return run(webProgram(args, requireServing("BUYOFF_ORIGIN")));
    case "worker":
      return run(workerProgram(requireServing("BUYOFF_ORIGIN")));
  }
}

const say = (text: string) => process.stdout.write(`${text}\n`);

async function build(): Promise<void> {
  const memory = await openMemory(path.join(root, process.env.BUYOFF_FOLDER || ".buyoff"));
  const parts = newParts();
  const workplace = { logs: path.join(memory.folder, "logs"), parts };
  await mkdir(workplace.logs, { recursive: true });
  const environment = buildEnvironment(memory, process.env);
  try {
    if (await isClientStale()) await generateClient(workplace);
    if (await isBuildStale(environment)) await buildWeb(workplace, environment);
    say("Built.");
  } finally {
    await parts.stop();
  }
}

async function migrate(): Promise<void> {
  const url = process.env.DATABASE_OWNER_URL || process.env.DATABASE_URL;
  if (!url) throw new Problem("npm run migrate needs DATABASE_OWNER_URL, the owner's address.");
  const applied = await applyMigrations(url);
  say(applied.length === 0 ? "Nothing to migrate." : `Migrated: ${applied.join(", ")}.`);
}

/** What a part on its own can't invent: another one has to have the same. */
function requireServing(...more: string[]): Environment {
  const needed = ["DATABASE_URL", "BUYOFF_SECRET", "BUYOFF_BLOBS", ...more];
  const missing = needed.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    throw new Problem(
      `${missing.join(", ")} must be set, alike for every part of the installation. docs/operations.md says what each is.`,
    );
  }
  return {
    ...process.env,
    // Whoever serves has no business being the owner.
    DATABASE_OWNER_URL: undefined,
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
  };
}

const webProgram = (args: readonly string[], environment: Environment): Program => ({
  name: "web",
  args: [
    path.join(root, "lib/setup/web-main.ts"),
    ...(args.length > 0 ? args : ["--port", "3000"]),
  ],
  environment,
  isOurs: false,
});

/** Until it ends, or a service manager's stop has let it finish what it had begun. */
async function run(program: Program): Promise<void> {
  await blobStoreHere({ ...process.env, BUYOFF_BLOBS: process.env.BUYOFF_BLOBS ?? "" });
  if (await isBuildStale(process.env)) {
    throw new Problem("This version has not been built here yet: npm run build.");
  }
  const parts: Parts = newParts();
  const running = parts.keep(startProgram(program, "", true));
  let isAsked = false;
  const stop = () => {
    isAsked = true;
    void running.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.on("disconnect", stop);
  const why = await running.ended;
  if (!isAsked) throw new Problem(why);
}
