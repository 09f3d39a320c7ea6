import { receiveWebhook, type WebhookRefusal } from "#lib/feed/webhook.commands";

const bytesMax = 64 * 1024;
/** A connector's code or its id. */
const name = /^[a-z0-9][a-z0-9-]{0,59}$/;

const status: Record<WebhookRefusal, number> = {
  // Whether a connector exists is not told to somebody who can't sign.
  connector_unknown: 401,
  signature_wrong: 401,
  subject_missing: 400,
};

/** A system says that a record has changed. Its signature is its sign-in: no session, no cookie. */
export async function POST(
  request: Request,
  context: { params: Promise<{ connector: string }> },
): Promise<Response> {
  const { connector } = await context.params;
  if (!name.test(connector)) return answer(401);
  const raw = await textWithin(request, bytesMax);
  if (raw === null) return answer(413);
  const received = await receiveWebhook(connector, raw, {
    id: request.headers.get("webhook-id"),
    timestamp: request.headers.get("webhook-timestamp"),
    signature: request.headers.get("webhook-signature"),
  });
  return answer(received.ok ? 202 : status[received.error]);
}

const answer = (code: number): Response =>
  new Response(null, { status: code, headers: { "cache-control": "no-store" } });

/** The raw text, because the signature is over exactly these bytes; null when it is too long. */
async function textWithin(request: Request, max: number): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > max) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
