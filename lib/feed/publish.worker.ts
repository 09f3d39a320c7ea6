import "server-only";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import type { OpenConnector } from "./connector.queries.ts";
import { messageOf } from "./connectors/publishers/message.rules.ts";
import { publish } from "./connectors/publishers/publish.gateway.ts";
import type { PublisherConfig } from "./connectors/publishers/schema.ts";
import { closeAttempt, type Made, openAttempt } from "./delivery.commands.ts";
import type { Claim } from "./delivery.queries.ts";
import type { Outcome } from "./delivery.rules.ts";
import { eventReference } from "./event-reference.queries.ts";
import type { FlowNow } from "./flow.queries.ts";

/**
 * One event to whoever listens. Whatever came before, it is sent: after a lost answer it may arrive twice,
 * and the receiver knows it by source and id.
 */
export async function publishEvent(
  claim: Claim,
  connector: OpenConnector<PublisherConfig>,
  { origin, ...pace }: { origin: string; leaseMs: number; flow: FlowNow },
): Promise<{ outcome: Outcome; made: Made | null }> {
  const message = messageOf(claim.payload as CloudEvent);
  let attempt: string | null = null;
  const published = await publish(
    connector,
    message,
    eventReference(origin, { site: claim.site, delivery: claim.id }),
    async (request) => {
      attempt = await openAttempt(claim, "publish", request, pace);
    },
  );
  const isTaken = published.kind === "taken";
  if (attempt !== null) {
    await closeAttempt(attempt, {
      request: "",
      response: isTaken ? published.answer : published.reason,
      classification: isTaken && published.asReference ? "taken as a reference" : published.kind,
    });
  }
  switch (published.kind) {
    case "taken": {
      const made = { externalId: message.id, number: published.place ?? message.id };
      return { outcome: { kind: "there", how: "made" }, made };
    }
    case "not_sent":
      return { outcome: { kind: "not_done", reason: published.reason }, made: null };
    case "later":
      return { outcome: { kind: "rate_limited", waitMs: published.waitMs }, made: null };
    case "shut":
      return { outcome: { kind: "unauthorized", reason: published.reason }, made: null };
    case "rejected":
    case "unknown":
      return { outcome: { kind: published.kind, reason: published.reason }, made: null };
  }
}
