import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type NextRequest, NextResponse } from "next/server";
import { faultOfPageRequest } from "#lib/boundary/action-request";
import { contentSecurityPolicy, type ScriptsAllowed } from "#lib/boundary/csp";
import { plainAnswer } from "#lib/boundary/malformed";
import { askedPathHeader } from "#lib/kit/return-path";

// Read here and not from lib/kit/env: a page's headers must not depend on a database being configured.
// biome-ignore-start lint/style/noProcessEnv: see above.
const isDevelopment = process.env.NODE_ENV === "development";
const ownOrigin = process.env.BUYOFF_ORIGIN?.replace(/\/+$/, "");
const isSecure = ownOrigin?.startsWith("https://") ?? false;
const isDemo = process.env.BUYOFF_DEMO === "1";
const builtIn = process.env.BUYOFF_DIST || ".next";
// biome-ignore-end lint/style/noProcessEnv: see above.

/** Hashes of the inline scripts of each page that was rendered by the build; see lib/setup/csp-hashes.ts. */
const hashesOfPage: Readonly<Record<string, readonly string[]>> = (() => {
  try {
    const file = path.join(/* turbopackIgnore: true */ process.cwd(), builtIn, "csp-hashes.json");
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // Not built yet, or built without them: such a page runs no inline script, which is seen at once.
    return {};
  }
})();

/**
 * Content Security Policy, and a plain word on what is no request to a page: who may see it is not
 * asked here. A page made for each request carries a nonce; one made by the build can't, so its
 * scripts are known by their hashes.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const fault = await faultOfPageRequest(request, ownOrigin);
  if (fault) {
    const { body, ...answer } = plainAnswer(fault);
    return new NextResponse(body, answer);
  }
  const scripts = scriptsAllowed(request.nextUrl.pathname);
  const policy = contentSecurityPolicy(scripts, isSecure);
  const headers = new Headers(request.headers);
  // A page that sends somebody to sign in can't know its own address; whatever was sent under this name is replaced.
  headers.set(askedPathHeader, askedPath(request.nextUrl));
  // From here Next takes the nonce for its own scripts.
  if (scripts.by === "nonce") headers.set("content-security-policy", policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  if (isSecure && !isDemo) {
    response.headers.set("strict-transport-security", "max-age=31536000; includeSubDomains");
  }
  return response;
}

function askedPath({ pathname, searchParams }: NextRequest["nextUrl"]): string {
  const search = new URLSearchParams(searchParams);
  search.delete("_rsc");
  return search.size === 0 ? pathname : `${pathname}?${search}`;
}

function scriptsAllowed(pathname: string): ScriptsAllowed {
  if (isDevelopment) return { by: "development" };
  const page = pathname.length > 1 ? pathname.replace(/\/+$/, "") : pathname;
  const hashes = Object.hasOwn(hashesOfPage, page) ? hashesOfPage[page] : undefined;
  return hashes
    ? { by: "hashes", hashes }
    : { by: "nonce", nonce: randomBytes(16).toString("base64") };
}

/** All but what next.config.js gives a policy of its own. A dot in the path makes nothing a file. */
export const config = { matcher: ["/((?!api/|_next/).*)"] };
