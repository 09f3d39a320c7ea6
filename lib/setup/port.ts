import { createServer } from "node:net";
import { codeOf, Problem } from "./problem.ts";

/** Refuses, with what to do, a port that somebody else listens on. */
export async function requirePort(port: number, host: string): Promise<void> {
  try {
    await listenOnce(port, host);
  } catch (error) {
    const code = codeOf(error);
    const why =
      code === "EADDRINUSE"
        ? `Port ${port} is taken by another program.`
        : `Port ${port} can't be used by this user (${code}).`;
    const other = port < 1024 ? 3000 : port + 1;
    throw new Problem(`${why} Choose another one: npm start -- --port ${other}`);
  }
}

/** `preferred` where nobody listens on it, else any free one. */
export const freePort = (preferred: number): Promise<number> =>
  listenOnce(preferred, "127.0.0.1").catch(() => listenOnce(0, "127.0.0.1"));

function listenOnce(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(port, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
