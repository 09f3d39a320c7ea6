// biome-ignore-all lint/style/noProcessEnv: tests are told where their plant is, and env.ts is the server's own.
/** Where the run finds its plant; the set-up of the end-to-end tests says so by environment. */
export const run = {
  origin: process.env.BUYOFF_ORIGIN ?? "",
  /** Sees every row: a test looks at what is stored, and never writes through it. */
  adminUrl: process.env.BUYOFF_E2E_ADMIN_URL ?? "",
  /** What the server and the worker have written to their logs. */
  logs: process.env.BUYOFF_E2E_LOGS ?? "",
  environment: process.env,
};
