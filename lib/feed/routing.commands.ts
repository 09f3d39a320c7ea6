import "server-only";
import type { CloudEvent, EventName } from "#lib/catalogue/data.schema";
import { inTransaction, type Tx } from "#lib/db/client";
import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import { derivedId } from "#lib/kit/ids";
import { feedRuleErrors } from "#lib/kit/metrics";
import { type EntryLine, entryLine } from "#lib/record/schema";
import { eventsFor } from "./events.queries.ts";
import { defectIn, nameOf } from "./heard.rules.ts";
import { tellLive } from "./live.commands.ts";
import { changesBySite } from "./live.rules.ts";
import {
  type ApprovedRule,
  approvedRules,
  evaluatedBefore,
  evaluationKey,
  latestRecord,
  loggingEntry,
  type Queued,
  queued,
  recordsOfLot,
} from "./routing.queries.ts";
import {
  effectsOf,
  inputsSha256,
  isListening,
  namesHeard,
  type Routed,
  type RoutedDelivery,
  type RuleInForce,
  routeEvent,
} from "./routing.rules.ts";
import { inForceAt } from "./rules.rules.ts";

/** Any constant will do; routers take turns by it, so that deliveries of one key keep the record's order. */
export const routerLock = 20_260_302;

/** An entry with the rules that listen to it, in force when it was recorded. */
type Heard = { of: Queued; rules: readonly RuleInForce[] };

type Evaluation = {
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

/**
 * Takes the next entries, and writes what the rules made of each, the deliveries and the end of their
 * place in the queue together: an entry is evaluated once, or is still in the queue. Returns how many.
 * Nine of ten entries are of a kind that no rule listens to: nothing is made of those, nor read for them. A turn
 * that takes long ends with what it has done: on a busy machine all of it might outlast its transaction, each time anew.
 */
export function routeQueued(origin: string, limit = 200, turnMs = 5_000): Promise<number> {
  return inTransaction(async (tx) => {
    const [lock] = await tx.$queryRaw<{ mine: boolean }[]>`
      select pg_try_advisory_xact_lock(${routerLock}) as mine`;
    if (!lock?.mine) return 0;
    const entries = await queued(tx, limit);
    if (entries.length === 0) return 0;
    const rules = await approvedRules(tx, [...new Set(entries.map(({ site }) => site))]);
    const heard = entries.flatMap((of) => listenersTo(of, rules.get(of.site) ?? []));
    const before =
      heard.length > 0
        ? await evaluatedBefore(
            tx,
            heard.map(({ of }) => of),
          )
        : new Set<string>();
    const endsAt = performance.now() + turnMs;
    let rest: Queued | undefined;
    for (const one of heard) {
      if (one !== heard[0] && performance.now() >= endsAt) {
        rest = one.of;
        break;
      }
      await keepEvaluations(tx, await routeOne(tx, one, origin, before));
    }
    const done = rest ? entries.slice(0, entries.indexOf(rest)) : entries;
    await tx.routingQueue.deleteMany({ where: { id: { in: done.map(({ id }) => id) } } });
    for (const [site, change] of changesBySite(done)) await tellLive(tx, site, change);
    return done.length;
  });
}

function listenersTo(of: Queued, rules: readonly ApprovedRule[][]): Heard[] {
  const names = namesHeard(of.kind, of.type);
  if (names.length === 0) return [];
  const listening = rules.flatMap((versions) => {
    const inForce = inForceAt(versions, of.recordedAt);
    return inForce && isListening(inForce.content, names) ? [inForce] : [];
  });
  return listening.length > 0 ? [{ of, rules: listening }] : [];
}

/** An entry that can't be read is an error on record of each rule that listens, never "no match", and holds up nobody else. */
async function routeOne(
  tx: Tx,
  { of, rules }: Heard,
  origin: string,
  before: ReadonlySet<string>,
): Promise<Evaluation[]> {
  const made: Evaluation[] = [];
  const entry = entryLine.safeParse(JSON.parse(of.line));
  const heard = disclosed(tx, of, origin);
  for (const rule of rules) {
    const note = (
      event: string,
      { outcome, detail }: Pick<Routed, "outcome" | "detail">,
      inputs: string | null,
    ) => {
      if (outcome === "error") feedRuleErrors.inc({ rule: rule.code });
      made.push({
        stream: of.stream,
        seq: of.seq,
        event,
        rule: rule.code,
        version: rule.version,
        site: of.site,
        outcome,
        detail,
        inputs,
      });
    };
    const isDone = (event: string) =>
      before.has(evaluationKey(of.stream, of.seq, event, rule.code));
    if (!entry.success) {
      if (!isDone(""))
        note("", { outcome: "error", detail: "the entry's line can't be read" }, null);
      continue;
    }
    const events = await heard(entry.data, rule);
    if (typeof events === "string") {
      if (!isDone("")) note("", { outcome: "error", detail: events }, null);
      continue;
    }
    for (const event of events.filter((one) => isListening(rule.content, [nameOf(one)]))) {
      if (isDone(nameOf(event))) continue;
      const from = await originOf(tx, of, event, rule, origin);
      if (!from) {
        note(
          nameOf(event),
          { outcome: "error", detail: `no entry logs defect ${defectIn(event)}` },
          null,
        );
        continue;
      }
      const routed = await routeEvent({
        event,
        origin: from,
        rule,
        site: of.site,
        latest: (correlation) => latestRecord(tx, of.site, correlation),
        ofLot: (at) => recordsOfLot(tx, of.site, rule.code, at),
        now: Date.now,
      });
      await doHere(tx, of, rule, event, routed);
      note(
        nameOf(event),
        await written(tx, of, rule, routed),
        inputsSha256({ event, origin: from, rule }),
      );
    }
  }
  return made;
}

/**
 * The events of an entry, or why there are none. A record that can't be read is an error of its own entries; where
 * it was the database that failed, the transaction fails with the next statement and is done again.
 */
export async function eventsOrWhy(
  tx: Tx,
  of: Pick<Queued, "site" | "hash">,
  entry: EntryLine,
  to: Parameters<typeof eventsFor>[3],
): Promise<readonly CloudEvent[] | string> {
  try {
    const events = await eventsFor(tx, of, entry, to);
    return events.ok ? events.value : events.error.detail;
  } catch (problem) {
    return `no event can be made of it: ${String(problem)}`;
  }
}

/** The events of an entry, once for each that receivers may have of people and words. */
function disclosed(tx: Tx, of: Queued, origin: string) {
  const made = new Map<string, readonly CloudEvent[] | string>();
  return async (
    entry: EntryLine,
    { content }: RuleInForce,
  ): Promise<readonly CloudEvent[] | string> => {
    const key = JSON.stringify(content.discloses);
    const known = made.get(key);
    if (known) return known;
    const events = await eventsOrWhy(tx, of, entry, { origin, discloses: content.discloses });
    made.set(key, events);
    return events;
  };
}

/** What an event that names a defect is about: the event that logged it. Any other event is about itself. */
export async function originOf(
  tx: Tx,
  of: Pick<Queued, "site" | "stream">,
  event: CloudEvent,
  rule: Pick<RuleInForce, "content">,
  origin: string,
): Promise<CloudEvent | null> {
  const defect = defectIn(event);
  const name: EventName = nameOf(event);
  if (defect === null || name === "defect.logged" || rule.content.process === "EVENTS")
    return event;
  const row = await loggingEntry(tx, of.stream, defect);
  const entry = row ? entryLine.safeParse(JSON.parse(row.line)) : null;
  if (!row || !entry?.success) return null;
  const events = await eventsOrWhy(tx, { site: of.site, hash: row.hash }, entry.data, {
    origin,
    discloses: rule.content.discloses,
  });
  return typeof events === "string"
    ? null
    : (events.find((one) => nameOf(one) === "defect.logged") ?? null);
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

/** What is to be done here waits for a worker, and not for the other system. */
async function doHere(
  tx: Tx,
  of: Queued,
  rule: RuleInForce,
  event: CloudEvent,
  routed: Routed,
): Promise<void> {
  for (const effect of effectsOf(rule, event, routed)) {
    const id = derivedId(event.id, `${rule.code}/${effect.kind}`);
    const body = JSON.stringify({
      reason: effect.reason,
      event: nameOf(event),
      defect: defectIn(event),
    });
    await tx.$executeRaw`
      insert into routing_effects (id, site_id, stream_id, seq, rule, rule_version, kind, body, state, next_at, created_at)
      values (${id}::uuid, ${of.site}::uuid, ${of.stream}::uuid, ${of.seq}, ${rule.code}, ${rule.version},
        ${effect.kind}, ${body}::jsonb, 'pending', clock_timestamp(), clock_timestamp())
      on conflict (id) do nothing`;
  }
}

async function written(
  tx: Tx,
  of: Queued,
  rule: RuleInForce,
  routed: Routed,
): Promise<Pick<Routed, "outcome" | "detail">> {
  if (routed.outcome !== "matched") return routed;
  if (routed.cancels) await cancelUnsent(tx, of.site, routed.cancels);
  if (routed.joins) await carryToo(tx, of, routed.joins);
  for (const delivery of routed.deliveries) await saveDelivery(tx, of, rule, delivery);
  return routed;
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

/** The same entry again, from a replay or a restore, finds its delivery there and makes no second one. */
async function saveDelivery(
  tx: Tx,
  of: Queued,
  rule: RuleInForce,
  delivery: RoutedDelivery,
): Promise<void> {
  const id = derivedId(delivery.connector, delivery.externalKey);
  const payload = JSON.stringify(delivery.payload);
  await tx.$executeRaw`
    insert into deliveries (id, site_id, connector_id, process, rule, rule_version, traveler_id, defect_id, correlation,
      ordering_key, operation, external_key, state, priority, payload, payload_sha256, next_at, created_at, updated_at)
    values (${id}::uuid, ${of.site}::uuid, ${delivery.connector}::uuid, ${delivery.process}, ${rule.code},
      ${rule.version}, ${of.kind === "traveler" ? of.stream : null}::uuid, ${delivery.defect}::uuid,
      ${delivery.correlation}, ${delivery.orderingKey}, ${delivery.operation}, ${delivery.externalKey},
      ${delivery.state}::delivery_state, ${delivery.priority}, ${payload}::jsonb, ${canonicalSha256(delivery.payload as unknown as Canonical)},
      clock_timestamp(), clock_timestamp(), clock_timestamp())
    on conflict (connector_id, external_key) do nothing`;
  await tx.$executeRaw`
    insert into delivery_events (delivery_id, stream_id, seq, site_id)
    values (${id}::uuid, ${of.stream}::uuid, ${of.seq}, ${of.site}::uuid) on conflict do nothing`;
  if (delivery.attachment === null) return;
  await tx.$executeRaw`
    insert into delivery_attachments (delivery_id, sha256, site_id, state)
    values (${id}::uuid, ${delivery.attachment}, ${of.site}::uuid, 'pending') on conflict do nothing`;
}
