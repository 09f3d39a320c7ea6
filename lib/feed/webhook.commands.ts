import "server-only";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import { db, inTransaction } from "#lib/db/client";
import { err, ok, type Result } from "#lib/kit/result";
import { webhookSecretOf } from "./connector.queries.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
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
 * that record. A repeat is answered like the first and does nothing. `named` is a connector's id or its
 * code; of several plants with that code, those are meant whose secret signed it.
 */
export async function receiveWebhook(
  named: string,
  raw: string,
  headers: WebhookHeaders,
): Promise<Result<"taken" | "repeated", WebhookRefusal>> {
  let answer: Result<"taken" | "repeated", WebhookRefusal> = err("connector_unknown");
  for (const { id, site } of await connectorsNamed(named)) {
    const found = await inTransaction((tx) => webhookSecretOf(tx, id), site);
    if (!found) continue;
    const notice = verified(found.secret, raw, headers);
    const taken = notice.ok ? await take(id, found.config, notice.value, headers) : notice;
    if (taken.ok ? taken.value === "taken" || !answer.ok : !answer.ok) answer = taken;
  }
  return answer;
}

async function take(
  connector: string,
  config: RestConnectorConfig,
  notice: unknown,
  headers: WebhookHeaders,
): Promise<Result<"taken" | "repeated", WebhookRefusal>> {
  const subject = await subjectOf(config, notice);
  if (subject === null) return err("subject_missing");
  const taken = await db.$executeRaw`
    insert into webhook_receipts (connector_id, id, received_at, subject, fetch_at)
    values (${connector}::uuid, ${headers.id}, clock_timestamp(), ${subject}, clock_timestamp())
    on conflict (connector_id, id) do nothing`;
  return ok(taken === 1 ? "taken" : "repeated");
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const connectorsNamed = (named: string): Promise<{ id: string; site: string }[]> =>
  uuid.test(named)
    ? db.$queryRaw`select ${named}::text as id, s as site from site_of('connector', ${named}) s`
    : db.$queryRaw`select id, site_id as site from connectors_named(${named})`;

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
