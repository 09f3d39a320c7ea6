import "server-only";
import { inTransaction } from "#lib/db/client";
import { ok, type Result } from "#lib/kit/result";
import type { Actor } from "#lib/people/schema";
import { recordEvents } from "#lib/record/commands";
import { connectorId } from "./connector.commands.ts";
import { keptSetUp } from "./connector.queries.ts";
import { configTyped } from "./connector-setup.commands.ts";
import {
  type ConnectorRefusal,
  mayLetIn,
  refused,
  type Secrets,
  secretsFor,
} from "./connector-setup.rules.ts";
import type { TestConnectorForm } from "./connector-setup.schema.ts";
import type { Secrets as PublisherSecrets } from "./connectors/publishers/schema.ts";
import { lookUp } from "./connectors/rest/talk.gateway.ts";
import { type ConnectorConfig, keepsRecords } from "./connectors/schema.ts";
import { addressOf } from "./connectors/secrets.rules.ts";

/** What the system answered, in its own words. */
export type Tested = { isThere: boolean; answer: string; asked: string; tookMs: number };

/**
 * A real question that changes nothing, put to the system as it is typed or as it is saved. Secrets that are kept
 * go only where they go already.
 */
export async function testConnector(
  actor: Actor,
  form: TestConnectorForm,
): Promise<Result<Tested, ConnectorRefusal>> {
  const id = form.connector;
  const kept =
    id === null ? null : await inTransaction((tx) => keptSetUp(tx, actor, id), actor.site);
  if (id !== null && !kept) return refused("connector_not_here");
  const read =
    form.typed === null
      ? kept && ok(kept.config)
      : await configTyped(kept?.config.kind ?? form.kind, form.typed);
  if (!read) return refused("connector_not_here");
  if (!read.ok) return read;
  const config = read.value;
  const may = mayLetIn(kept?.config ?? null, config, actor.roles);
  if (!may.ok) return may;
  const secrets = secretsFor(kept, config, form.secrets);
  if (!secrets.ok) return secrets;
  const began = performance.now();
  const answered = await probed(kept?.id ?? `test/${actor.id}`, config, secrets.value);
  const tookMs = Math.round(performance.now() - began);
  // Whom the server has knocked at on somebody's word is on record, also where nothing came of it.
  await recordEvents(actor, {
    kind: "feed",
    stream: kept?.id ?? connectorId(actor.site, "not saved"),
    type: "connector.tested",
    body: { address: addressOf(config).slice(0, 300), answered: answered.isThere ? "yes" : "no" },
  });
  return ok({ ...answered, tookMs });
}

async function probed(
  id: string,
  config: ConnectorConfig,
  secrets: Secrets,
): Promise<Omit<Tested, "tookMs">> {
  if (keepsRecords(config)) return askedFor({ config, secret: secrets.secret ?? "" });
  // The clients of all brokers are loaded when somebody asks, and not with every page.
  const { probe } = await import("./connectors/publishers/publish.gateway.ts");
  const found = await probe({ id, config, secrets: secrets as PublisherSecrets });
  return {
    isThere: found.ok,
    answer: found.ok ? found.answer : found.reason,
    asked: addressOf(config),
  };
}

/** Which records have a key that none can have: none, says a system that understands the question. */
async function askedFor(target: Parameters<typeof lookUp>[0]): Promise<Omit<Tested, "tookMs">> {
  const found = await lookUp(target, "buyoff:connection-test", { onSend: async () => undefined });
  const asked = found.trace.request.trim();
  if (found.kind === "done") {
    const answer = `${found.trace.response ?? ""}`.slice(0, 500);
    return { isThere: true, answer, asked };
  }
  const said = found.trace.response ?? found.reason;
  return { isThere: false, answer: `${found.kind}: ${said}`.slice(0, 500), asked };
}
