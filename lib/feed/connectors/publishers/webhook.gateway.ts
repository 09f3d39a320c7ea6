import "server-only";
import { Webhook } from "standardwebhooks";
import { retryAfterMs } from "../rest/classify.rules.ts";
import { type Call, type Called, call } from "../rest/gateway.ts";
import { type Link, PublishTrouble, type Taken } from "./link.gateway.ts";
import { type Message, structuredType } from "./message.rules.ts";
import type { Secrets, WebhookConfig } from "./schema.ts";

/** Signed in the manner of Standard Webhooks; the id is the event's, so that a repeat is known as one. */
export function openWebhook(config: WebhookConfig, secrets: Secrets): Promise<Link> {
  const url = new URL(config.url);
  const target = {
    baseUrl: `${url.origin}/`,
    allow: config.allow,
    auth: { kind: "none" as const },
    timeoutMs: config.timeoutMs,
    responseBytesMax: 100_000,
  };
  const send = async (message: Pick<Message, "id" | "body">, type: string): Promise<Taken> => {
    const what: Call = {
      method: "POST",
      path: `${url.pathname}${url.search}`,
      headers: { ...signed(message, secrets.signingKey ?? ""), "content-type": type },
      body: message.body,
    };
    return takenBy(await call(target, "", what));
  };
  return Promise.resolve({
    bytesMax: null,
    publish: (message) => send(message, structuredType),
    probe: async () => {
      const body = JSON.stringify({ type: "dev.buyoff.connection.tested", data: {} });
      const { answer } = await send(
        { id: `test-${crypto.randomUUID()}`, body },
        "application/json",
      );
      return answer;
    },
    close: async () => undefined,
  });
}

function signed({ id, body }: Pick<Message, "id" | "body">, key: string): Record<string, string> {
  const at = new Date();
  let signature: string;
  try {
    signature = new Webhook(key).sign(id, at, body);
  } catch {
    throw new PublishTrouble("shut", "the signing key is not one of Standard Webhooks (whsec_ …)");
  }
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": signature,
  };
}

function takenBy(called: Called): Taken {
  if (called.kind === "not_sent") throw new PublishTrouble("not_sent", called.reason);
  if (called.kind === "unknown") throw new Error(called.reason);
  const { status, headers, text } = called;
  const said = `${status} ${text.replace(/\s+/g, " ").slice(0, 200)}`.trim();
  if (status >= 200 && status < 300) return { answer: said, place: null };
  if (status >= 300 && status < 400)
    throw new PublishTrouble("shut", `${said}: redirects are not followed`);
  if (status === 401 || status === 403 || status === 404 || status === 410)
    throw new PublishTrouble("shut", said);
  const waitMs = retryAfterMs(headers["retry-after"], Date.now());
  if (status === 429 || (status === 503 && waitMs !== null))
    throw new PublishTrouble("later", said, waitMs ?? 60_000);
  if (status === 408 || status === 425 || status >= 500) throw new Error(said);
  throw new PublishTrouble("rejected", said);
}
