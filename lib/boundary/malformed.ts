import type { IncomingHttpHeaders } from "node:http";
import { onData, onEveryAnswer } from "./answer-headers.ts";

/** What of a request is looked at before the framework sees it. */
export type Arriving = {
  method?: string | undefined;
  url?: string | undefined;
  httpVersion: string;
  headers: IncomingHttpHeaders;
  headersDistinct: NodeJS.Dict<string[]>;
};

export type Fault = { status: number; says: string; allow?: string };

const methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/** Why a request is none that could be answered, or null. Permission is nobody's business here. */
export function faultOf(arriving: Arriving): Fault | null {
  const { method = "", url = "", headers } = arriving;
  if (!methods.split(", ").includes(method)) {
    return { status: 405, says: "This method is not known here.", allow: methods };
  }
  if (!namesHost(arriving)) return bad("A request names the host it asks, once.");
  const path = url.split("?", 1)[0] ?? "";
  if (!isPath(path)) return bad("This address can't be read.");
  if (path === "/_global-error") return { status: 404, says: "There is no such page." };
  // Files of the build are only read; everything else says itself what it takes.
  if (path.startsWith("/_next/") && method !== "GET" && method !== "HEAD") {
    return { status: 405, says: "This can only be read.", allow: "GET, HEAD" };
  }
  if (!isRouterState(headers["next-router-state-tree"])) return bad("A header can't be read.");
  return null;
}

const bad = (says: string): Fault => ({ status: 400, says });

function namesHost({ httpVersion, headers: { host }, headersDistinct }: Arriving): boolean {
  if (host === undefined) return httpVersion === "1.0";
  return (
    headersDistinct.host?.length === 1 && /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host)
  );
}

/** One that begins at the root, with nothing in it that a proxy and we might read differently. */
function isPath(path: string): boolean {
  if (!path.startsWith("/") || path.includes("//") || path.includes("\\")) return false;
  try {
    return !decodeURIComponent(path).includes("\0");
  } catch {
    return false;
  }
}

/** Our own pages send it when they move on; the framework breaks on any other text in it. */
function isRouterState(value: string | string[] | undefined): boolean {
  if (value === undefined) return true;
  try {
    return Array.isArray(JSON.parse(decodeURIComponent(String(value))));
  } catch {
    return false;
  }
}

type PlainAnswer = { status: number; headers: Record<string, string>; body: string };

/** An answer without a page: a sentence as plain text, with the headers of every other answer. */
export function plainAnswer({ status, says, allow }: Fault): PlainAnswer {
  const headers = {
    ...onEveryAnswer,
    ...onData,
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "private, no-store",
    ...(allow === undefined ? {} : { Allow: allow }),
  };
  return { status, headers, body: `${says}\n` };
}
