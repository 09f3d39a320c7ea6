import { connect } from "node:net";
import { run } from "./run.ts";

const { hostname, port } = new URL(run.origin || "http://127.0.0.1");

/** What a server answers to exactly these bytes: `fetch` would put them right, or not send them. */
export function spoken(
  request: string,
): Promise<{ status: number; headers: Headers; body: string }> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(Number(port), hostname, () => socket.write(request, "latin1"));
    socket.setEncoding("latin1").setTimeout(60_000, () => socket.destroy());
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.once("error", (error) => (text === "" ? reject(error) : resolve(answerOf(text))));
    socket.once("close", () => resolve(answerOf(text)));
  });
}

function answerOf(text: string) {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = new Headers();
  for (const line of lines) {
    const at = line.indexOf(":");
    headers.append(line.slice(0, at), line.slice(at + 1).trim());
  }
  return { status: Number(first.split(" ")[1] ?? 0), headers, body: rest.join("\r\n\r\n") };
}
