import { type Budget, evaluate } from "./mapping.rules.ts";
import type { Class, RestConnectorConfig } from "./schema.ts";

export type Answered = {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Parsed JSON; undefined when the body isn't JSON. */
  body: unknown;
};

/**
 * What an answer means. A write that ends in a 5xx may have been done before it failed, and a 2xx
 * that isn't JSON may be a sign-in page of something in between: both are unknown, never a success.
 */
export async function classify(
  config: Pick<RestConnectorConfig, "results" | "session">,
  act: string,
  answer: Answered,
  budget: Budget,
): Promise<Class> {
  for (const { when, is } of config.results) {
    const held = await evaluate(when, { ...answer, act }, {}, budget);
    // A rule that can't be evaluated decides nothing in our favor.
    if (!held.ok || typeof held.value !== "boolean") return "unknown";
    if (held.value) return is;
  }
  // What the session gave us counts no more, as when a token is over before we thought: one new session.
  if (answer.status === 401 && config.session) return "expired";
  return byStatus(answer);
}

function byStatus({ status, body }: Answered): Class {
  if (status >= 200 && status < 300) return body === undefined ? "unknown" : "done";
  // Gone: whatever we send there, nobody takes it. As with a refused token, the connector pauses.
  if (status === 401 || status === 410) return "unauthorized";
  if (status === 404) return "not_found";
  if (status === 429) return "rate_limited";
  // Somebody else was quicker: what is there is read again, and decided on anew.
  if (status === 412) return "not_processed";
  if (status === 408 || status === 425 || status >= 500) return "unknown";
  return "rejected";
}

/** Retry-After in seconds or as an HTTP date; null when it says nothing usable. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,7}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}
