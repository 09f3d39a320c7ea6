// biome-ignore-all lint/style/noProcessEnv: tests are told where their plant is, and env.ts is the server's own.
/** Where the run finds its plant; the set-up of the end-to-end tests says so by environment. */
export const run = {
  origin: process.env.BUYOFF_ORIGIN ?? "",
  /** Sees every row: a test looks at what is stored, and never writes through it. */
  adminUrl: process.env.BUYOFF_E2E_ADMIN_URL ?? "",
  /** What the server and the worker have written to their logs. */
  logs: process.env.BUYOFF_E2E_LOGS ?? "",
  /** Of each screen that is looked at; nobody looks through those of the whole run. */
  keepsPictures: process.env.BUYOFF_E2E_PICTURES === "1",
  environment: process.env,
};
