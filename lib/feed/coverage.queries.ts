import "server-only";
import { db, forSite } from "#lib/db/client";
import { instructionContent } from "#lib/instructions/schema";
import { instant } from "#lib/kit/time";
import { peopleAtSite } from "#lib/people/queries";
import type { Actor } from "#lib/people/schema";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import { type CodeKind, codeKinds, decisions } from "./code-kinds.schema.ts";
import { kindsAsked } from "./connectors/rest/expressions.rules.ts";
import { restConnectorConfig } from "./connectors/rest/schema.ts";
import { type Produced, producedBy } from "./coverage.rules.ts";
import { crosswalksAtSite, type ListShown } from "./crosswalks.queries.ts";
import { codeIn, holdsAt } from "./crosswalks.rules.ts";
import { rulesAtSite } from "./rules.queries.ts";

export type Cell = { how: "mapped" | "default" | "missing"; to: string | null };
export type CoverageRow = {
  kind: CodeKind;
  code: string;
  label: string | null;
  /** How often it came up in the last 90 days. */
  uses: number;
  /** By the connector's code; one that asks for no code of this kind has none. */
  cells: Readonly<Record<string, Cell>>;
};
export type Coverage = {
  connectors: readonly { code: string; name: string; kinds: readonly CodeKind[] }[];
  rows: readonly CoverageRow[];
  /** Systems that no rule leads to: whatever they lack, no message stops for it. */
  unled: readonly string[];
};

/** Every code that this plant can produce, and what each of its systems would make of it now. */
export async function coverageOf(actor: Actor, now = Date.now()): Promise<Coverage> {
  const [rows, lists, produced, rules] = await Promise.all([
    forSite(actor.site).connector.findMany({
      where: { siteId: actor.site, status: { not: "retired" } },
      select: { code: true, name: true, config: true },
      orderBy: { code: "asc" },
    }),
    crosswalksAtSite(actor),
    producedAt(actor),
    rulesAtSite(actor),
  ]);
  const led = new Set(
    rules
      .flatMap(({ versions }) => versions)
      .filter(({ state }) => state === "effective" || state === "approved")
      .map(({ content }) => content.connector),
  );
  const isLed = ({ code }: { code: string }) => led.has(code);
  const connectors = rows.filter(isLed).map(({ code, name, config }) => {
    const read = restConnectorConfig.safeParse(config);
    return { code, name, kinds: read.success ? kindsAsked(read.data) : [] };
  });
  const at = instant(now);
  return {
    connectors,
    unled: rows.filter((of) => !isLed(of)).map(({ name }) => name),
    rows: produced.map((of) => ({
      ...of,
      cells: Object.fromEntries(
        connectors
          .filter(({ kinds }) => kinds.includes(of.kind))
          .map(({ code }) => [code, cellOf(of, near(lists, of.kind, code), at)]),
      ),
    })),
  };
}

/** Of this kind and for this system, the nearest first: of the site before the company's. */
function near(lists: readonly ListShown[], kind: CodeKind, connector: string): ListShown[] {
  const distance = (of: ListShown) =>
    (of.scope === "company" ? 2 : 0) + (of.connector === null ? 1 : 0);
  return lists
    .filter((of) => of.kind === kind && (of.connector === null || of.connector === connector))
    .toSorted((a, b) => distance(a) - distance(b));
}

function cellOf({ kind, code }: Produced, lists: readonly ListShown[], at: string): Cell {
  if (kind === "disposition") {
    // Theirs are not known here: a decision of ours is covered if any word of theirs leads to it.
    const line = lists
      .flatMap(({ lines }) => lines)
      .find((of) => of.to === code && holdsAt(of, at));
    return line ? { how: "mapped", to: line.from } : { how: "missing", to: null };
  }
  const found = codeIn(kind, code, lists, at);
  return found.ok ? { how: found.used.how, to: found.used.to } : { how: "missing", to: null };
}

type Counted = { code: string; uses: number };

async function producedAt(actor: Actor): Promise<Produced[]> {
  const site = forSite(actor.site);
  const own = { siteId: actor.site };
  const [plant, revisions, orders, gages, stations, people, used] = await Promise.all([
    site.site.findUniqueOrThrow({
      where: { id: actor.site },
      select: { code: true, policy: true },
    }),
    db.instructionRevision.findMany({
      where: { status: { in: ["approved", "effective"] } },
      select: { content: true },
    }),
    site.workOrder.findMany({
      where: { ...own, status: { not: "closed" } },
      select: { number: true, partNumber: true, partRevision: true },
      orderBy: { createdAt: "desc" },
      take: 200,
    }),
    site.gage.findMany({ where: own, select: { code: true, name: true, unit: true } }),
    site.station.findMany({ where: own, select: { code: true, name: true, workCenter: true } }),
    peopleAtSite(actor),
    usesAt(actor),
  ]);
  const policy = plant.policy as unknown as PlantPolicy;
  return producedBy({
    site: plant.code,
    policy,
    instructions: revisions.map(({ content }) => instructionContent.parse(JSON.parse(content))),
    orders,
    gages,
    stations,
    people: people.filter(({ active }) => active),
    decisions,
    used,
  });
}

/** What came up in the last 90 days, by kind: also what no list of the plant has any more. */
async function usesAt(actor: Actor): Promise<Readonly<Partial<Record<CodeKind, Counted[]>>>> {
  const rows = await forSite(actor.site).$queryRaw<({ kind: string } & Counted)[]>`
    with since as (select clock_timestamp() - interval '90 days' as at)
    select 'defect_code' as kind, code, count(*)::int as uses from defects, since
     where site_id = ${actor.site}::uuid and occurred_at > at group by code
    union all
    select 'gage', gage_code, count(*)::int from readings, since
     where site_id = ${actor.site}::uuid and occurred_at > at and gage_code is not null group by gage_code
    union all
    select 'unit', unit, count(*)::int from readings, since
     where site_id = ${actor.site}::uuid and occurred_at > at and unit is not null group by unit
    union all
    select 'part', part_number, count(*)::int from travelers, since
     where site_id = ${actor.site}::uuid and released_at > at group by part_number
    union all
    select 'order', work_order, count(*)::int from travelers, since
     where site_id = ${actor.site}::uuid and released_at > at group by work_order
    union all
    select 'serial_format', serial, 1 from travelers, since
     where site_id = ${actor.site}::uuid and released_at > at and serial is not null
    union all
    select 'lot_format', lot, 1 from travelers, since
     where site_id = ${actor.site}::uuid and released_at > at and lot is not null
    union all
    select 'revision', 'part:' || part_number || '/' || part_revision, count(*)::int from travelers, since
     where site_id = ${actor.site}::uuid and released_at > at group by part_number, part_revision
    union all
    select 'person', p.employee_number, count(*)::int from defects d join people p on p.id = d.person_id, since
     where d.site_id = ${actor.site}::uuid and d.occurred_at > at group by p.employee_number
    union all
    select 'disposition', decision, count(*)::int from defects, since, unnest(decisions) as decision
     where site_id = ${actor.site}::uuid and occurred_at > at group by decision
    union all
    select 'cause_code', reason, count(*)::int from holds, since
     where site_id = ${actor.site}::uuid and occurred_at > at group by reason
    union all
    select 'location', 'station:' || station, count(*)::int from (
      select line::jsonb->>'station' as station from entries, since
       where site_id = ${actor.site}::uuid and type = 'defect.logged' and occurred_at > at) seen
     where station is not null group by station`;
  const byKind = Map.groupBy(rows, ({ kind }) => kind);
  return Object.fromEntries(codeKinds.map((kind) => [kind, byKind.get(kind) ?? []]));
}
