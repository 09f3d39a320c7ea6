import { Agent, request } from "node:http";

export type Said = { status: number; text: string };

/** One connection that stays open, as a tablet's does: a request waits for the one before it. */
export function aConnection(origin: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const say = (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string | Uint8Array,
  ): Promise<Said> =>
    new Promise((resolve, reject) => {
      const length =
        body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const asked = request(`${origin}${path}`, {
        method,
        agent,
        headers: { ...headers, ...length },
      });
      asked.once("error", reject);
      asked.once("response", (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.once("error", reject);
        answer.once("end", () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") }),
        );
      });
      asked.end(body);
    });
  return { say, close: () => agent.destroy() };
}
export type Connection = ReturnType<typeof aConnection>;

export async function expecting(
  status: number,
  what: string,
  said: Promise<Said>,
): Promise<string> {
  const answer = await said;
  if (answer.status === status) return answer.text;
  throw new Error(`${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
}
