import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { Problem } from "./problem.ts";

const systemChromium = "/usr/bin/chromium";

/** Playwright's own browser or Debian's; installed where we may, asked for where we may not. */
export async function requireBrowser(): Promise<void> {
  if (existsSync(systemChromium)) return;
  const { chromium } = await import("@playwright/test");
  if (existsSync(chromium.executablePath())) return;
  if (installed("chromium", systemChromium)) return;
  const command = existsSync("/etc/debian_version")
    ? "sudo apt-get install chromium"
    : "npx playwright install chromium";
  throw new Problem(
    `The end-to-end tests need a Chromium, and there is none. Install it with "${command}" and run npm test again.`,
  );
}

/** Debian's package, where we may install one; false: it is still not there. */
export function installed(name: string, file: string): boolean {
  if (existsSync(file)) return true;
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return false;
  const aptGet = (...args: string[]) =>
    spawnSync("apt-get", ["-qq", ...args], {
      stdio: "ignore",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  aptGet("update");
  aptGet("install", "--yes", "--no-install-recommends", name);
  return existsSync(file);
}
