import "server-only";
import { forSite } from "#lib/db/client";
import { type Delivery, Prisma } from "#lib/db/generated/client";
import type { Actor } from "#lib/people/schema";
import { retryMax } from "./dead-letters.schema.ts";
import type { DeliveryOperation, DeliveryState } from "./delivery.rules.ts";
import type { Validation } from "./flow.schema.ts";
import { type MessageGroup, messageGroups, statesOf } from "./messages.rules.ts";
import type { FeedProcess } from "./processes.schema.ts";

/** What a message's flow was validated as, by which run, and the hash of how it was configured. */
export type SentOn = { validation: Validation; run: string | null; flowSha256: string };

/** One message to another system, as a line of the monitor. */
export type MessageLine = {
  id: string;
  /** Its place in the order in which messages were made; the list goes on from it. */
  position: string;
  process: FeedProcess;
  operation: DeliveryOperation;
  state: DeliveryState;
  connector: { id: string; name: string };
  traveler: string | null;
  /** Serial or lot, and order, that it is about. */
  unit: string | null;
  order: string | null;
  number: string | null;
  attempts: number;
  lastResult: string | null;
  /** What its flow stood on when it was sent; null: not sent yet. */
  sentOn: SentOn | null;
  createdAt: Date;
  updatedAt: Date;
};

export type MessagesAsked = {
  /** Beginning of a serial, lot, order, part, number in the other system, or a whole key or event id. */
  search: string;
  group: MessageGroup;
  connector: string | null;
  from: { way: "after" | "before"; position: string } | null;
};
export type MessagesFound = {
  lines: MessageLine[];
  previous: string | null;
  next: string | null;
};

export const MESSAGES_PER_PAGE = 50;
export const MESSAGES_COUNTED_MAX = 1000;

/** Above every text that begins so: they are compared by their bytes. */
const beyond = (beginning: string): string => `${beginning}\u{10FFFF}`;

/** What a search for messages finds, of a delivery d. */
export function matching(actor: Actor, search: string): Prisma.Sql {
  const asked = search.trim();
  if (asked === "") return Prisma.sql`true`;
  const key = asked.toLowerCase();
  return Prisma.sql`(
    d.traveler_id in (select k.traveler_id from traveler_keys k
      where k.site_id = ${actor.site}::uuid and k.key >= ${key} and k.key < ${beyond(key)})
    or d.external_number = ${asked} or d.external_number = ${asked.toUpperCase()}
    or d.external_key = ${asked} or d.ordering_key = ${asked}
    or d.external_key = ${`buyoff:${actor.site}:EVENT:${key}`})`;
}

const inGroup = (group: MessageGroup): Prisma.Sql => {
  const states = statesOf(group);
  return states === null
    ? Prisma.sql`true`
    : Prisma.sql`d.state = any(${states as string[]}::delivery_state[])`;
};

/** The newest first, a page at a time: however many come meanwhile, nothing is seen twice or passed over. */
export async function messagesFound(actor: Actor, ask: MessagesAsked): Promise<MessagesFound> {
  const { from } = ask;
  const isBack = from?.way === "before";
  const direction = Prisma.raw(isBack ? "asc" : "desc");
  const place =
    from === null
      ? Prisma.empty
      : Prisma.sql`and d.position ${Prisma.raw(isBack ? ">" : "<")} ${from.position}::bigint`;
  const rows = await forSite(actor.site).$queryRaw<MessageLine[]>`
    select d.id, d.position::text as position, d.process, d.operation, d.state::text as state,
      jsonb_build_object('id', c.id, 'name', c.name) as connector, d.traveler_id as traveler,
      coalesce(t.serial, t.lot) as unit, t.work_order as "order", d.external_number as number,
      d.attempts, d.last_result as "lastResult", case when d.validation is not null then jsonb_build_object(
        'validation', d.validation, 'run', d.validation_run, 'flowSha256', d.flow_sha256) end as "sentOn", d.created_at as "createdAt", d.updated_at as "updatedAt"
    from deliveries d
    join connectors c on c.id = d.connector_id
    left join travelers t on t.id = d.traveler_id
    where d.site_id = ${actor.site}::uuid and ${inGroup(ask.group)} and ${matching(actor, ask.search)}
      and (${ask.connector}::uuid is null or d.connector_id = ${ask.connector}::uuid) ${place}
    order by d.position ${direction}
    limit ${MESSAGES_PER_PAGE + 1}`;
  const hasMore = rows.length > MESSAGES_PER_PAGE;
  if (isBack && !hasMore) return messagesFound(actor, { ...ask, from: null });
  const page = rows.slice(0, MESSAGES_PER_PAGE);
  if (isBack) page.reverse();
  return {
    lines: page,
    previous: from === null ? null : (page[0]?.position ?? null),
    next: hasMore || isBack ? (page.at(-1)?.position ?? null) : null,
  };
}

/** What would be sent again: the oldest first, without what a second person has to decide on. */
export type Stopped = { ids: string[]; reasons: { reason: string; count: number }[] };

export async function stoppedFor(
  actor: Actor,
  ask: Pick<MessagesAsked, "search" | "connector">,
): Promise<Stopped> {
  const rows = await forSite(actor.site).$queryRaw<{ id: string; reason: string }[]>`
    select d.id, coalesce(d.last_result, '') as reason from deliveries d
    where d.site_id = ${actor.site}::uuid and ${inGroup("stopped")} and ${matching(actor, ask.search)}
      and d.discard_asked_by is null and (d.external_id is null or d.operation = 'create')
      and (${ask.connector}::uuid is null or d.connector_id = ${ask.connector}::uuid)
    order by d.position limit ${retryMax}`;
  const reasons = [...Map.groupBy(rows, ({ reason }) => reason)]
    .map(([reason, of]) => ({ reason, count: of.length }))
    .sort((a, b) => b.count - a.count);
  return { ids: rows.map(({ id }) => id), reasons };
}

/** How many each group would show for the same search; more than MESSAGES_COUNTED_MAX are not counted. */
export async function messagesCounted(
  actor: Actor,
  ask: Pick<MessagesAsked, "search" | "connector">,
): Promise<Record<MessageGroup, number>> {
  const counted = (group: MessageGroup) => Prisma.sql`
    (select count(*)::int from (select from deliveries d
      where d.site_id = ${actor.site}::uuid and ${inGroup(group)} and ${matching(actor, ask.search)}
        and (${ask.connector}::uuid is null or d.connector_id = ${ask.connector}::uuid)
      limit ${MESSAGES_COUNTED_MAX + 1}) c) as ${Prisma.raw(group)}`;
  const [counts] = await forSite(actor.site).$queryRaw<Record<MessageGroup, number>[]>`
    select ${Prisma.join(messageGroups.map(counted))}`;
  if (!counts) throw new Error("a count without a row");
  return counts;
}

/** How a system that hears from us stands now. */
export type ConnectorHealth = {
  id: string;
  code: string;
  name: string;
  status: string;
  statusNote: string | null;
  /** It asked us to wait until then, or does not answer and is asked again then; null: nothing holds up. */
  waitsUntil: Date | null;
  doesNotAnswer: boolean;
  waiting: number;
  oldestWaiting: Date | null;
  stopped: number;
  /** Arrived in the last 24 hours. */
  done: number;
};

export const connectorsHealth = (actor: Actor): Promise<ConnectorHealth[]> =>
  forSite(actor.site).$queryRaw<ConnectorHealth[]>`
    select c.id, c.code, c.name, c.status, c.status_note as "statusNote",
      case when greatest(c.paused_until, c.open_until) > clock_timestamp()
        then greatest(c.paused_until, c.open_until) end as "waitsUntil",
      c.open_until is not null as "doesNotAnswer",
      w.waiting, w.oldest as "oldestWaiting", w.stopped, r.done
    from connectors c
    cross join lateral (
      select count(*) filter (where d.state in ('pending', 'gated', 'sending', 'outcome_unknown'))::int as waiting,
        min(d.created_at) filter (where d.state in ('pending', 'gated', 'sending', 'outcome_unknown')) as oldest,
        count(*) filter (where d.state in ('parked', 'dead'))::int as stopped
      from deliveries d where d.connector_id = c.id and d.site_id = c.site_id and d.done_at is null) w
    cross join lateral (
      select count(*)::int as done from deliveries d
      where d.connector_id = c.id and d.site_id = c.site_id and d.done_at > clock_timestamp() - interval '24 hours'
        and d.state not in ('cancelled', 'superseded')) r
    where c.site_id = ${actor.site}::uuid and c.status <> 'retired'
    order by c.name`;

/** One hour of the feed: what came, what was done, what failed, and what waited at its end. */
export type FeedHour = {
  /** Its end. */
  at: Date;
  made: number;
  done: number;
  /** Answers that were neither done nor "not there". */
  failed: number;
  /** Not done at its end, and how long the oldest of them had waited by then, in seconds. */
  waiting: number;
  oldestSeconds: number;
};

/** The last 24 hours, the oldest first; the last one ends now. */
export const feedHours = (actor: Actor): Promise<FeedHour[]> =>
  forSite(actor.site).$queryRaw<FeedHour[]>`
    with hours as (
      select clock_timestamp() - n * interval '1 hour' as ends from generate_series(23, 0, -1) n)
    select h.ends as at,
      (select count(*)::int from deliveries d where d.site_id = ${actor.site}::uuid
        and d.created_at > h.ends - interval '1 hour' and d.created_at <= h.ends) as made,
      (select count(*)::int from deliveries d where d.site_id = ${actor.site}::uuid
        and d.done_at > h.ends - interval '1 hour' and d.done_at <= h.ends
        and d.state not in ('cancelled', 'superseded')) as done,
      (select count(*)::int from delivery_attempts a where a.site_id = ${actor.site}::uuid
        and a.started_at > h.ends - interval '1 hour' and a.started_at <= h.ends
        and a.classification not in ('done', 'not_found')) as failed,
      w.waiting, w."oldestSeconds"
    from hours h
    cross join lateral (
      select count(*)::int as waiting,
        coalesce(extract(epoch from h.ends - min(d.created_at)), 0)::int as "oldestSeconds"
      from deliveries d where d.site_id = ${actor.site}::uuid and d.created_at <= h.ends
        and (d.done_at is null or d.done_at > h.ends)) w
    order by h.ends`;

/** An entry of the record that a message carries, and what the rules made of it. */
export type MessageEvent = {
  stream: string;
  seq: number;
  type: string;
  at: Date;
  isTraveler: boolean;
};

/** What it said before somebody changed it; null for a reason that retention has disposed of. */
export type MessageEdit = {
  id: string;
  name: string;
  at: Date;
  reason: string | null;
  before: unknown;
};

export type MessageRecord = {
  externalId: string;
  number: string;
  status: string;
  version: string;
  url: string;
  seenAt: Date;
  appliedVersion: string | null;
  appliedNote: string | null;
};

/** Everything about one message but its attempts. */
export type Message = {
  line: MessageLine;
  connector: { id: string; code: string; name: string; status: string; statusNote: string | null };
  rule: { name: string; version: number };
  defect: string | null;
  externalKey: string;
  orderingKey: string;
  externalId: string | null;
  payload: unknown;
  payloadSha256: string;
  nextAt: Date;
  doneAt: Date | null;
  events: readonly MessageEvent[];
  /** Of the same key, in order, without itself. */
  others: readonly Pick<MessageLine, "id" | "operation" | "state" | "updatedAt">[];
  record: MessageRecord | null;
  /** Somebody asks that it is not sent; a second person decides. */
  discard: { by: string; name: string; at: Date; reason: string | null } | null;
  edits: readonly MessageEdit[];
};

const sentOn = (
  row: Pick<Delivery, "validation" | "validationRun" | "flowSha256">,
): SentOn | null =>
  row.validation === null || row.flowSha256 === null
    ? null
    : {
        validation: row.validation as Validation,
        run: row.validationRun,
        flowSha256: row.flowSha256,
      };

export async function messageOf(actor: Actor, id: string): Promise<Message | null> {
  const site = forSite(actor.site);
  const row = await site.delivery.findFirst({ where: { id, siteId: actor.site } });
  if (!row) return null;
  const [connector, traveler, events, others, record, asked, edits] = await Promise.all([
    site.connector.findUnique({
      where: { id: row.connectorId },
      select: { id: true, code: true, name: true, status: true, statusNote: true },
    }),
    row.travelerId === null
      ? null
      : site.traveler.findUnique({
          where: { id: row.travelerId },
          select: { serial: true, lot: true, workOrder: true },
        }),
    site.$queryRaw<MessageEvent[]>`
      select e.stream_id as stream, e.seq, e.type, e.occurred_at as at, s.kind = 'traveler' as "isTraveler"
        from delivery_events v
        join entries e on e.stream_id = v.stream_id and e.seq = v.seq
        join streams s on s.id = v.stream_id
       where v.delivery_id = ${id}::uuid order by e.stream_id, e.seq`,
    site.delivery.findMany({
      where: { connectorId: row.connectorId, orderingKey: row.orderingKey, id: { not: id } },
      select: { id: true, operation: true, state: true, updatedAt: true },
      orderBy: { position: "asc" },
      take: 100,
    }),
    row.externalId === null
      ? null
      : site.externalRecord.findUnique({
          where: {
            connectorId_externalId: { connectorId: row.connectorId, externalId: row.externalId },
          },
        }),
    site.$queryRaw<NonNullable<Message["discard"]>[]>`
      select d.discard_asked_by as by, p.name, d.discard_asked_at as at, t.text as reason
        from deliveries d join people p on p.id = d.discard_asked_by
        left join text_blobs t on t.site_id = d.site_id and t.sha256 = d.discard_reason_sha256
       where d.id = ${id}::uuid`,
    site.$queryRaw<MessageEdit[]>`
      select e.id, p.name, e.at, t.text as reason, e.before
        from delivery_edits e join people p on p.id = e.by
        left join text_blobs t on t.site_id = e.site_id and t.sha256 = e.reason_sha256
       where e.delivery_id = ${id}::uuid order by e.at`,
  ]);
  if (!connector) throw new Error(`connector ${row.connectorId} is gone`);
  const { rule, ruleVersion, externalKey, orderingKey, externalId, payload, payloadSha256 } = row;
  return {
    line: {
      id,
      position: row.position.toString(),
      process: row.process as FeedProcess,
      operation: row.operation as DeliveryOperation,
      state: row.state,
      connector,
      traveler: row.travelerId,
      unit: traveler?.serial ?? traveler?.lot ?? null,
      order: traveler?.workOrder ?? null,
      number: row.externalNumber,
      attempts: row.attempts,
      lastResult: row.lastResult,
      sentOn: sentOn(row),
      createdAt: row.createdAt,
      updatedAt: row.updatedAt,
    },
    connector,
    rule: { name: rule, version: ruleVersion },
    defect: row.defectId,
    externalKey,
    orderingKey,
    externalId,
    payload,
    payloadSha256,
    nextAt: row.nextAt,
    doneAt: row.doneAt,
    events,
    others: others.map((other) => ({ ...other, operation: other.operation as DeliveryOperation })),
    record,
    discard: asked[0] ?? null,
    edits,
  };
}
