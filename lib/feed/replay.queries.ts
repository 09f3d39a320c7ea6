import "server-only";
import { forSite, type Tx } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import { type Instant, instantIn } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { DeliveryOperation } from "./delivery.rules.ts";
import { matching } from "./messages.queries.ts";
import type { FeedProcess } from "./processes.schema.ts";
import {
  type Named,
  type Replayable,
  type ReplayEffect,
  type ReplayLeft,
  replayOf,
} from "./replay.rules.ts";
import { type ReplayAsked, replayMax } from "./replay.schema.ts";

/** The moment of a minute by the plant's clocks; one that they skip is the next that they show. */
export function momentOf(zone: string, minute: string): Instant {
  const [day = "", clock = ""] = minute.split("T");
  const [hours = "0", minutes = "0"] = clock.split(":");
  const ofDay = Number(hours) * 60 + Number(minutes);
  for (let skipped = 0; skipped < 180; skipped += 15) {
    const at = instantIn(zone, day, ofDay + skipped);
    if (at !== null) return at;
  }
  return `${minute}:00.000Z`;
}

export type Candidate = Replayable & { id: string; process: FeedProcess; traveler: string | null };

function isAsked(actor: Actor, zone: string, asked: ReplayAsked): Prisma.Sql {
  const said = asked.said.toLowerCase();
  return Prisma.sql`d.site_id = ${actor.site}::uuid and d.connector_id = ${asked.connector}::uuid
    and d.created_at >= ${momentOf(zone, asked.from)}::timestamptz
    and d.created_at < ${momentOf(zone, asked.to)}::timestamptz
    and ${matching(actor, asked.search)} and (${asked.rule} = '' or d.rule = ${asked.rule})
    and (${said} = '' or position(${said} in lower(coalesce(d.last_result, ''))) > 0)`;
}

const candidate = Prisma.sql`d.id, d.process, d.operation, d.state::text as state, d.external_id as "externalId",
  d.traveler_id as traveler, d.last_result as "lastResult", d.discard_asked_by as "discardAskedBy",
  exists (select from external_records r where r.connector_id = d.connector_id
    and r.external_id = d.external_id and r.gone_at is not null) as "isGone",
  d.operation = 'create' and d.external_id is null
    and exists (select from connectors c where c.id = d.connector_id and c.config->>'dedupe' = 'none')
    and exists (select from delivery_attempts a where a.delivery_id = d.id and a.act = 'create'
      and (a.ended_at is null or a.classification = 'unknown')) as "isInDoubt"`;

/** Those of the asked ones that were shown, held until the end of the transaction, in their order. */
export const askedForUpdate = (
  tx: Tx,
  actor: Actor,
  zone: string,
  asked: ReplayAsked,
  shown: readonly string[],
): Promise<Candidate[]> =>
  tx.$queryRaw<Candidate[]>`
    select ${candidate} from deliveries d
     where d.id = any(${[...shown]}::uuid[]) and ${isAsked(actor, zone, asked)}
     order by d.position for update of d`;

/** So many messages of a kind, and what would happen to them. */
export type ReplayLine = {
  process: FeedProcess;
  operation: DeliveryOperation;
  what: { effect: ReplayEffect } | { left: ReplayLeft };
  count: number;
};

export type ReplayPreview = {
  lines: ReplayLine[];
  /** What would be sent again, the oldest first. */
  deliveries: string[];
  /** Stopped and not there: may be asked not to be sent. */
  discardable: string[];
  /** Somebody else has asked for it: the reader may decide. */
  undecided: string[];
  /** There are more than one act takes; these are the oldest. */
  isMore: boolean;
};

/** What sending these again would do, before anything goes. */
export async function replayPreview(
  actor: Actor,
  zone: string,
  asked: ReplayAsked,
  named: Named,
): Promise<ReplayPreview> {
  const rows = await forSite(actor.site).$queryRaw<Candidate[]>`
    select ${candidate} from deliveries d where ${isAsked(actor, zone, asked)}
     order by d.position limit ${replayMax + 1}`;
  const found = rows.slice(0, replayMax);
  const isStopped = ({ state }: Candidate) => state === "parked" || state === "dead";
  const judged = found.map((of) => ({ of, what: replayOf(of, named) }));
  const lines = new Map<string, ReplayLine>();
  for (const { of, what } of judged) {
    const said = "effect" in what ? { effect: what.effect } : what;
    const key = [of.process, of.operation, ...Object.entries(said)].join("/");
    const { process, operation } = of;
    lines.set(key, { process, operation, what: said, count: (lines.get(key)?.count ?? 0) + 1 });
  }
  return {
    lines: [...lines.values()].sort((a, b) => b.count - a.count),
    deliveries: judged.filter(({ what }) => "effect" in what).map(({ of }) => of.id),
    discardable: found
      .filter((of) => isStopped(of) && of.externalId === null && of.discardAskedBy === null)
      .map(({ id }) => id),
    undecided: found
      .filter((of) => isStopped(of) && ![null, actor.id].includes(of.discardAskedBy))
      .map(({ id }) => id),
    isMore: rows.length > replayMax,
  };
}

export type ReplayShown = {
  id: string;
  connector: string;
  name: string;
  at: Date;
  /** Null: retention has disposed of it. */
  reason: string | null;
  asked: ReplayAsked & { also: string[] };
  replayed: number;
  leftAlone: number;
  /** Of those that were sent again: how many are under way, and how many stand still. */
  waiting: number;
  stopped: number;
};

/** The last ones, with how far each is. */
export const replaysShown = (actor: Actor, limit = 20): Promise<ReplayShown[]> =>
  forSite(actor.site).$queryRaw<ReplayShown[]>`
    select r.id, c.name as connector, p.name, r.at, t.text as reason, r.asked, r.replayed, r.left_alone as "leftAlone",
      n.waiting, n.stopped
    from replays r
    join connectors c on c.id = r.connector_id
    join people p on p.id = r.by
    left join text_blobs t on t.site_id = r.site_id and t.sha256 = r.reason_sha256
    cross join lateral (
      select count(*) filter (where d.state in ('pending', 'gated', 'sending', 'outcome_unknown', 'delivered'))::int as waiting,
        count(*) filter (where d.state in ('parked', 'dead'))::int as stopped
      from replayed_deliveries v join deliveries d on d.id = v.delivery_id where v.replay_id = r.id) n
    where r.site_id = ${actor.site}::uuid
    order by r.at desc limit ${limit}`;

/** The rules by which anything was ever sent there. */
export async function replayRules(actor: Actor): Promise<string[]> {
  const rows = await forSite(actor.site).routingRule.findMany({
    where: { siteId: actor.site },
    select: { code: true },
    orderBy: { code: "asc" },
  });
  return rows.map(({ code }) => code);
}

/** One time that a message was sent again. */
export type MessageReplay = {
  id: string;
  name: string;
  at: Date;
  reason: string | null;
  effect: ReplayEffect;
  was: string;
};

export const replaysOfMessage = (actor: Actor, delivery: string): Promise<MessageReplay[]> =>
  forSite(actor.site).$queryRaw<MessageReplay[]>`
    select r.id, p.name, r.at, t.text as reason, v.effect, v.was
      from replayed_deliveries v
      join replays r on r.id = v.replay_id
      join people p on p.id = r.by
      left join text_blobs t on t.site_id = r.site_id and t.sha256 = r.reason_sha256
     where v.delivery_id = ${delivery}::uuid and v.site_id = ${actor.site}::uuid
     order by r.at`;
