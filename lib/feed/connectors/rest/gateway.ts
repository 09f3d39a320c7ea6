import "server-only";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { textOfAnswer } from "#lib/kit/text-file";
import { permittedAddress } from "../address.gateway.ts";
import type { RestConnectorConfig } from "./schema.ts";

export type Call = {
  method: string;
  /** Below the connector's base URL. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
};

export type Called =
  | { kind: "answered"; status: number; headers: Readonly<Record<string, string>>; text: string }
  /** No connection came about: certainly nothing was done. */
  | { kind: "not_sent"; reason: string }
  /** It was on its way: done or not, nobody knows. */
  | { kind: "unknown"; reason: string };

type Target = Pick<
  RestConnectorConfig,
  "baseUrl" | "allow" | "auth" | "timeoutMs" | "responseBytesMax"
>;

/**
 * One request to the configured system and to nothing else: its name is resolved once, that address is
 * checked and connected to, a redirect is an answer like any other and is not followed, and neither
 * time nor size of the answer is left to the other side.
 */
export async function call(target: Target, secret: string, what: Call): Promise<Called> {
  const url = urlOf(target.baseUrl, what.path);
  if (!url) return { kind: "not_sent", reason: "the path leaves the connector's base URL" };
  const address = await permittedAddress(url.hostname, target.allow);
  if (!address.ok) return { kind: "not_sent", reason: address.reason };
  return exchange(target, url, address, {
    method: what.method,
    headers: {
      accept: "application/json",
      ...(typeof what.body === "string" ? { "content-type": "application/json" } : {}),
      ...what.headers,
      ...authorization(target.auth, secret),
    },
    body: what.body === undefined ? null : Buffer.from(what.body),
  });
}

/** Null when a mapping has made a path that names another host or climbs out of the base. */
export function urlOf(baseUrl: string, path: string): URL | null {
  const base = new URL(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
  if (!URL.canParse(path.replace(/^\/+/, ""), base)) return null;
  const url = new URL(path.replace(/^\/+/, ""), base);
  const inside = url.origin === base.origin && url.pathname.startsWith(base.pathname);
  return inside && url.username === "" ? url : null;
}

function authorization(auth: Target["auth"], secret: string): Record<string, string> {
  switch (auth.kind) {
    case "none":
    case "request":
      return {};
    case "bearer":
      return { authorization: `Bearer ${secret}` };
    case "basic":
      return { authorization: `Basic ${Buffer.from(`${auth.user}:${secret}`).toString("base64")}` };
    case "header":
      return { [auth.name.toLowerCase()]: secret };
  }
}

type Sending = { method: string; headers: Record<string, string>; body: Buffer | null };

function exchange(
  target: Target,
  url: URL,
  to: { address: string; family: number },
  sending: Sending,
): Promise<Called> {
  return new Promise((resolve) => {
    let connected = false;
    const failed = (reason: string) => {
      clearTimeout(timer);
      resolve({ kind: connected ? "unknown" : "not_sent", reason });
      outgoing.destroy();
    };
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const outgoing = send(url, {
      method: sending.method,
      headers: {
        ...sending.headers,
        ...(sending.body ? { "content-length": String(sending.body.length) } : {}),
      },
      // A kept connection that the other side is just closing would make doubts out of nothing.
      agent: false,
      lookup: (_name, options, done) =>
        options.all ? done(null, [to]) : done(null, to.address, to.family),
    });
    const timer = setTimeout(
      () => failed(`no answer within ${target.timeoutMs} ms`),
      target.timeoutMs,
    );
    outgoing.on("socket", (socket) => {
      socket.once(url.protocol === "https:" ? "secureConnect" : "connect", () => {
        connected = true;
      });
    });
    outgoing.on("error", (error) => failed(error.message));
    outgoing.on("response", (answer) => {
      readBounded(answer, target.responseBytesMax).then(
        (text) => {
          if (text === null) return failed("the answer is too long");
          clearTimeout(timer);
          resolve({
            kind: "answered",
            status: answer.statusCode ?? 0,
            headers: flat(answer),
            text,
          });
        },
        (error: Error) => failed(error.message),
      );
    });
    outgoing.end(sending.body ?? undefined);
  });
}

async function readBounded(answer: IncomingMessage, bytesMax: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) return null;
    chunks.push(chunk);
  }
  return textOfAnswer(Buffer.concat(chunks), answer.headers["content-type"]);
}

const flat = (answer: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
