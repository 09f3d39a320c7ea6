import "server-only";
import type { CloudEvent } from "#lib/catalogue/data.schema";
import type { Tx } from "#lib/db/client";
import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import { defectIn, nameOf } from "./heard.rules.ts";
import type { Queued } from "./routing.queries.ts";
import type { Routed, RoutedDelivery, RuleInForce } from "./routing.rules.ts";
import type { RuleContent } from "./rules.schema.ts";

export type Evaluation = {
  stream: string;
  seq: number;
  event: string;
  rule: string;
  version: number;
  site: string;
  outcome: string;
  detail: string | null;
  inputs: string | null;
};

/** What a turn of the router writes: kept together until somebody has to see it, and all of it at its end. */
export type RoutingWrites = {
  evaluated(made: readonly Evaluation[]): void;
  /** What is to be done here waits for a worker, and not for the other system. */
  effect(
    of: Queued,
    rule: RuleInForce,
    event: CloudEvent,
    to: RuleContent["effects"][number],
  ): void;
  routed(of: Queued, rule: RuleInForce, routed: Routed): Promise<void>;
  /** Whoever asks for the last record of a correlation sees what this turn has made under it. */
  settledFor(correlation: string): Promise<void>;
  flush(): Promise<void>;
};

export function newWrites(tx: Tx): RoutingWrites {
  const evaluations: Evaluation[] = [];
  const effects: object[] = [];
  const deliveries: ReturnType<typeof rowOf>[] = [];
  const flush = async () => {
    await keepDeliveries(tx, deliveries.splice(0));
    await keepEffects(tx, effects.splice(0));
    await keepEvaluations(tx, evaluations.splice(0));
  };
  return {
    evaluated: (made) => void evaluations.push(...made),
    effect: (of, rule, event, { kind, reason }) =>
      void effects.push({
        id: derivedId(event.id, `${rule.code}/${kind}`),
        site: of.site,
        stream: of.stream,
        seq: of.seq,
        rule: rule.code,
        version: rule.version,
        kind,
        body: { reason, event: nameOf(event), defect: defectIn(event) },
      }),
    routed: async (of, rule, routed) => {
      if (routed.outcome !== "matched") return;
      if (routed.cancels || routed.joins) await flush();
      if (routed.cancels) await cancelUnsent(tx, of.site, routed.cancels);
      if (routed.joins) await carryToo(tx, of, routed.joins);
      for (const delivery of routed.deliveries) deliveries.push(rowOf(of, rule, delivery));
    },
    settledFor: async (correlation) => {
      if (deliveries.some((one) => one.correlation === correlation)) await flush();
    },
    flush,
  };
}

async function keepEvaluations(tx: Tx, made: readonly Evaluation[]): Promise<void> {
  if (made.length === 0) return;
  await tx.$executeRaw`
    insert into routing_evaluations (stream_id, seq, event, rule, rule_version, site_id, outcome, detail, inputs_sha256, at)
    select stream, seq, event, rule, version, site, outcome, left(detail, 1000), inputs, clock_timestamp()
      from jsonb_to_recordset(${JSON.stringify(made)}::jsonb)
        as made(stream uuid, seq int, event text, rule text, version int, site uuid, outcome text, detail text, inputs text)
    on conflict do nothing`;
}

async function keepEffects(tx: Tx, asked: readonly object[]): Promise<void> {
  if (asked.length === 0) return;
  await tx.$executeRaw`
    insert into routing_effects (id, site_id, stream_id, seq, rule, rule_version, kind, body, state, next_at, created_at)
    select id, site, stream, seq, rule, version, kind, body, 'pending', clock_timestamp(), clock_timestamp()
      from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
        as asked(id uuid, site uuid, stream uuid, seq int, rule text, version int, kind text, body jsonb)
    on conflict (id) do nothing`;
}

/** A create that no worker has taken yet need not be heard of, nor what waits behind it. */
async function cancelUnsent(tx: Tx, site: string, orderingKey: string): Promise<void> {
  await tx.$executeRaw`
    update deliveries set state = 'cancelled', last_result = 'withdrawn before it was sent', updated_at = clock_timestamp()
     where site_id = ${site}::uuid and ordering_key = ${orderingKey} and state in ('pending', 'gated')`;
}

/** The record was told of its first event alone; that this one is of it too stands beside it. */
async function carryToo(tx: Tx, of: Queued, externalKey: string): Promise<void> {
  await tx.$executeRaw`
    insert into delivery_events (delivery_id, stream_id, seq, site_id)
    select d.id, ${of.stream}::uuid, ${of.seq}, d.site_id from deliveries d
     where d.site_id = ${of.site}::uuid and d.external_key = ${externalKey} on conflict do nothing`;
}

const rowOf = (of: Queued, rule: RuleInForce, delivery: RoutedDelivery) => ({
  id: derivedId(delivery.connector, delivery.externalKey),
  site: of.site,
  connector: delivery.connector,
  process: delivery.process,
  rule: rule.code,
  version: rule.version,
  traveler: of.kind === "traveler" ? of.stream : null,
  defect: delivery.defect,
  correlation: delivery.correlation,
  ordering: delivery.orderingKey,
  operation: delivery.operation,
  key: delivery.externalKey,
  state: delivery.state,
  priority: delivery.priority,
  payload: delivery.payload,
  sha256: canonicalSha256(delivery.payload as unknown as Canonical),
  attachment: delivery.attachment,
  stream: of.stream,
  seq: of.seq,
});

/**
 * In the order of the record, which their places follow. The same entry again, from a replay or a restore, finds its
 * delivery there and makes no second one.
 */
async function keepDeliveries(tx: Tx, rows: readonly ReturnType<typeof rowOf>[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRaw`
    with asked as materialized (
      select a.value as row, a.nth from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) with ordinality a(value, nth)),
    said as materialized (
      select r.*, asked.nth from asked cross join lateral jsonb_to_record(asked.row) as r(id uuid, site uuid, connector uuid,
        process text, rule text, version int, traveler uuid, defect uuid, correlation text, ordering text,
        operation text, key text, state text, priority int, payload jsonb, sha256 text, attachment text,
        stream uuid, seq int)),
    made as (
      insert into deliveries (id, site_id, connector_id, process, rule, rule_version, traveler_id, defect_id,
        correlation, ordering_key, operation, external_key, state, priority, payload, payload_sha256, next_at,
        created_at, updated_at)
      select id, site, connector, process, rule, version, traveler, defect, correlation, ordering, operation, key,
        state::delivery_state, priority, payload, sha256, clock_timestamp(), clock_timestamp(), clock_timestamp()
        from said order by nth
      on conflict (connector_id, external_key) do nothing),
    attached as (
      insert into delivery_attachments (delivery_id, sha256, site_id, state)
      select id, attachment, site, 'pending' from said where attachment is not null
      on conflict do nothing)
    insert into delivery_events (delivery_id, stream_id, seq, site_id)
    select id, stream, seq, site from said
    on conflict do nothing`;
}
