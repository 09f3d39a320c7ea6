import "server-only";
import { inTransaction } from "#lib/db/client";
import { derivedId } from "#lib/kit/ids";
import { sealText } from "#lib/kit/keys";
import type { Actor } from "#lib/people/schema";
import { recordEvents } from "#lib/record/commands";
import { fingerprintOf, type Secrets } from "./connector-setup.rules.ts";
import { expressionProblems } from "./connectors/rest/expressions.rules.ts";
import { type ConnectorConfig, connectorConfig, keepsRecords } from "./connectors/schema.ts";

export type ConnectorInput = {
  code: string;
  name: string;
  config: ConnectorConfig;
  secret: string;
  webhookSecret: string | null;
};

/** What its expressions would lose or can't mean: each with the place where it stands. */
export class ConnectorRefused extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("; "));
    this.problems = problems;
  }
}

export const connectorId = (site: string, code: string): string =>
  derivedId(site, `connector/${code}`);

/** Makes or changes a connector of the actor's site. Its secrets are sealed to this row before they are stored. */
export async function saveConnector(actor: Actor, input: ConnectorInput): Promise<{ id: string }> {
  const problems = keepsRecords(input.config) ? expressionProblems(input.config) : [];
  if (problems.length > 0) throw new ConnectorRefused(problems);
  const id = connectorId(actor.site, input.code);
  const config = connectorConfig.parse(input.config);
  const webhookSecret = input.webhookSecret ?? undefined;
  const stored = {
    name: input.name,
    config,
    ...sealedSecrets(id, config, { secret: input.secret, ...(webhookSecret && { webhookSecret }) }),
  };
  await inTransaction(
    (tx) =>
      tx.connector.upsert({
        where: { id },
        create: { id, siteId: actor.site, code: input.code, ...stored },
        update: stored,
        select: { id: true },
      }),
    actor.site,
  );
  await recordEvents(actor, {
    kind: "feed",
    stream: id,
    type: "connector.saved",
    body: {
      code: input.code,
      name: input.name,
      configSha256: fingerprintOf({ name: input.name, config }),
    },
  });
  return { id };
}

/**
 * Sealed to their row: of a system that keeps records its one secret and what it signs webhooks with, of one that
 * hears events all of them as one text.
 */
export function sealedSecrets(id: string, config: ConnectorConfig, secrets: Secrets) {
  if (!keepsRecords(config)) {
    const all = sealText("connector-credential", JSON.stringify(secrets), id);
    return { secret: all, webhookSecret: null };
  }
  const { secret = "", webhookSecret } = secrets;
  return {
    secret: sealText("connector-credential", secret, id),
    webhookSecret:
      webhookSecret === undefined ? null : sealText("webhook-secret", webhookSecret, id),
  };
}
