import { env } from "node:process";

/** Where the run finds its plant; the set-up of the end-to-end tests says so by environment. */
export const run = {
  origin: env["BUYOFF_ORIGIN"] ?? "",
  /** Sees every row: a test looks at what is stored, and never writes through it. */
  adminUrl: env["BUYOFF_E2E_ADMIN_URL"] ?? "",
  /** What the server and the worker have written to their logs. */
  logs: env["BUYOFF_E2E_LOGS"] ?? "",
  environment: env,
};
