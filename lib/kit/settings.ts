import { z } from "zod";

const whole = (usual: number, least: number, most: number) => {
  const says = `a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d+$/, says)
    .transform(Number)
    .pipe(z.number().min(least, says).max(most, says))
    .default(usual);
};

const lockMinutes =
  "one to six whole numbers from 1 to 60 with commas between, none below the last";

/**
 * What a plant may set of how long somebody stays signed in and when guessing is stopped, each with
 * its usual value and the bounds outside of which it would protect nobody or keep people from work.
 * docs/settings.md says the same for people; a test compares the two.
 */
export const limits = {
  /** An idle tablet locks, and the signing period ends. */
  BUYOFF_IDLE_MINUTES: whole(2, 1, 15),
  /** The longest signing period at a tablet; never longer than a shift and a half. */
  BUYOFF_PERIOD_HOURS: whole(12, 1, 12),
  /** A desk session that nobody uses ends. */
  BUYOFF_DESK_IDLE_MINUTES: whole(30, 5, 120),
  /** The longest desk session. */
  BUYOFF_DESK_SESSION_HOURS: whole(12, 1, 12),
  /** Wrong attempts of one person at one tablet, or at the desk, before they wait. */
  BUYOFF_LOCKOUT_ATTEMPTS: whole(5, 3, 10),
  /** Wrong attempts of everybody at one tablet before it waits. */
  BUYOFF_LOCKOUT_TABLET_ATTEMPTS: whole(15, 10, 50),
  /** How long the first, second, … and every later wait is. */
  BUYOFF_LOCKOUT_MINUTES: z
    .string()
    .regex(/^([1-9]|[1-5]\d|60)(,([1-9]|[1-5]\d|60)){0,5}$/, lockMinutes)
    .transform((text) => text.split(",").map(Number))
    .refine((list) => list.every((of, at) => of >= (list[at - 1] ?? 0)), lockMinutes)
    .default([1, 5, 15, 30]),
};

const portSays = "a port from 1 to 65535";
const aPort = z
  .string()
  .regex(/^\d+$/, portSays)
  .transform(Number)
  .pipe(z.number().min(1, portSays).max(65_535, portSays));

/** What else a plant may set; its database has addresses of its own. */
export const settings = {
  ...limits,
  /** The address people and other systems reach this plant under; no trailing slash. */
  BUYOFF_ORIGIN: z
    .url({ protocol: /^https?$/, error: "an address such as https://buyoff.example" })
    .default("http://127.0.0.1:3000")
    .transform((url) => url.replace(/\/+$/, "")),
  /** Anchor of the demo plant's clock; only the demo reads it. */
  BUYOFF_DEMO_NOW: z.iso
    .datetime({ offset: true, error: "a moment such as 2026-01-05T06:00:00Z" })
    .optional(),
  /** How much the demo plant begins with; `small` for tests, which make units of their own. */
  BUYOFF_SEED: z.enum(["full", "small"], { error: "full or small" }).default("full"),
  /** Where a web process, and a worker, tells Prometheus how it is; nobody is told without it. */
  BUYOFF_METRICS_PORT: aPort.optional(),
  BUYOFF_WORKER_METRICS_PORT: aPort.optional(),
  BUYOFF_METRICS_HOST: z
    .union([z.ipv4(), z.ipv6()], { error: "an address such as 127.0.0.1 or 0.0.0.0" })
    .default("127.0.0.1"),
  /** Where folder connectors may write, and nowhere else; without it there are none. */
  BUYOFF_DROPS: z
    .string()
    .regex(/^\//, "an absolute path such as /srv/buyoff-drops")
    .transform((path) => path.replace(/\/+$/, ""))
    .optional(),
  /** Where photos and documents lie: a folder, or a bucket. */
  BUYOFF_BLOBS: z
    .string()
    .regex(
      /^(?!s3:)|^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*\/?$/,
      "a folder such as /srv/blobs, or a bucket such as s3://plant-evidence/buyoff",
    )
    .optional(),
  /** Of a bucket alone: a server other than Amazon's, its region, and who we are to it. */
  BUYOFF_S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: "an address such as https://minio.plant.example:9000" })
    .optional(),
  BUYOFF_S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]+$/, "a region such as eu-central-1")
    .optional(),
  /** The key that signatures given without a network are sealed to: one more is a new one, the old still open. */
  BUYOFF_SEALING_KEY: whole(1, 1, 999),
  BUYOFF_LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "silent"], {
      error: "trace, debug, info, warn, error or silent",
    })
    .default("info"),
};

/** Master key: every other key is derived from it. */
export const secretSetting = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, "32 bytes in base64url, which are 43 characters");

/** For whoever starts the plant: what is wrong with these settings, in a sentence each. */
export function settingProblems(given: Readonly<Record<string, string | undefined>>): string[] {
  const all = { ...settings, BUYOFF_SECRET: secretSetting.optional() };
  return Object.entries(all).flatMap(([name, setting]) => {
    // An empty variable is what a compose file or a unit leaves behind for "not set".
    const parsed = setting.safeParse(given[name] || undefined);
    if (parsed.success) return [];
    const not = name === "BUYOFF_SECRET" ? "what it is set to" : `"${given[name]}"`;
    return [`${name} takes ${parsed.error.issues[0]?.message}, not ${not}.`];
  });
}
