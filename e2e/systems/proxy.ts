import { connect, createServer, type Socket } from "node:net";

/** In front of a real server: passes everything, until it is told after how many bytes it is to cut, once. */
export async function cutAfter(target: number, port = 0) {
  const open = new Set<Socket>();
  let left: number | null = null;
  let cuts = 0;
  const server = createServer((client) => {
    const far = connect({ host: "127.0.0.1", port: target });
    for (const socket of [client, far]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => open.delete(socket));
    }
    const end = () => {
      client.destroy();
      far.destroy();
    };
    client.on("close", end);
    far.on("close", end);
    far.pipe(client);
    client.on("data", (chunk: Buffer) => {
      if (left === null) return void far.write(chunk);
      left -= chunk.length;
      if (left > 0) return void far.write(chunk);
      left = null;
      cuts += 1;
      // What came before the cut has to get there, or nothing would be seen of it.
      far.write(chunk.subarray(0, Math.floor(chunk.length / 2)), end);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    cutAfterBytes: (bytes: number) => {
      left = bytes;
    },
    cuts: () => cuts,
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
