import { createServer } from "node:http";
import { parseArgs } from "node:util";
import next from "next";
import { guarded, guardSocket, timed } from "./door.ts";
import { root } from "./memory.ts";
import { openMetrics } from "./metrics-door.ts";
import { listeningWord, portTakenCode } from "./port.ts";

// The web process on a production build: Next behind a door of ours, because what Next can't read it
// answers bare.
const { values } = parseArgs({
  options: { port: { type: "string" }, hostname: { type: "string", default: "127.0.0.1" } },
});
const port = Number(values.port);
const { hostname } = values;

process.title = "next-server";
const server = createServer({
  requireHostHeader: false,
  // There is nothing here to change the protocol for: such a request is one like any other.
  shouldUpgradeCallback: () => false,
});
const web = next({ dev: false, dir: root, hostname, port, httpServer: server });
// Loaded before it listens: whoever is let in is answered.
await web.prepare();
await openMetrics("BUYOFF_METRICS_PORT");
server.on("request", timed(guarded(web.getRequestHandler())));
guardSocket(server);

server.once("error", (error: NodeJS.ErrnoException) => {
  process.stderr.write(`The web can't listen on port ${port}: ${error.message}\n`);
  process.exit(error.code === "EADDRINUSE" ? portTakenCode : 1);
});
server.listen(port, hostname, () => process.stdout.write(`${listeningWord} ${port}\n`));

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  // Requests under way are answered; a connection that is merely open holds nothing up.
  process.once(signal, () => {
    server.close(() => void web.close().finally(() => process.exit(0)));
    server.closeIdleConnections();
  });
}
