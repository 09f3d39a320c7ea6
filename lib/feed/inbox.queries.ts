import "server-only";
import { forSite } from "#lib/db/client";
import type { Instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { ruleId } from "./default-rules.commands.ts";

export type WaitingDocument = {
  id: string;
  rule: string;
  version: number;
  process: string;
  connector: string;
  traveler: string | null;
  unit: string;
  externalKey: string;
  payload: Readonly<Record<string, unknown>>;
  payloadSha256: string;
  createdAt: Instant;
  /** What came after it and waits behind it. */
  followers: number;
};

/** Drafts that a rule made and a person lets go or not, the longest waiting first. */
export async function documentsWaiting(actor: Actor): Promise<WaitingDocument[]> {
  const site = forSite(actor.site);
  const rows = await site.delivery.findMany({
    where: { siteId: actor.site, state: "gated" },
    orderBy: { createdAt: "asc" },
    take: 100,
  });
  const [connectors, units, behind] = await Promise.all([
    site.connector.findMany({
      where: { id: { in: rows.map(({ connectorId }) => connectorId) } },
      select: { id: true, name: true },
    }),
    site.traveler.findMany({
      where: { id: { in: rows.flatMap(({ travelerId }) => travelerId ?? []) } },
      select: { id: true, serial: true, lot: true },
    }),
    site.delivery.groupBy({
      by: ["orderingKey"],
      where: {
        siteId: actor.site,
        orderingKey: { in: rows.map(({ orderingKey }) => orderingKey) },
        state: "pending",
      },
      _count: { _all: true },
    }),
  ]);
  return rows.map((row) => {
    const unit = units.find(({ id }) => id === row.travelerId);
    return {
      id: row.id,
      rule: row.rule,
      version: row.ruleVersion,
      process: row.process,
      connector: connectors.find(({ id }) => id === row.connectorId)?.name ?? "",
      traveler: row.travelerId,
      unit: unit?.serial ?? unit?.lot ?? "",
      externalKey: row.externalKey,
      payload: row.payload as Record<string, unknown>,
      payloadSha256: row.payloadSha256,
      createdAt: row.createdAt.toISOString(),
      followers:
        behind.find(({ orderingKey }) => orderingKey === row.orderingKey)?._count._all ?? 0,
    };
  });
}

export const documentsWaitingCount = (actor: Actor): Promise<number> =>
  forSite(actor.site).delivery.count({ where: { siteId: actor.site, state: "gated" } });

export type GateDecision = {
  what: "wasLetGo" | "wasLetGoChanged" | "wasRejected";
  person: string;
  at: Instant;
  /** Null: none was asked for, or retention has disposed of it. */
  reason: string | null;
};

/** What a person decided about a draft that waited for one; null: nobody, or it waits still. */
export async function gateDecision(
  actor: Actor,
  of: { delivery: string; rule: string },
): Promise<GateDecision | null> {
  const [found] = await forSite(actor.site).$queryRaw<
    { type: string; isChanged: boolean; person: string; at: Date; reason: string | null }[]
  >`
    select e.type, e.line::jsonb->'body' ? 'after' as "isChanged", p.name as person,
           e.recorded_at as at, t.text as reason
      from entries e
      join people p on p.id = e.person_id
      left join text_blobs t on t.site_id = e.site_id and t.sha256 = e.line::jsonb->'body'->>'reason'
     where e.stream_id = ${ruleId(actor.site, of.rule)}::uuid and e.site_id = ${actor.site}::uuid
       and e.type in ('document.let_go', 'document.rejected')
       and e.line::jsonb->'body'->>'delivery' = ${of.delivery}
     order by e.seq desc limit 1`;
  if (!found) return null;
  const letGo = found.isChanged ? "wasLetGoChanged" : "wasLetGo";
  return {
    what: found.type === "document.rejected" ? "wasRejected" : letGo,
    person: found.person,
    at: found.at.toISOString(),
    reason: found.reason,
  };
}
