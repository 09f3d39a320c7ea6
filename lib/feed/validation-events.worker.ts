import "server-only";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import { sha256Hex } from "#lib/kit/canonical";
import type { OpenConnector } from "./connector.queries.ts";
import { bytesOf, messageOf } from "./connectors/publishers/message.rules.ts";
import { probe, publish } from "./connectors/publishers/publish.gateway.ts";
import type { PublisherConfig } from "./connectors/publishers/schema.ts";
import { eventReference } from "./event-reference.queries.ts";
import type { RunMode } from "./flow.schema.ts";
import { notRun, type Seen, seen } from "./validation.rules.ts";
import type { ActName } from "./validation-cases.schema.ts";

/** What a case works on at a system that hears events: the plant's last ones, as they were made. */
export type EventBench = {
  mode: RunMode;
  site: string;
  origin: string;
  connector: OpenConnector<PublisherConfig>;
  messages: readonly { id: string; payload: unknown }[];
};

export const eventActs: Readonly<Partial<Record<ActName, (bench: EventBench) => Promise<Seen>>>> = {
  map: async ({ connector, messages }) => {
    if (messages.length === 0) return notRun("no_events");
    const { eventBytesMax, overflow } = connector.config;
    const large = messages.find(
      ({ payload }) => bytesOf(messageOf(payload as CloudEvent).body) > eventBytesMax,
    );
    return large && overflow === "park"
      ? seen(
          "not_mapped",
          "checked",
          `event of message ${large.id} is larger than ${eventBytesMax} bytes`,
        )
      : seen("mapped", "checked", `${messages.length} messages`);
  },
  ask: async ({ connector }) => {
    const asked = await probe(connector);
    return asked.ok ? seen("answered", "done", asked.answer) : seen("failed", "done", asked.reason);
  },
  publish: once,
  publish_again: once,
};

/** The last event once more: whoever hears it knows it by source and id, so that nothing is told twice. */
async function once({ mode, site, origin, connector, messages }: EventBench): Promise<Seen> {
  const [last] = messages;
  if (!last) return notRun("no_events");
  if (mode === "shadow") return notRun("in_shadow");
  let request = "";
  const url = eventReference(origin, { site, delivery: last.id });
  const said = await publish(connector, messageOf(last.payload as CloudEvent), url, async (of) => {
    request = of;
  });
  const isTaken = said.kind === "taken";
  const response = isTaken ? said.answer : said.reason;
  const evidence = {
    request,
    requestSha256: sha256Hex(request),
    response,
    responseSha256: sha256Hex(response),
    classification: said.kind,
  };
  const observed = isTaken ? "taken" : said.kind === "rejected" ? "parked" : "failed";
  return { ...seen(observed, "done", response), evidence: [evidence] };
}
