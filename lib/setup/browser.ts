import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { Problem } from "./problem.ts";

const systemChromium = "/usr/bin/chromium";

/** Playwright's own browser or Debian's; installed where we may, asked for where we may not. */
export async function requireBrowser(): Promise<void> {
  if (existsSync(systemChromium)) return;
  const { chromium } = await import("@playwright/test");
  if (existsSync(chromium.executablePath())) return;
  const mayInstall = process.getuid?.() === 0 && existsSync("/etc/debian_version");
  if (mayInstall && installed()) return;
  const command = existsSync("/etc/debian_version")
    ? "sudo apt-get install chromium"
    : "npx playwright install chromium";
  throw new Problem(
    `The end-to-end tests need a Chromium, and there is none. Install it with "${command}" and run npm test again.`,
  );
}

function installed(): boolean {
  const aptGet = (...args: string[]) =>
    spawnSync("apt-get", ["-qq", ...args], {
      stdio: "ignore",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  aptGet("update");
  aptGet("install", "--yes", "--no-install-recommends", "chromium");
  return existsSync(systemChromium);
}
