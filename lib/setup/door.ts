import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { onEveryAnswer } from "#lib/boundary/answer-headers";
import { type Fault, faultOf, plainAnswer } from "#lib/boundary/malformed";
import { requestSeconds } from "#lib/kit/metrics";

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/**
 * Stands before a listener: what is no request is answered here, in words and with the headers of
 * every other answer, and what breaks behind it never shows how.
 */
export function guarded(listener: (...of: Parameters<Listener>) => Promise<void>): Listener {
  return (incoming, outgoing) => {
    const fault = faultOf(incoming);
    if (fault) return answer(outgoing, fault);
    // Files are sent whole: the framework breaks on a range or a condition that it can't meet.
    for (const name of ["range", "if-range", "if-match", "if-unmodified-since"]) {
      delete incoming.headers[name];
    }
    // What answers by itself, such as a redirect to an address's usual form, has them from here.
    for (const [name, value] of Object.entries(onEveryAnswer)) outgoing.setHeader(name, value);
    listener(incoming, outgoing).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      answer(outgoing, { status: 500, says: "Something broke. The log of this server says more." });
    });
  };
}

/** Every answer is measured, by the way it came in and never by what was asked for. */
export function timed(listener: Listener): Listener {
  return (incoming, outgoing) => {
    const end = requestSeconds.startTimer();
    outgoing.once("close", () => {
      const status = outgoing.writableFinished
        ? `${Math.floor(outgoing.statusCode / 100)}xx`
        : "cut";
      end({ method: methodOf(incoming), way: wayOf(incoming.url ?? ""), status });
    });
    listener(incoming, outgoing);
  };
}

const methods = ["GET", "POST", "PUT", "HEAD"];
const methodOf = ({ method = "" }: IncomingMessage) =>
  methods.includes(method) ? method : "other";

/** A few ways in, whatever addresses people try: each label costs memory for good. */
const ways = [
  "/api/commands",
  "/api/sign",
  "/api/blobs",
  "/api/documents",
  "/api/devices",
  "/api/floor",
  "/api/live",
  "/api/webhooks",
  "/api/auth",
  "/api/health",
  "/_next",
  "/floor",
];
const wayOf = (url: string): string =>
  ways.find((way) => url === way || url.startsWith(`${way}/`) || url.startsWith(`${way}?`)) ??
  (url.startsWith("/api/") ? "/api" : "page");

function answer(outgoing: ServerResponse, fault: Fault): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const { status, headers, body } = plainAnswer(fault);
  outgoing.writeHead(status, { ...headers, Connection: "close" }).end(body);
}

/** What isn't even HTTP, too much of it or too slow never becomes a request: Node tells of it here. */
export function guardSocket(server: Server): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    refuse(socket, notHttp(error.code));
  });
  server.on("connect", (_incoming, socket) =>
    refuse(socket, { status: 405, says: "This method is not known here." }),
  );
  server.on("checkExpectation", (_incoming, outgoing: ServerResponse) =>
    answer(outgoing, { status: 417, says: "This expectation can't be met." }),
  );
}

function notHttp(code: string | undefined): Fault {
  if (code === "HPE_HEADER_OVERFLOW") return { status: 431, says: "The headers are too long." };
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return { status: 408, says: "That took too long." };
  return { status: 400, says: "This is not a request in HTTP." };
}

function refuse(socket: Duplex, fault: Fault): void {
  const { status, headers, body } = plainAnswer(fault);
  const all = {
    ...headers,
    Connection: "close",
    "Content-Length": String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}
