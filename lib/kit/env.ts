import "server-only";
import { z } from "zod";
import { secretSetting, settings } from "./settings.ts";

const flag = z
  .string()
  .optional()
  .transform((value) => value === "1");

const schema = z.object({
  /** The application's login. Whatever it is, the pool takes on the role of `BUYOFF_DB_ROLE`. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE_WORKER_URL: z.url().optional(),
  DATABASE_VERIFY_URL: z.url().optional(),
  BUYOFF_DB_ROLE: z.enum(["app", "worker", "verify"]).default("app"),
  BUYOFF_SECRET: secretSetting,
  BUYOFF_DEMO: flag,
  /** Where the production build lies, beside the programs. */
  BUYOFF_DIST: z.string().default(".next"),
  ...settings,
  BUYOFF_BLOBS: settings.BUYOFF_BLOBS.unwrap(),
  /** As Amazon's own tools call them. */
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  AWS_SESSION_TOKEN: z.string().optional(),
});

// An empty variable is what a compose file or a unit leaves behind for "not set".
const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));

/** Parsed once, here; the rest of the code never reads process.env. */
export const env = schema.parse(given);
