import "server-only";
import { env } from "#lib/kit/env";
import { jsonOf, textOf } from "./body.ts";
import { turnAway } from "./endpoint.ts";

type Context = { params: Promise<{ nextauth?: string[] }> };
type Handler = (request: Request, context: Context) => Promise<Response>;

const bytesMax = 16_384;

/**
 * next-auth answers what it can't read as if it were set up wrongly, with its own page and a line in
 * the log for each. It is asked only what it can read.
 */
export function readable(handler: Handler): Handler {
  return async (request, context) => {
    const { nextauth: steps = [] } = await context.params;
    // Signing in is an act; next-auth takes a look at that address for a mistake of its own.
    if (request.method === "GET" && steps[0] === "callback") return turnAway("invalid_input");
    if (!areCookies(request.headers.get("cookie"))) return turnAway("invalid_input");
    if (!isOurAddress(new URL(request.url).searchParams.get("callbackUrl"))) {
      return turnAway("invalid_input");
    }
    if (request.method === "POST") {
      const fields = await fieldsOf(request.clone());
      if (!fields || !isOurAddress(fields.callbackUrl ?? null)) return turnAway("invalid_input");
    }
    return handler(request, context);
  };
}

/** A form's or a JSON object's texts; null where it is neither. */
async function fieldsOf(request: Request): Promise<Record<string, string> | null> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/x-www-form-urlencoded") {
    const text = await textOf(request, bytesMax);
    return text.ok ? Object.fromEntries(new URLSearchParams(text.value)) : null;
  }
  if (type !== "application/json") return null;
  const json = await jsonOf(request, bytesMax);
  if (!json.ok || typeof json.value !== "object" || json.value === null) return null;
  const entries = Array.isArray(json.value) ? [["", json.value]] : Object.entries(json.value);
  return entries.every(([, value]) => typeof value === "string" || typeof value === "boolean")
    ? Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
    : null;
}

function areCookies(header: string | null): boolean {
  return (header ?? "").split(";").every((pair) => {
    const [name = "", ...rest] = pair.split("=");
    const value = decoded(rest.join("=").trim());
    if (value === null) return false;
    return !name.trim().endsWith("next-auth.callback-url") || isOurAddress(value);
  });
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Where to go afterwards: a path here, or an address of this plant. */
const isOurAddress = (address: string | null): boolean =>
  address === null ||
  (/^\/(?![/\\])/.test(address) && URL.canParse(address, env.BUYOFF_ORIGIN)) ||
  URL.parse(address)?.origin === env.BUYOFF_ORIGIN;
