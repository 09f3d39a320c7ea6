import "server-only";
import type { Tx } from "#lib/db/client";
import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import { type Drop, type Parent, recordsOf } from "./drops.queries.ts";
import { toldText } from "./drops.rules.ts";
import type { EvidenceSaid } from "./schema.ts";

type Saying = {
  said: EvidenceSaid;
  /** The entry that says that it is written. */
  entry: { stream: string; seq: number; hash: string };
  entries: number;
};

/**
 * Each record of the system that tells of anything in the batch is told where it lies: as a message of its own, in
 * its record's order, sent and tried again like any other. The same batch is told once.
 */
export async function tellRecords(tx: Tx, drop: Drop, saying: Saying): Promise<void> {
  if (drop.told === null) return;
  for (const parent of await recordsOf(tx, drop))
    await tellRecord(tx, drop, drop.told, parent, saying);
}

async function tellRecord(
  tx: Tx,
  drop: Drop,
  connector: string,
  parent: Parent,
  { said, entry, entries }: Saying,
): Promise<void> {
  const externalKey = `${parent.key}:d${said.sha256.slice(0, 16)}`;
  const id = derivedId(connector, externalKey);
  const payload = {
    v: 1,
    process: parent.process,
    event: "record.exported",
    entry,
    by: drop.connectorCode,
    at: said.to,
    text: toldText(said, entries),
    evidence: said,
  };
  await tx.$executeRaw`
    insert into deliveries (id, site_id, connector_id, process, rule, rule_version, traveler_id, defect_id, ordering_key,
      operation, external_key, state, priority, payload, payload_sha256, next_at, created_at, updated_at)
    values (${id}::uuid, ${drop.site}::uuid, ${connector}::uuid, ${parent.process}, ${parent.rule},
      ${parent.ruleVersion}, ${parent.traveler}::uuid, ${parent.defect}::uuid, ${parent.key}, 'update', ${externalKey},
      'pending', ${parent.priority}, ${JSON.stringify(payload)}::jsonb,
      ${canonicalSha256(payload as unknown as Canonical)}, clock_timestamp(), clock_timestamp(), clock_timestamp())
    on conflict (connector_id, external_key) do nothing`;
  await tx.$executeRaw`
    insert into delivery_events (delivery_id, stream_id, seq, site_id)
    values (${id}::uuid, ${entry.stream}::uuid, ${entry.seq}, ${drop.site}::uuid) on conflict do nothing`;
  await tx.$executeRaw`
    insert into drop_messages (drop_id, delivery_id, site_id)
    values (${drop.id}::uuid, ${id}::uuid, ${drop.site}::uuid) on conflict do nothing`;
}
