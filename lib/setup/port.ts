import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { codeOf, Problem } from "./problem.ts";

/** A program of ours that could not listen because the port is taken ends with this code. */
export const portTakenCode = 48;
/** A program of ours says so in its log once it listens. */
export const listeningWord = "listening on port";

/**
 * Below the range from which systems take the ports of outgoing connections: what is found free there
 * is still free when, a build later, somebody listens on it.
 */
const quietPorts = [20_000, 32_000] as const;
const attempts = 50;

/** Refuses, with what to do, a port that somebody else listens on. */
export async function requirePort(port: number, host: string): Promise<void> {
  try {
    await listenOnce(port, host);
  } catch (error) {
    throw new Problem(portRefusal(port, codeOf(error)));
  }
}

export function portRefusal(port: number, code = "EADDRINUSE"): string {
  const why =
    code === "EADDRINUSE"
      ? `Port ${port} is taken by another program.`
      : `Port ${port} can't be used by this user (${code}).`;
  return `${why} ${chooseAnother(port)}`;
}

export function chooseAnother(port: number): string {
  const other = port < 1024 ? 3000 : port < 65_535 ? port + 1 : port - 1;
  return `Choose another one: npm start -- --port ${other}`;
}

/** `preferred` where nobody listens on it, else any free one; never `kept`, on which somebody will listen later. */
export async function freePort(preferred: number, kept = 0): Promise<number> {
  const candidates = [
    preferred,
    ...Array.from({ length: attempts }, () => randomInt(...quietPorts)),
  ];
  for (const port of candidates) {
    if (port > 0 && port !== kept && (await isFree(port))) return port;
  }
  return listenOnce(0, "127.0.0.1");
}

const isFree = (port: number): Promise<boolean> =>
  listenOnce(port, "127.0.0.1").then(
    () => true,
    () => false,
  );

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
