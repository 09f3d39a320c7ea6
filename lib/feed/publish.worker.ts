import "server-only";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import type { Attempts } from "./attempts.commands.ts";
import type { OpenConnector } from "./connector.queries.ts";
import { messageOf } from "./connectors/publishers/message.rules.ts";
import { publish } from "./connectors/publishers/publish.gateway.ts";
import type { PublisherConfig } from "./connectors/publishers/schema.ts";
import type { Made } from "./delivery.commands.ts";
import type { Claim } from "./delivery.queries.ts";
import type { Outcome } from "./delivery.rules.ts";
import { eventReference } from "./event-reference.queries.ts";

/**
 * One event to whoever listens. Whatever came before, it is sent: after a lost answer it may arrive twice,
 * and the receiver knows it by source and id.
 */
export async function publishEvent(
  claim: Claim,
  connector: OpenConnector<PublisherConfig>,
  { origin, leaseMs, attempts }: { origin: string; leaseMs: number; attempts: Attempts },
): Promise<{ outcome: Outcome; made: Made | null }> {
  const message = messageOf(claim.payload as CloudEvent);
  const published = await publish(
    connector,
    message,
    eventReference(origin, { site: claim.site, delivery: claim.id }),
    (request) => attempts.open("publish", request, leaseMs),
  );
  const isTaken = published.kind === "taken";
  attempts.came({
    response: isTaken ? published.answer : published.reason,
    classification: isTaken && published.asReference ? "taken as a reference" : published.kind,
  });
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
