import "server-only";
import { forSite, inTransaction } from "#lib/db/client";
import { instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { Facts } from "#lib/travelers/facts.schema";
import { connectorById, isRecordsConnector, type OpenConnector } from "./connector.queries.ts";
import type { RestConnectorConfig } from "./connectors/rest/schema.ts";
import { readBack } from "./connectors/rest/talk.gateway.ts";
import { isLater } from "./delivery.rules.ts";

/** A person stands at the unit and waits for this answer. */
const waitMsMax = 3_000;

/**
 * What the QMS says of a defect at this moment, asked now and not remembered. Null when it has no record
 * of it yet, when it can't be reached in time, or when its state or a decision of it is one that nobody has
 * mapped: then nothing is released on its word.
 */
export async function fetchDisposition(actor: Actor, defect: string): Promise<Facts["qms"]> {
  const known = await recordOf(actor, await defectIds(actor, defect));
  if (!known) return null;
  const connector = await inTransaction((tx) => connectorById(tx, known.connector), actor.site);
  if (!connector || !isRecordsConnector(connector)) return null;
  const read = await readBack(hurried(connector), known.externalId, {
    onSend: async () => undefined,
  });
  if (read.kind !== "done" || read.value.record.status === null) return null;
  if (read.value.record.missingWords) return null;
  const { externalId, key, number, status, url, version, dispositions } = read.value.record;
  if (externalId === known.externalId) {
    // Its number is another record's by now, or it is older than what is known: after a restore there it says nothing of now.
    if (key !== null && known.key !== null && key !== known.key) return null;
    const isBefore = known.version !== null && isLater(known.version, version);
    if (isBefore && known.mergedInto === null) return null;
  }
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

type KnownRecord = {
  connector: string;
  externalId: string;
  key: string | null;
  version: string | null;
  mergedInto: string | null;
};

/** The defect's record: the one that was made for it last, or that a person has linked it to. */
async function recordOf(actor: Actor, defects: readonly string[]): Promise<KnownRecord | null> {
  const [row] = await forSite(actor.site).$queryRaw<KnownRecord[]>`
    (select d.connector_id::text as connector, d.external_id as "externalId", d.external_key as key, r.version,
        r.merged_into as "mergedInto"
      from deliveries d
      left join external_records r on r.connector_id = d.connector_id and r.external_id = d.external_id
     where d.site_id = ${actor.site}::uuid and d.defect_id = any(${[...defects]}::uuid[])
       and d.operation = 'create' and d.process = 'NCR' and d.external_id is not null
     order by d.position desc limit 1)
    union all
    select connector_id::text, external_id, null, version, merged_into from external_records
     where site_id = ${actor.site}::uuid and defect_id = any(${[...defects]}::uuid[])
    limit 1`;
  return row ?? null;
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
