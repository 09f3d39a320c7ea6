import { type IncomingMessage, request } from "node:http";
import { createServer, type Server } from "node:https";
import { connect } from "node:net";
import type { LanCertificate } from "./certificate.ts";

/**
 * Speaks https to the network and http to the web process, which listens on this machine alone.
 * Browsers give no service worker, camera or WebCrypto to a page on plain http from elsewhere.
 */
export function startHttpsFront(
  certificate: LanCertificate,
  port: number,
  webPort: number,
): Promise<Server> {
  const server = createServer({ key: certificate.key, cert: certificate.cert });
  server.on("request", (incoming, outgoing) => {
    const passed = request(
      {
        host: "127.0.0.1",
        port: webPort,
        method: incoming.method,
        path: incoming.url,
        headers: headersOf(incoming),
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(outgoing);
      },
    );
    passed.on("error", () => {
      if (!outgoing.headersSent) outgoing.writeHead(502);
      outgoing.end();
    });
    outgoing.on("close", () => passed.destroy());
    incoming.pipe(passed);
  });
  server.on("upgrade", (incoming, socket, head) => {
    const passed = connect(webPort, "127.0.0.1", () => {
      const lines = Object.entries(headersOf(incoming)).map(([name, value]) => `${name}: ${value}`);
      passed.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      passed.write(head);
      passed.pipe(socket).pipe(passed);
    });
    passed.on("error", () => socket.destroy());
    socket.on("error", () => passed.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "0.0.0.0", () => resolve(server));
  });
}

/** What a client says of itself in these headers is not believed: they are ours to set. */
const headersOf = (incoming: IncomingMessage) => ({
  ...incoming.headers,
  "x-forwarded-for": incoming.socket.remoteAddress ?? "",
  "x-forwarded-proto": "https",
  "x-forwarded-host": incoming.headers.host ?? "",
});
