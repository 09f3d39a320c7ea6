import "server-only";
import { forSite, inTransaction } from "#lib/db/client";
import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import { sealText } from "#lib/kit/keys";
import type { Actor } from "#lib/people/schema";
import { recordEvents } from "#lib/record/commands";
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
  const stored = {
    name: input.name,
    config: connectorConfig.parse(input.config),
    secret: sealText("connector-credential", input.secret, id),
    webhookSecret:
      input.webhookSecret === null ? null : sealText("webhook-secret", input.webhookSecret, id),
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
      configSha256: canonicalSha256(stored.config as unknown as Canonical),
    },
  });
  return { id };
}

/** After its cause has been put right: what waited goes on where it was, with the attempts it had. */
export async function resumeConnector(actor: Actor, id: string): Promise<boolean> {
  const { count } = await forSite(actor.site).connector.updateMany({
    where: { id, status: "paused" },
    data: { status: "active", statusNote: null, pausedUntil: null },
  });
  if (count === 1) {
    await recordEvents(actor, { kind: "feed", stream: id, type: "connector.resumed", body: {} });
  }
  return count === 1;
}
