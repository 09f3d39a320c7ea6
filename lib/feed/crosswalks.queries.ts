import "server-only";
import { db, forSite } from "#lib/db/client";
import type { Actor } from "#lib/people/schema";
import type { CodeKind } from "./code-kinds.schema.ts";
import { lineColumns, lineShown } from "./crosswalk-book.queries.ts";
import type { CrosswalkLine, OnMissing } from "./crosswalks.schema.ts";

export type LineShown = CrosswalkLine & { id: string; enteredAt: string; enteredBy: string | null };
export type ListShown = {
  id: string;
  kind: CodeKind;
  scope: "company" | "site";
  /** A connector's code; null: for all of them. */
  connector: string | null;
  version: number;
  onMissing: OnMissing;
  defaultCode: string | null;
  lines: readonly LineShown[];
};

/** The lists that hold at this site, its own first, each with the lines that count. */
export async function crosswalksAtSite(actor: Actor, kind?: CodeKind): Promise<ListShown[]> {
  const rows = await forSite(actor.site).crosswalk.findMany({
    where: { OR: [{ siteId: actor.site }, { siteId: null }], ...(kind ? { kind } : {}) },
    include: {
      lines: {
        where: { leftIn: null },
        select: { ...lineColumns, id: true, enteredAt: true, enteredBy: true },
        orderBy: [{ fromCode: "asc" }, { validFrom: { sort: "asc", nulls: "first" } }],
      },
    },
    orderBy: [{ kind: "asc" }, { siteId: { sort: "asc", nulls: "last" } }, { connector: "asc" }],
  });
  const entering = rows.flatMap(({ lines }) => lines.flatMap(({ enteredBy }) => enteredBy ?? []));
  const people = await db.person.findMany({
    where: { id: { in: [...new Set(entering)] } },
    select: { id: true, name: true },
  });
  return rows.map(({ siteId, changedAt: _, lines, ...list }) => ({
    ...list,
    kind: list.kind as CodeKind,
    onMissing: list.onMissing as OnMissing,
    scope: siteId === null ? "company" : "site",
    lines: lines.map((line) => ({
      ...lineShown(line),
      id: line.id,
      enteredAt: line.enteredAt.toISOString(),
      enteredBy: people.find(({ id }) => id === line.enteredBy)?.name ?? null,
    })),
  }));
}

export type WaitingCode = { kind: CodeKind; code: string; connector: string; deliveries: number };

/** What is parked for a code, by its name, and records whose decision is in a word that has none of ours. */
export async function codesWaitedFor(actor: Actor): Promise<WaitingCode[]> {
  const site = forSite(actor.site);
  return site.$queryRaw<WaitingCode[]>`
    select m.kind, m.code, c.code as connector, count(*)::int as deliveries
      from delivery_codes m
      join deliveries d on d.id = m.delivery_id and d.state in ('parked', 'dead')
      join connectors c on c.id = d.connector_id
     where m.site_id = ${actor.site}::uuid and m.how = 'missing'
     group by m.kind, m.code, c.code
    union all
    select 'disposition', word, c.code, count(*)::int
      from external_records r join connectors c on c.id = r.connector_id, unnest(r.missing_words) as word
     where r.site_id = ${actor.site}::uuid
     group by word, c.code
     order by 1, 2`;
}

/** The systems that a list may be for. */
export const connectorsAtSite = (actor: Actor): Promise<{ code: string; name: string }[]> =>
  forSite(actor.site).connector.findMany({
    where: { siteId: actor.site, status: { not: "retired" } },
    select: { code: true, name: true },
    orderBy: { code: "asc" },
  });

export type CodeOfMessage = {
  kind: CodeKind;
  code: string;
  how: "mapped" | "default" | "missing";
  to: string | null;
  version: number | null;
};

/**
 * What the codes of one message were looked up as, in which version of their list; null: it waits for it. What went on
 * under a mapping that asks for a code no more never waited for it.
 */
export const codesOfMessage = (actor: Actor, delivery: string): Promise<CodeOfMessage[]> =>
  forSite(actor.site).$queryRaw<CodeOfMessage[]>`
    select kind, code, how, to_code as "to", list_version as version from delivery_codes
     where delivery_id = ${delivery}::uuid and site_id = ${actor.site}::uuid
       and (how <> 'missing' or exists (select from deliveries
         where id = ${delivery}::uuid and state in ('parked', 'dead')))
     order by how = 'missing' desc, kind, code`;
