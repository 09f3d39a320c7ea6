import { parseArgs } from "node:util";
import { BehaviourSwitch } from "./behaviour.ts";
import { startServer } from "./server.ts";
import { Store } from "./store.ts";
import { Webhooks } from "./webhooks.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "4310" },
    host: { type: "string", default: "127.0.0.1" },
    folder: { type: "string" },
    token: { type: "string" },
    "webhook-url": { type: "string" },
    "webhook-secret": { type: "string" },
  },
});
if (!values.folder || !values.token) {
  process.stderr.write(
    "usage: main.ts --folder <folder> --token <token> [--port 4310] [--host 127.0.0.1] [--webhook-url <url> --webhook-secret <whsec_…>]\n",
  );
  process.exit(2);
}

const store = new Store(values.folder);
const url = values["webhook-url"];
const secret = values["webhook-secret"];
const webhooks = new Webhooks(url && secret ? { url, secret } : null);
const server = startServer({
  store,
  behaviour: new BehaviourSwitch(),
  webhooks,
  token: values.token,
});

server.on("error", (error: NodeJS.ErrnoException) => {
  process.stderr.write(
    error.code === "EADDRINUSE"
      ? `Port ${values.port} is taken. Choose another with --port.\n`
      : `${error.message}\n`,
  );
  // A code of its own, so that whoever started it can tell and try another port.
  process.exit(error.code === "EADDRINUSE" ? 48 : 1);
});
server.listen(Number(values.port), values.host, () => {
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : values.port;
  process.stdout.write(`NCR register on http://${values.host}:${port}\n`);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    webhooks.stop();
    server.close(() => {
      store.close();
      process.exit(0);
    });
    server.closeAllConnections();
  });
}
