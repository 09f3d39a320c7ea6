import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const systemChromium = "/usr/bin/chromium";
const quiet = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Begun first, so that at the end no worker is left with a long one while the other has nothing to do. */
const longest = [
  "**/{floor-screens,rooms,desk-roles}.spec.ts",
  "**/journeys/{one-mix,story-0[1236]-*,departures}.spec.ts",
];

export default defineConfig({
  testDir: ".",
  projects: [
    { name: "longest", testMatch: longest },
    { name: "others", testMatch: "**/*.spec.ts", testIgnore: longest },
  ],
  outputDir: ".results/artifacts",
  reporter: [
    ["list"],
    ["json", { outputFile: process.env.BUYOFF_E2E_REPORT ?? ".results/results.json" }],
  ],
  forbidOnly: true,
  // A test that passes the second time has found something.
  retries: 0,
  workers: 2,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  use: {
    baseURL: process.env.BUYOFF_ORIGIN ?? "http://127.0.0.1:3000",
    // A ten-inch tablet lying on a bench.
    viewport: { width: 1180, height: 820 },
    hasTouch: true,
    locale: "en-US",
    timezoneId: "America/Chicago",
    reducedMotion: "reduce",
    screenshot: "only-on-failure",
    // Without a film: drawing every frame of it would take half the machine.
    trace: { mode: "retain-on-failure", screenshots: false },
    launchOptions: {
      ...(existsSync(systemChromium) && { executablePath: systemChromium }),
      args: [...quiet, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
    },
  },
});
