import "server-only";
import { z } from "zod";
import { limits } from "./limits.ts";

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
  /** The address people and other systems reach this plant under; no trailing slash. */
  BUYOFF_ORIGIN: z
    .url()
    .default("http://127.0.0.1:3000")
    .transform((url) => url.replace(/\/+$/, "")),
  /** Master key: every other key is derived from it. */
  BUYOFF_SECRET: z.string().regex(/^[A-Za-z0-9_-]{43}$/, "32 bytes in base64url"),
  BUYOFF_BLOBS: z.string().min(1),
  BUYOFF_DEMO: flag,
  /** Anchor of the demo plant's clock; only the demo reads it. */
  BUYOFF_DEMO_NOW: z.iso.datetime({ offset: true }).optional(),
  ...limits,
  BUYOFF_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
});

// An empty variable is what a compose file or a unit leaves behind for "not set".
const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));

/** Parsed once, here; the rest of the code never reads process.env. */
export const env = schema.parse(given);
