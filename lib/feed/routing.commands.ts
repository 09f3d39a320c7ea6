import "server-only";
import { inTransaction, type Tx } from "#lib/db/client";
import type { Canonical } from "#lib/kit/canonical";
import { canonicalSha256 } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import { entryLine } from "#lib/record/schema";
import { connectorFor } from "./connector.queries.ts";
import { tellLive } from "./live.commands.ts";
import { changesBySite } from "./live.rules.ts";
import { factsFor, type Queued, queued } from "./routing.queries.ts";
import { isHeard, type Routed, type RoutedDelivery, route, rule } from "./routing.rules.ts";

/** Any constant will do; routers take turns by it, so that deliveries of one key keep the record's order. */
const routerLock = 20_260_302;

/**
 * Takes the next entries, and writes what the rule made of each, the deliveries and the end of their
 * place in the queue together: an entry is evaluated once, or is still in the queue. Returns how many.
 */
export function routeQueued(origin: string, limit = 200): Promise<number> {
  return inTransaction(async (tx) => {
    const [lock] = await tx.$queryRaw<{ mine: boolean }[]>`
      select pg_try_advisory_xact_lock(${routerLock}) as mine`;
    if (!lock?.mine) return 0;
    const entries = await queued(tx, limit);
    if (entries.length === 0) return 0;
    await passOver(
      tx,
      entries.filter((entry) => !isHeard(entry)),
    );
    for (const entry of entries.filter(isHeard)) await routeOne(tx, entry, origin);
    await tx.routingQueue.deleteMany({ where: { id: { in: entries.map(({ id }) => id) } } });
    for (const [site, change] of changesBySite(entries)) await tellLive(tx, site, change);
    return entries.length;
  });
}

/** Nine of ten entries are of a kind that no rule hears: all of those in one statement. */
async function passOver(tx: Tx, entries: readonly Queued[]): Promise<void> {
  const { name, version } = rule;
  const passed = entries.map(({ stream, seq, site, type }) => ({ stream, seq, site, type }));
  await tx.$executeRaw`
    insert into routing_evaluations (stream_id, seq, rule, rule_version, site_id, outcome, detail, at)
    select stream, seq, ${name}, ${version}::int, site, 'not_matched', type, clock_timestamp()
      from jsonb_to_recordset(${JSON.stringify(passed)}::jsonb)
        as passed(stream uuid, seq int, site uuid, type text)
    on conflict do nothing`;
}

async function routeOne(tx: Tx, of: Queued, origin: string): Promise<void> {
  const routed = await evaluated(tx, of, origin);
  const written = routed.outcome === "matched" ? await deliver(tx, of, routed) : routed;
  await tx.$executeRaw`
    insert into routing_evaluations (stream_id, seq, rule, rule_version, site_id, outcome, detail, at)
    values (${of.stream}::uuid, ${of.seq}, ${rule.name}, ${rule.version}, ${of.site}::uuid,
      ${written.outcome}, ${written.detail}, clock_timestamp())
    on conflict do nothing`;
}

/** An entry that can't be read is an error on record, never "no match", and holds up nobody else. */
async function evaluated(tx: Tx, of: Queued, origin: string): Promise<Routed> {
  const entry = entryLine.safeParse(JSON.parse(of.line));
  if (!entry.success) return { outcome: "error", detail: "the entry's line can't be read" };
  return route(entry.data, await factsFor(tx, of, entry.data, origin));
}

async function deliver(
  tx: Tx,
  of: Queued,
  routed: Routed & { outcome: "matched" },
): Promise<{ outcome: "matched" | "error"; detail: string | null }> {
  const connector = await connectorFor(tx, of.site, "NCR");
  if (!connector) return { outcome: "error", detail: "this site has no connector for NCR" };
  if (routed.withdraws && (await cancelUnsent(tx, connector, routed.delivery.orderingKey))) {
    return { outcome: "matched", detail: "withdrawn before anything was sent" };
  }
  await saveDelivery(tx, of, connector, routed.delivery);
  return { outcome: "matched", detail: null };
}

/** A create that no worker has taken yet need not be heard of: fence 0 says that none ever has. */
async function cancelUnsent(tx: Tx, connector: string, orderingKey: string): Promise<boolean> {
  const cancelled = await tx.$executeRaw`
    update deliveries set state = 'cancelled', last_result = 'withdrawn before it was sent', updated_at = clock_timestamp()
     where connector_id = ${connector}::uuid and ordering_key = ${orderingKey}
       and operation = 'create' and state = 'pending' and fence = 0`;
  if (cancelled === 0) return false;
  await tx.$executeRaw`
    update deliveries set state = 'cancelled', last_result = 'withdrawn before it was sent', updated_at = clock_timestamp()
     where connector_id = ${connector}::uuid and ordering_key = ${orderingKey} and state = 'pending'`;
  return true;
}

/** The same entry again, from a replay or a restore, finds its delivery there and makes no second one. */
async function saveDelivery(
  tx: Tx,
  of: Queued,
  connector: string,
  delivery: RoutedDelivery,
): Promise<void> {
  const id = derivedId(connector, delivery.externalKey);
  const payload = JSON.stringify(delivery.payload);
  await tx.$executeRaw`
    insert into deliveries (id, site_id, connector_id, process, rule, rule_version, traveler_id, defect_id, ordering_key,
      operation, external_key, state, payload, payload_sha256, next_at, created_at, updated_at)
    values (${id}::uuid, ${of.site}::uuid, ${connector}::uuid, ${delivery.payload.process}, ${rule.name},
      ${rule.version}, ${of.stream}::uuid,
      ${delivery.defect}::uuid, ${delivery.orderingKey}, ${delivery.operation}, ${delivery.externalKey}, 'pending',
      ${payload}::jsonb, ${canonicalSha256(delivery.payload as Canonical)},
      clock_timestamp(), clock_timestamp(), clock_timestamp())
    on conflict (connector_id, external_key) do nothing`;
  await tx.$executeRaw`
    insert into delivery_events (delivery_id, stream_id, seq, site_id)
    values (${id}::uuid, ${of.stream}::uuid, ${of.seq}, ${of.site}::uuid) on conflict do nothing`;
  if (!("sha256" in delivery.payload)) return;
  await tx.$executeRaw`
    insert into delivery_attachments (delivery_id, sha256, site_id, state)
    values (${id}::uuid, ${delivery.payload.sha256}, ${of.site}::uuid, 'pending') on conflict do nothing`;
}
