import "server-only";
import { db, forSite } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import type { InstructionContent } from "#lib/instructions/schema";
import type { Actor } from "#lib/people/schema";
import { contentOf, knownContent } from "./contents.queries.ts";
import type { HoldOwner, TravelerState } from "./state.schema.ts";

export type OpenHold = {
  id: string;
  traveler: string;
  unit: string;
  workOrder: string;
  operation: string | null;
  scope: string;
  reason: string;
  owner: HoldOwner;
  placedBy: string | null;
  at: Date;
  defect: {
    id: string;
    code: string;
    ncrNumber: string | null;
    ncrStatus: string | null;
    ncrUrl: string | null;
    decisions: string[];
  } | null;
};

/** Holds that nobody has released yet, the longest first. */
export async function openHolds(actor: Actor): Promise<OpenHold[]> {
  const site = forSite(actor.site);
  const holds = await site.hold.findMany({
    where: { siteId: actor.site, releasedAt: null },
    orderBy: { occurredAt: "asc" },
    take: 200,
  });
  const [units, defects, people] = await Promise.all([
    site.traveler.findMany({
      where: { id: { in: holds.map((hold) => hold.travelerId) } },
      select: { id: true, serial: true, lot: true, workOrder: true, operation: true },
    }),
    site.defect.findMany({
      where: { id: { in: holds.flatMap((hold) => hold.defectId ?? []) } },
      select: {
        id: true,
        code: true,
        ncrNumber: true,
        ncrStatus: true,
        ncrUrl: true,
        decisions: true,
      },
    }),
    db.person.findMany({
      where: { id: { in: holds.flatMap((hold) => hold.personId ?? []) } },
      select: { id: true, name: true },
    }),
  ]);
  return holds.map((hold) => {
    const unit = units.find((of) => of.id === hold.travelerId);
    return {
      id: hold.id,
      traveler: hold.travelerId,
      unit: unit?.serial ?? unit?.lot ?? "",
      workOrder: unit?.workOrder ?? "",
      operation: unit?.operation ?? null,
      scope: hold.scope,
      reason: hold.reason,
      owner: hold.owner as HoldOwner,
      placedBy: people.find((of) => of.id === hold.personId)?.name ?? null,
      at: hold.occurredAt,
      defect: defects.find((of) => of.id === hold.defectId) ?? null,
    };
  });
}

export type TravelerWithBuyoffsDue = {
  id: string;
  unit: string;
  workOrder: string;
  operation: string | null;
  state: TravelerState;
  content: InstructionContent;
};

/** Contents of revisions by their hash; what this process has read before is not read again. */
export async function contentsUnder(
  hashes: readonly string[],
): Promise<Map<string, InstructionContent>> {
  const wanted = [...new Set(hashes)];
  const known = wanted.filter((sha256) => knownContent(sha256) !== null);
  const revisions = await db.instructionRevision.findMany({
    where: { contentSha256: { in: wanted.filter((sha256) => !known.includes(sha256)) } },
    select: { contentSha256: true, content: true },
  });
  return new Map([
    ...known.map((sha256) => [sha256, contentOf(sha256, null)] as const),
    ...revisions.map((of) => [of.contentSha256, contentOf(of.contentSha256, of.content)] as const),
  ]);
}

/** Asked in the words of its index: of a long history any other question reads the whole. */
const awaitsBuyoff = Prisma.sql`cardinality(buyoffs_due) > 0`;

/** How many travelers wait for a signature. */
export async function buyoffsDueCounted(actor: Actor): Promise<number> {
  const [row] = await forSite(actor.site).$queryRaw<{ count: number }[]>`
    select count(*)::int as count from travelers
    where site_id = ${actor.site}::uuid and ${awaitsBuyoff}`;
  return row?.count ?? 0;
}

/** Travelers that wait for a signature, the longest first. */
export async function travelersWithBuyoffsDue(actor: Actor): Promise<TravelerWithBuyoffsDue[]> {
  const due = await forSite(actor.site).$queryRaw<{ id: string }[]>`
    select id::text from travelers where site_id = ${actor.site}::uuid and ${awaitsBuyoff}
    order by released_at limit 100`;
  const waiting = await forSite(actor.site).traveler.findMany({
    where: { siteId: actor.site, id: { in: due.map(({ id }) => id) } },
    orderBy: { releasedAt: "asc" },
  });
  const contents = await contentsUnder(waiting.map((of) => of.contentSha256));
  return waiting.flatMap((of) => {
    const content = contents.get(of.contentSha256);
    if (!content) return [];
    return {
      id: of.id,
      unit: of.serial ?? of.lot ?? "",
      workOrder: of.workOrder,
      operation: of.operation,
      state: of.state as unknown as TravelerState,
      content,
    };
  });
}
