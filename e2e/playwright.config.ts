import { defineConfig } from "@playwright/test";
import { launchOptions, tabletSize } from "./support/chromium.ts";

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
  // Patient, for a machine that builds and serves at once: what is waited for is a fact, and a busy one is not a wrong one.
  timeout: 600_000,
  expect: { timeout: 90_000, toPass: { timeout: 90_000 } },
  use: {
    baseURL: process.env.BUYOFF_ORIGIN ?? "http://127.0.0.1:3000",
    ...tabletSize,
    // Of those that are not about it, some answer requests themselves; offline.spec.ts is about it.
    serviceWorkers: "block",
    // What is to be touched and is not there is told before the whole test has waited for it.
    actionTimeout: 90_000,
    navigationTimeout: 90_000,
    screenshot: "only-on-failure",
    // Keeping each document on the way costs a fifth of a run: what went red is run again with it.
    trace: process.env.BUYOFF_TRACE ? "retain-on-failure" : "off",
    launchOptions,
  },
});
