import "server-only";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { db, inTransaction } from "#lib/db/client";
import { err, ok, type Result } from "#lib/kit/result";
import { webhookSecretOf } from "./connector.queries.ts";
import { subjectOf } from "./connectors/rest/talk.gateway.ts";

export type WebhookHeaders = {
  id: string | null;
  timestamp: string | null;
  signature: string | null;
};
export type WebhookRefusal = "connector_unknown" | "signature_wrong" | "subject_missing";

/**
 * Takes a notice signed in the manner of Standard Webhooks: signature over the raw bytes, a time within
 * five minutes, each id once. It is believed in nothing but the name of a record; the worker fetches
 * that record. A repeat is answered like the first and does nothing.
 */
export async function receiveWebhook(
  connector: string,
  raw: string,
  headers: WebhookHeaders,
): Promise<Result<"taken" | "repeated", WebhookRefusal>> {
  const site = await siteOf(connector);
  const found = site ? await inTransaction((tx) => webhookSecretOf(tx, connector), site) : null;
  if (!found) return err("connector_unknown");
  const notice = verified(found.secret, raw, headers);
  if (!notice.ok) return notice;
  const subject = await subjectOf(found.config, notice.value);
  if (subject === null) return err("subject_missing");
  const taken = await db.$executeRaw`
    insert into webhook_receipts (connector_id, id, received_at, subject, fetch_at)
    values (${connector}::uuid, ${headers.id}, clock_timestamp(), ${subject}, clock_timestamp())
    on conflict (connector_id, id) do nothing`;
  return ok(taken === 1 ? "taken" : "repeated");
}

async function siteOf(connector: string): Promise<string | null> {
  const [row] = await db.$queryRaw<{ site: string }[]>`
    select s as site from site_of('connector', ${connector}) s`;
  return row?.site ?? null;
}

function verified(
  secret: string,
  raw: string,
  { id, timestamp, signature }: WebhookHeaders,
): Result<unknown, "signature_wrong"> {
  if (!id || id.length > 200 || !timestamp || !signature) return err("signature_wrong");
  try {
    const signed = {
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": signature,
    };
    return ok(new Webhook(secret).verify(raw, signed));
  } catch (problem) {
    if (problem instanceof WebhookVerificationError || problem instanceof SyntaxError)
      return err("signature_wrong");
    throw problem;
  }
}
