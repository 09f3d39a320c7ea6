import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** `cut`: broken off before the server has all of it. `deaf`: the server acts, its answer is lost. */
export type Weather = "fine" | "cut" | "deaf" | "gone";

export type Flapping = {
  origin: string;
  /** What becomes of the next request to this address. */
  weather: (path: string) => Weather;
  /** The server says that it has this version of the page, and gives its worker; null: its own. */
  version: string | null;
  /** Bodies of what the server was really told, in order. */
  told: { path: string; body: string; bytes: number; range: string }[];
  stop: () => Promise<void>;
};

/** A bad network between one tablet and the server, as whole requests: for a browser it is the server. */
export async function aFlappingNetwork(server: string): Promise<Flapping> {
  const flapping: Flapping = {
    origin: "",
    weather: () => "fine",
    version: null,
    told: [],
    stop: async () => {},
  };
  const door = createServer((asked, answer) => void pass(server, flapping, asked, answer));
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  flapping.origin = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  flapping.stop = () =>
    new Promise((resolve) => {
      door.close(() => resolve());
      door.closeAllConnections();
    });
  return flapping;
}

async function pass(
  server: string,
  flapping: Flapping,
  asked: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const path = (asked.url ?? "/").split("?")[0] ?? "/";
  const { origin, told, version } = flapping;
  const now = flapping.weather(path);
  if (now === "gone" || now === "cut") return void asked.socket.destroy();
  const chunks: Buffer[] = [];
  for await (const chunk of asked) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { host } = new URL(server);
  const headers = {
    ...asked.headers,
    host,
    "accept-encoding": "identity",
    ...(asked.headers.origin !== undefined && {
      origin: asked.headers.origin.replace(origin, server),
    }),
  };
  const onward = request(`${server}${asked.url}`, { method: asked.method, headers }, (said) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const chunk of said) parts.push(chunk as Buffer);
      const range = asked.headers["content-range"] ?? "";
      told.push({ path, body: body.toString("utf8"), bytes: body.byteLength, range });
      if (now === "deaf") return void asked.socket.destroy();
      const whole = Buffer.concat(parts);
      const isNewer = version !== null && path === "/floor-worker.js";
      const sent = isNewer ? Buffer.from(newer(whole.toString("utf8"), version)) : whole;
      if (version !== null) said.headers["x-buyoff-version"] = version;
      const { "content-length": _length, "transfer-encoding": _coding, ...rest } = said.headers;
      answer.writeHead(said.statusCode ?? 502, { ...rest, "content-length": sent.byteLength });
      answer.end(sent);
    })();
  });
  onward.on("error", () => asked.socket.destroy());
  onward.end(body);
}

const newer = (worker: string, version: string) =>
  worker.replace(/"version":"[0-9a-f]+"/, `"version":"${version}"`);
