import type { IncomingHttpHeaders } from "node:http";
import { onData, onEveryAnswer } from "./answer-headers.ts";

/** What of a request is looked at before the framework sees it. */
export type Arriving = {
  method?: string | undefined;
  url?: string | undefined;
  httpVersion: string;
  headers: IncomingHttpHeaders;
};

export type Fault = { status: number; says: string };

const known = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Why a request is none that could be answered, or null. Permission is nobody's business here. */
export function faultOf({ method = "", url = "", httpVersion, headers }: Arriving): Fault | null {
  if (!known.has(method)) return { status: 405, says: "This method is not known here." };
  if (httpVersion === "1.1" && !headers.host) return bad("A request names the host it asks.");
  if (!isPath(url.split("?", 1)[0] ?? "")) return bad("This address can't be read.");
  if (!isRouterState(headers["next-router-state-tree"])) return bad("A header can't be read.");
  return null;
}

const bad = (says: string): Fault => ({ status: 400, says });

function isPath(path: string): boolean {
  if (!path.startsWith("/")) return false;
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

/** An answer without a page: a sentence as plain text, with the headers of every other answer. */
export function plainAnswer({ status, says }: Fault): {
  status: number;
  headers: Record<string, string>;
  body: string;
} {
  const headers = {
    ...onEveryAnswer,
    ...onData,
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "private, no-store",
    Connection: "close",
  };
  return { status, headers, body: `${says}\n` };
}
