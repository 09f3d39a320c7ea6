import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { Problem } from "./problem.ts";

/** Debian's packages, best first: without a window to draw in, each look costs a tenth less. */
const packages = ["chromium-headless-shell", "chromium"] as const;
const fileOf = (name: string) => `/usr/bin/${name}`;

/** Debian's own browser, or undefined where Playwright's is to be used. */
export const systemBrowser = (): string | undefined => packages.map(fileOf).find(existsSync);

/** Playwright's own browser or Debian's; installed where we may, asked for where we may not. */
export async function requireBrowser(): Promise<void> {
  if (systemBrowser()) return;
  const { chromium } = await import("@playwright/test");
  if (existsSync(chromium.executablePath())) return;
  if (packages.some((name) => installed(name, fileOf(name)))) return;
  const command = existsSync("/etc/debian_version")
    ? `sudo apt-get install ${packages[0]}`
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
