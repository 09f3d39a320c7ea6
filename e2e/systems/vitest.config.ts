import { defineConfig } from "vitest/config";

process.env.TZ = "Asia/Kathmandu";

/** Contract tests against real servers: `npm run test:systems` sees to it that they are there. */
export default defineConfig({
  root: new URL("../..", import.meta.url).pathname,
  resolve: { conditions: ["react-server"] },
  ssr: { resolve: { conditions: ["react-server"] } },
  test: {
    include: ["e2e/systems/**/*.contract.ts"],
    execArgv: ["--conditions=react-server"],
    globalSetup: ["lib/db/test-database.ts"],
    setupFiles: ["lib/db/test-console.ts", "lib/db/test-file.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
    // Each starts servers of its own; two at a time is what two cores bear.
    maxWorkers: 2,
    env: {
      TZ: "Asia/Kathmandu",
      BUYOFF_SECRET: "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk",
      BUYOFF_LOG_LEVEL: "silent",
    },
  },
});
