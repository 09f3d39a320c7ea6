import "server-only";
import { env } from "#lib/kit/env";

// `__Host-` binds a cookie to this host and to TLS; browsers refuse it on plain http, which only
// localhost and a demo on the plant's own network use.
const isSecure = env.BUYOFF_ORIGIN.startsWith("https://");
const named = (name: string) => ({ name: isSecure ? `__Host-${name}` : name });

export const deviceCookie = named("buyoff-device");
export const deskCookie = named("buyoff-desk");
export const cookieAttributes = {
  httpOnly: true,
  secure: isSecure,
  sameSite: "strict",
  path: "/",
} as const;

/** The value of one cookie of a request's header. */
export function cookieOf(header: string | null, name: string): string | null {
  for (const pair of header?.split(";") ?? []) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

/** Set-Cookie for an opaque token, which is base64url and needs no escaping. */
export const cookieHeader = (name: string, value: string, maxAgeSeconds: number): string =>
  `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
