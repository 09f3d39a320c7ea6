import "server-only";
import type { Db } from "#lib/db/client";
import { openText } from "#lib/kit/keys";
import { type RestConnectorConfig, restConnectorConfig } from "./connectors/rest/schema.ts";

/** A connector ready to talk: its configuration read, its secret opened. */
export type OpenConnector = {
  id: string;
  site: string;
  code: string;
  config: RestConnectorConfig;
  secret: string;
  cursor: string;
};

const shown = {
  id: true,
  siteId: true,
  code: true,
  config: true,
  secret: true,
  cursor: true,
} as const;
type Row = {
  id: string;
  siteId: string;
  code: string;
  config: unknown;
  secret: string | null;
  cursor: string | null;
};

export async function connectorById(
  from: Pick<Db, "connector">,
  id: string,
): Promise<OpenConnector | null> {
  const row = await from.connector.findUnique({ where: { id }, select: shown });
  return row ? opened(row) : null;
}

/** A secret that doesn't open was sealed with another key or for another row: nothing is sent with a guess. */
function opened(row: Row): OpenConnector {
  const secret = row.secret === null ? "" : openText("connector-credential", row.secret, row.id);
  if (secret === null)
    throw new Error(`the secret of connector ${row.code} can't be opened with this key`);
  return {
    id: row.id,
    site: row.siteId,
    code: row.code,
    config: restConnectorConfig.parse(row.config),
    secret,
    cursor: row.cursor ?? "",
  };
}

/** The one path of a process from a site to its QMS. */
export async function connectorFor(
  from: Pick<Db, "connector">,
  site: string,
  process: "NCR",
): Promise<string | null> {
  const rows = await from.connector.findMany({
    where: { siteId: site, status: { not: "retired" } },
    select: { id: true, config: true },
    orderBy: { code: "asc" },
  });
  const [found] = rows.filter((row) => restConnectorConfig.parse(row.config).process === process);
  return found?.id ?? null;
}

/** The secret with which a connector signs its webhooks, and where it belongs; null for an unknown one. */
export async function webhookSecretOf(from: Pick<Db, "connector">, id: string) {
  const row = await from.connector.findUnique({
    where: { id },
    select: { id: true, siteId: true, webhookSecret: true, config: true, status: true },
  });
  if (!row?.webhookSecret || row.status === "retired") return null;
  const secret = openText("webhook-secret", row.webhookSecret, row.id);
  return secret === null
    ? null
    : { site: row.siteId, secret, config: restConnectorConfig.parse(row.config) };
}
