import "server-only";
import { forSite } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import type { Actor } from "#lib/people/schema";
import { dropKinds } from "./connectors/drops/kinds.rules.ts";
import {
  type Disclosure,
  type DropManifest,
  type DropState,
  type DropTrouble,
  dropManifest,
} from "./drops.schema.ts";

/** A batch as the desk shows it. */
export type DropShown = {
  id: string;
  connector: { id: string; name: string; status: string; note: string | null };
  told: { name: string; records: number; done: number } | null;
  state: DropState;
  from: Date;
  to: Date;
  order: string | null;
  part: string | null;
  discloses: Disclosure;
  askedBy: string | null;
  askedAt: Date;
  attempts: number;
  nextAt: Date;
  filesWritten: number;
  trouble: DropTrouble | null;
  note: string | null;
  folder: string | null;
  uri: string | null;
  manifestSha256: string | null;
  writtenAt: Date | null;
  toldAt: Date | null;
  supersedes: { id: string; folder: string } | null;
};

const shownDrops = (actor: Actor, which: Prisma.Sql, most: number, skip = 0) =>
  forSite(actor.site).$queryRaw<DropShown[]>`
    select d.id::text, jsonb_build_object('id', c.id, 'name', c.name, 'status', c.status, 'note', c.status_note) as connector,
      case when q.id is not null then jsonb_build_object('name', q.name,
        'records', (select count(*) from drop_messages m where m.drop_id = d.id),
        'done', (select count(*) from drop_messages m join deliveries v on v.id = m.delivery_id
                  where m.drop_id = d.id and v.state = 'verified')) end as told,
      d.state, d.from_at as "from", d.to_at as "to", d.work_order as "order", d.part_number as part, d.discloses,
      p.name as "askedBy", d.asked_at as "askedAt", d.attempts, d.next_at as "nextAt", d.files_written as "filesWritten",
      d.trouble, d.note, d.folder, d.uri, d.manifest_sha256 as "manifestSha256", d.written_at as "writtenAt",
      d.told_at as "toldAt",
      case when b.id is not null then jsonb_build_object('id', b.id, 'folder', b.folder) end as supersedes
    from drops d
    join connectors c on c.id = d.connector_id
    left join connectors q on q.id = d.told_id
    left join people p on p.id = d.asked_by
    left join drops b on b.id = d.supersedes
    where d.site_id = ${actor.site}::uuid and ${which}
    order by d.asked_at desc, d.id limit ${most} offset ${skip}`;

export const dropsPerPage = 50;

/** The newest first, and one more than a page has where there are more. */
export const drops = (actor: Actor, page: number): Promise<DropShown[]> =>
  shownDrops(actor, Prisma.sql`true`, dropsPerPage + 1, page * dropsPerPage);

export async function drop(actor: Actor, id: string): Promise<DropShown | null> {
  const [row] = await shownDrops(actor, Prisma.sql`d.id = ${id}::uuid`, 1);
  return row ?? null;
}

/** What lies there, by the manifest as it was written; null: it is not written yet. */
export async function manifestOf(actor: Actor, id: string): Promise<DropManifest | null> {
  const row = await forSite(actor.site).drop.findFirst({
    where: { id, siteId: actor.site },
    select: { manifest: true },
  });
  return row?.manifest ? dropManifest.parse(JSON.parse(row.manifest)) : null;
}

export type DropMessageShown = {
  delivery: string;
  number: string | null;
  url: string | null;
  state: string;
  lastResult: string | null;
};

/** How the records answered that are told of it. */
export const messagesOf = (actor: Actor, id: string): Promise<DropMessageShown[]> =>
  forSite(actor.site).$queryRaw<DropMessageShown[]>`
    select v.id::text as delivery, coalesce(r.number, made.external_number) as number, r.url, v.state::text as state,
      v.last_result as "lastResult"
    from drop_messages m
    join deliveries v on v.id = m.delivery_id
    left join deliveries made on made.connector_id = v.connector_id and made.external_key = v.ordering_key
    left join external_records r on r.connector_id = v.connector_id
      and r.external_id = coalesce(v.external_id, made.external_id)
    where m.site_id = ${actor.site}::uuid and m.drop_id = ${id}::uuid
    order by v.position limit 500`;

export type PlanShown = {
  id: string;
  connector: string;
  told: string | null;
  part: string | null;
  hour: number | null;
  coveredUntil: Date;
};

export const plans = (actor: Actor): Promise<PlanShown[]> =>
  forSite(actor.site).$queryRaw<PlanShown[]>`
    select p.id::text, c.name as connector, q.name as told, p.part_number as part, p.hour::int as hour,
      p.covered_until as "coveredUntil"
    from drop_plans p
    join connectors c on c.id = p.connector_id
    left join connectors q on q.id = p.told_id
    where p.site_id = ${actor.site}::uuid order by c.name, p.asked_at`;

export type Named = { id: string; name: string };

/** Where batches may go, and whose records can be told of them. */
export async function dropEnds(actor: Actor): Promise<{ places: Named[]; systems: Named[] }> {
  const rows = await forSite(actor.site).$queryRaw<(Named & { kind: string })[]>`
    select id::text, name, config->>'kind' as kind from connectors
     where site_id = ${actor.site}::uuid and status <> 'retired' order by name`;
  const named = ({ id, name }: Named): Named => ({ id, name });
  return {
    places: rows.filter(({ kind }) => dropKinds.some((of) => of === kind)).map(named),
    systems: rows.filter(({ kind }) => kind === "rest").map(named),
  };
}
