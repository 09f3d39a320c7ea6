import { createServer, type Server } from "node:http";
import { metricsText } from "#lib/kit/metrics";
import { settings } from "#lib/kit/settings";

/**
 * What Prometheus asks, on a port of its own that tablets and browsers never reach: nothing is let in
 * through the plant's own address. Null: the plant has not asked for it.
 */
export async function openMetrics(
  variable: "BUYOFF_METRICS_PORT" | "BUYOFF_WORKER_METRICS_PORT",
): Promise<Server | null> {
  const port = settings[variable].parse(process.env[variable] || undefined);
  const host = settings.BUYOFF_METRICS_HOST.parse(process.env.BUYOFF_METRICS_HOST || undefined);
  if (port === undefined) return null;
  const server = createServer((incoming, outgoing) => {
    if (incoming.method !== "GET" || incoming.url !== "/metrics") {
      outgoing.writeHead(404, { "content-type": "text/plain" }).end("Metrics are at /metrics.\n");
      return;
    }
    metricsText().then(
      ({ type, text }) => outgoing.writeHead(200, { "content-type": type }).end(text),
      () => outgoing.writeHead(503, { "content-type": "text/plain" }).end("Not now.\n"),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  // Whoever asks holds nothing up when the process is to end.
  server.unref();
  return server;
}
