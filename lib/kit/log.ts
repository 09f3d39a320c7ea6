import "server-only";
import pino from "pino";
import { env } from "./env.ts";

const secretWords = new Set([
  "authorization",
  "badge",
  "cookie",
  "grant",
  "password",
  "pin",
  "secret",
  "token",
]);
const censor = "[redacted]";
const depthMax = 8;

const isSecret = (key: string) =>
  secretWords.has(
    key
      .split(/(?=[A-Z])|[_-]/)
      .at(-1)
      ?.toLowerCase() ?? "",
  );

/** What may be written of a value: no PIN, badge, password, secret or grant, however deep, and no scanned badge in a text. */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return value.replace(/BDG~[^~\s"]+~[^\s"]+/g, `BDG~${censor}`);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (depth >= depthMax) return "[deep]";
  if (Array.isArray(value)) return value.map((element) => redacted(element, depth + 1));
  if (value instanceof Error) return redacted(pino.stdSerializers.err(value), depth + 1);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      isSecret(key) && inner !== null && inner !== undefined ? censor : redacted(inner, depth + 1),
    ]),
  );
}

export const log = pino({
  level: env.BUYOFF_LOG_LEVEL,
  base: { role: env.BUYOFF_DB_ROLE },
  timestamp: pino.stdTimeFunctions.isoTime,
  hooks: {
    logMethod(args, method) {
      const [first, ...rest] = args as unknown[];
      const subject = first instanceof Error ? { err: first } : first;
      const safe = [subject, ...rest].map((argument) => redacted(argument));
      method.apply(this, safe as Parameters<typeof method>);
    },
  },
});
