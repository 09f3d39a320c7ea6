import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Error codes of the protocol. */
export const notLeader = 6;
export const notEnoughReplicas = 19;

const produce = 0;

/**
 * In front of each broker of the mock cluster. What the cluster says of its brokers' ports is rewritten, so
 * that a client stays on this side; a Produce can be answered with an error instead of being passed on, and
 * a broker can be gone for a while.
 */
export async function aKafkaProxy(brokers: readonly number[]) {
  const refusals: number[] = [];
  const refused: number[] = [];
  const down = new Set<number>();
  const sockets = new Map<number, Set<Socket>>(brokers.map((port) => [port, new Set()]));
  const ports = new Map<number, number>();
  const servers: Server[] = [];

  const serve = (broker: number): Server =>
    createServer((client) => {
      if (down.has(broker)) return void client.destroy();
      const far = connect({ host: "127.0.0.1", port: broker });
      for (const socket of [client, far]) {
        sockets.get(broker)?.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          sockets.get(broker)?.delete(socket);
          client.destroy();
          far.destroy();
        });
      }
      inFrames(client, (frame) => {
        const code = frame.readInt16BE(4) === produce ? refusals.shift() : undefined;
        if (code === undefined) return void far.write(frame);
        refused.push(code);
        client.write(refusal(frame, code));
      });
      inFrames(far, (frame) => void client.write(withOurPorts(frame, ports)));
    });

  for (const broker of brokers) {
    const server = serve(broker);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ports.set(broker, (server.address() as AddressInfo).port);
    servers.push(server);
  }
  return {
    ports: [...ports.values()],
    /** The next Produce requests, whichever broker they go to. */
    refuse: (...codes: number[]) => void refusals.push(...codes),
    refused,
    /** No connection, old or new, for as long. */
    takeDown: (at: number) => {
      const broker = brokers[at] ?? 0;
      down.add(broker);
      for (const socket of sockets.get(broker) ?? []) socket.destroy();
    },
    bringUp: (at: number) => void down.delete(brokers[at] ?? 0),
    stop: async () => {
      for (const open of sockets.values()) for (const socket of open) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
}

/** Each frame with its length before it, whole. */
function inFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let waiting = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
      const length = 4 + waiting.readInt32BE(0);
      take(waiting.subarray(0, length));
      waiting = waiting.subarray(length);
    }
  });
}

/** Metadata and coordinators name host and port: the port is put in our place. */
function withOurPorts(frame: Buffer, ports: ReadonlyMap<number, number>): Buffer {
  const host = Buffer.from("127.0.0.1", "ascii");
  const copy = Buffer.from(frame);
  for (let at = copy.indexOf(host); at >= 0; at = copy.indexOf(host, at + 1)) {
    const port = at + host.length;
    if (port + 4 > copy.length) break;
    const ours = ports.get(copy.readInt32BE(port));
    if (ours !== undefined) copy.writeInt32BE(ours, port);
  }
  return copy;
}

/** The answer to a Produce (up to version 8) of one partition, with an error and nothing stored. */
function refusal(request: Buffer, code: number): Buffer {
  const version = request.readInt16BE(6);
  const correlation = request.readInt32BE(8);
  let at = 12 + 2 + Math.max(0, request.readInt16BE(12));
  if (version >= 3) at += 2 + Math.max(0, request.readInt16BE(at));
  at += 2 + 4 + 4;
  const nameLength = request.readInt16BE(at);
  const name = request.subarray(at, at + 2 + nameLength);
  const partition = request.readInt32BE(at + 2 + nameLength + 4);
  const head = Buffer.alloc(4);
  head.writeInt32BE(1, 0);
  const body = Buffer.alloc(4 + 4 + 2 + 8 + 8 + (version >= 5 ? 8 : 0) + 4);
  body.writeInt32BE(1, 0);
  body.writeInt32BE(partition, 4);
  body.writeInt16BE(code, 8);
  body.writeBigInt64BE(-1n, 10);
  body.writeBigInt64BE(-1n, 18);
  if (version >= 5) body.writeBigInt64BE(-1n, 26);
  const prefix = Buffer.alloc(8);
  prefix.writeInt32BE(4 + head.length + name.length + body.length, 0);
  prefix.writeInt32BE(correlation, 4);
  return Buffer.concat([prefix, head, name, body]);
}
