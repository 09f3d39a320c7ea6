import "server-only";
import type { Db } from "#lib/db/client";
import { openText } from "#lib/kit/keys";
import { instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { SetUp } from "./connector-setup.rules.ts";
import { type ApiContract, apiContract } from "./connectors/openapi/contract.schema.ts";
import { type Secrets, secretsOf } from "./connectors/publishers/schema.ts";
import type { Codes } from "./connectors/rest/mapping.rules.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { type ConnectorConfig, connectorConfig, keepsRecords } from "./connectors/schema.ts";
import { bookAt } from "./crosswalk-book.queries.ts";

/** A connector ready to talk: its configuration read, its secrets opened. */
export type OpenConnector<C extends ConnectorConfig = ConnectorConfig> = {
  id: string;
  site: string;
  code: string;
  config: C;
  /** Of a system that keeps records: its one secret. */
  secret: string;
  /** Of one that hears events: by name. */
  secrets: Secrets;
  cursor: string;
  /** What their API's document says of what we use, where there is one. */
  contract: ApiContract | null;
  /** As they are now; a delivery has its own, as they were at its event. */
  codes: Codes;
};

export const isRecordsConnector = (
  connector: OpenConnector,
): connector is OpenConnector<RestConnectorConfig> => keepsRecords(connector.config);

const shown = {
  id: true,
  siteId: true,
  code: true,
  config: true,
  secret: true,
  cursor: true,
} as const;
const opening = { ...shown, apiContract: true } as const;
type Row = {
  id: string;
  siteId: string;
  code: string;
  config: unknown;
  secret: string | null;
  cursor: string | null;
  apiContract: unknown;
};

export async function connectorById(
  from: Pick<Db, "connector">,
  id: string,
): Promise<OpenConnector | null> {
  const row = await from.connector.findUnique({ where: { id }, select: opening });
  return row ? opened(row) : null;
}

/** A secret that doesn't open was sealed with another key or for another row: nothing is sent with a guess. */
function opened(row: Row): OpenConnector {
  const secret = row.secret === null ? "" : openText("connector-credential", row.secret, row.id);
  if (secret === null)
    throw new Error(`the secret of connector ${row.code} can't be opened with this key`);
  const config = connectorConfig.parse(row.config);
  const isRecords = keepsRecords(config);
  return {
    id: row.id,
    site: row.siteId,
    code: row.code,
    config,
    secret: isRecords ? secret : "",
    secrets: isRecords ? {} : secretsOf(secret),
    cursor: row.cursor ?? "",
    contract: contractIn(row.apiContract),
    codes: bookAt({ site: row.siteId, connector: row.code }, () => instant(Date.now())),
  };
}

const contractIn = (stored: unknown): ApiContract | null => {
  const read = apiContract.safeParse(stored);
  return read.success ? read.data : null;
};

export type KeptSetUp = SetUp & { id: string; code: string; status: string };

/**
 * A connector of the actor's site with what it is made of, to be changed or tried; its secrets stay on the server.
 * One that can't be opened with this key counts as none: it has to be typed anew.
 */
export async function keptSetUp(
  from: Pick<Db, "connector">,
  actor: Actor,
  id: string,
): Promise<KeptSetUp | null> {
  const row = await from.connector.findFirst({
    where: { id, siteId: actor.site },
    select: { ...shown, name: true, status: true, webhookSecret: true },
  });
  if (!row) return null;
  const config = connectorConfig.parse(row.config);
  const secret = row.secret && openText("connector-credential", row.secret, row.id);
  const hook = row.webhookSecret && openText("webhook-secret", row.webhookSecret, row.id);
  const secrets: SetUp["secrets"] = keepsRecords(config)
    ? { ...(secret && { secret }), ...(hook && { webhookSecret: hook }) }
    : secretsOf(secret ?? "");
  return { id: row.id, code: row.code, name: row.name, status: row.status, config, secrets };
}

/** The secret with which a connector signs its webhooks, and where it belongs; null for an unknown one. */
export async function webhookSecretOf(from: Pick<Db, "connector">, id: string) {
  const row = await from.connector.findUnique({
    where: { id },
    select: { id: true, siteId: true, webhookSecret: true, config: true, status: true },
  });
  if (!row?.webhookSecret || row.status === "retired") return null;
  const secret = openText("webhook-secret", row.webhookSecret, row.id);
  const config = connectorConfig.parse(row.config);
  return secret === null || !keepsRecords(config) ? null : { site: row.siteId, secret, config };
}
