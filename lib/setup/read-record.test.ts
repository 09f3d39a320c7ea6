import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { root } from "./memory.ts";

const main = path.join(root, "lib/setup/main.ts");

it.each(["record:verify", "record:replay"])(
  "%s needs the reader's address alone: a machine that checks has no key, no photos, and keeps nothing",
  (command) => {
    const { BUYOFF_SECRET: _, BUYOFF_BLOBS: __, DATABASE_URL: ___, ...here } = process.env;
    const folder = ".buyoff/of-a-machine-that-only-checks";
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=react-server", main, command],
      {
        encoding: "utf8",
        env: { ...here, BUYOFF_FOLDER: folder },
      },
    );
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/The record holds|Decided again/);
    expect(existsSync(path.join(root, folder))).toBe(false);
  },
);
