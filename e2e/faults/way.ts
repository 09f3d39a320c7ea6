import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export type Passing = { method: string; path: string; body: string };

/** What happens to one exchange between the worker and the QMS. */
export type Meddling = {
  /** Before the QMS hears of it; "hang": it never does, and nobody answers. */
  before?(what: Passing): Promise<"hang" | undefined>;
  /** The QMS has done it; "lost": its answer gets lost. */
  after?(what: Passing): Promise<"lost" | undefined>;
};

/** The way from the worker to the QMS: everything passes, until somebody meddles with it. */
export async function aWay(target: string) {
  let meddling: Meddling = {};
  let passed = 0;
  const watchers = new Set<(what: Passing) => void>();
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const now = meddling;
    const what = {
      method: request.method ?? "GET",
      path: request.url ?? "/",
      body: await textOf(request),
    };
    passed += 1;
    for (const watcher of watchers) watcher(what);
    if ((await now.before?.(what)) === "hang") return;
    const answer = await fetch(`${target}${what.path}`, {
      method: what.method,
      headers: headersOf(request),
      ...(what.method === "GET" ? {} : { body: what.body }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if ((await now.after?.(what)) === "lost") {
      response.socket?.destroy();
      return;
    }
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    response.end(bytes);
  };
  const server = createServer((request, response) => {
    // Whoever was killed in the middle of it hears nothing.
    pass(request, response).catch(() => response.socket?.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    meddle: (how: Meddling) => {
      meddling = how;
    },
    passed: () => passed,
    /** The next exchange that begins. */
    next: () =>
      new Promise<Passing>((resolve) => {
        const watcher = (what: Passing) => {
          watchers.delete(watcher);
          resolve(what);
        };
        watchers.add(watcher);
      }),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> => ({
  authorization: headers.authorization ?? "",
  "content-type": headers["content-type"] ?? "application/json",
});
