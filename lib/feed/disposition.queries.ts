import "server-only";
import { forSite, inTransaction } from "#lib/db/client";
import { instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { Facts } from "#lib/travelers/facts.schema";
import { connectorById, isRecordsConnector, type OpenConnector } from "./connector.queries.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { readBack } from "./connectors/rest/talk.gateway.ts";

/** A person stands at the unit and waits for this answer. */
const waitMsMax = 3_000;

/**
 * What the QMS says of a defect at this moment, asked now and not remembered. Null when it has no record
 * of it yet, when it can't be reached in time, or when its state or a decision of it is one that nobody has
 * mapped: then nothing is released on its word.
 */
export async function fetchDisposition(actor: Actor, defect: string): Promise<Facts["qms"]> {
  const sent = await forSite(actor.site).delivery.findFirst({
    where: {
      defectId: { in: await defectIds(actor, defect) },
      operation: "create",
      externalId: { not: null },
    },
    select: { externalId: true, connectorId: true },
  });
  if (!sent?.externalId) return null;
  const connector = await inTransaction((tx) => connectorById(tx, sent.connectorId), actor.site);
  if (!connector || !isRecordsConnector(connector)) return null;
  const read = await readBack(hurried(connector), sent.externalId, {
    onSend: async () => undefined,
  });
  if (read.kind !== "done" || read.value.record.status === null) return null;
  if (read.value.record.missingWords) return null;
  const { externalId, number, status, url, version, dispositions } = read.value.record;
  const at = instant(Date.now());
  return {
    defect,
    record: {
      process: "NCR",
      connector: connector.code,
      externalId,
      number,
      status,
      url,
      version,
      at,
    },
    dispositions,
  };
}

/** A defect's ids, back to the one it was reported under: it may have left with pieces of its lot. */
export async function defectIds(actor: Actor, defect: string): Promise<string[]> {
  const rows = await inTransaction(
    (tx) => tx.$queryRaw<{ defect: string }[]>`
      select defect::text as defect from defect_ids(${defect}::uuid) order by step`,
    actor.site,
  );
  return rows.map((row) => row.defect);
}

const hurried = (connector: OpenConnector<RestConnectorConfig>) => ({
  ...connector,
  config: { ...connector.config, timeoutMs: Math.min(connector.config.timeoutMs, waitMsMax) },
});
