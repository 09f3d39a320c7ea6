import "server-only";
import { db, forSite, inTransaction } from "#lib/db/client";
import type { Prisma } from "#lib/db/generated/client";
import type { DeliveryState } from "#lib/feed/delivery.rules";
import type { Actor } from "#lib/people/schema";
import type { PlantPolicy } from "#lib/travelers/facts.schema";
import type { Severity } from "#lib/travelers/state.schema";
import { byNeed } from "./delivery-need.rules.ts";

export const defectFilters = ["open", "without_ncr", "dispositioned", "closed", "all"] as const;
export type DefectFilter = (typeof defectFilters)[number];

const filters: Record<DefectFilter, Prisma.DefectWhereInput> = {
  open: { status: "open" },
  without_ncr: { status: "open", ncrNumber: null },
  dispositioned: { status: "open", decisions: { isEmpty: false } },
  closed: { status: { in: ["closed", "withdrawn"] } },
  all: {},
};

export type DefectLine = {
  id: string;
  traveler: string;
  unit: string;
  workOrder: string;
  code: string;
  severity: Severity;
  quantity: string;
  status: string;
  ncr: { number: string; status: string | null; url: string | null } | null;
  decisions: string[];
  /** Of the delivery that needs somebody most, the NCR's own before its photos'; null: nothing is sent yet. */
  delivery: { state: DeliveryState; attempts: number } | null;
  at: Date;
};

export const DEFECTS_PER_PAGE = 30;

/** Defects of the site, the newest first. */
export async function defectsFound(
  actor: Actor,
  ask: { filter: DefectFilter; page: number },
): Promise<{ lines: DefectLine[]; counts: Record<DefectFilter, number> }> {
  const site = forSite(actor.site);
  const [rows, ...numbers] = await Promise.all([
    site.defect.findMany({
      where: { siteId: actor.site, ...filters[ask.filter] },
      orderBy: { occurredAt: "desc" },
      take: DEFECTS_PER_PAGE,
      skip: (ask.page - 1) * DEFECTS_PER_PAGE,
    }),
    ...defectFilters.map((of) =>
      site.defect.count({ where: { siteId: actor.site, ...filters[of] } }),
    ),
  ]);
  const ids = await idsOf(actor, rows);
  const [units, deliveries] = await Promise.all([
    site.traveler.findMany({
      where: { id: { in: rows.map((row) => row.travelerId) } },
      select: { id: true, serial: true, lot: true, workOrder: true },
    }),
    site.delivery.findMany({
      where: { siteId: actor.site, defectId: { in: ids.map(({ earlier }) => earlier) } },
      select: { defectId: true, state: true, attempts: true, operation: true },
      orderBy: { position: "asc" },
    }),
  ]);
  const lines = rows.map((row) => {
    const unit = units.find((of) => of.id === row.travelerId);
    const [delivery] = byNeed(
      deliveries.filter((of) => ids.some((id) => id.now === row.id && id.earlier === of.defectId)),
    );
    return {
      id: row.id,
      traveler: row.travelerId,
      unit: unit?.serial ?? unit?.lot ?? "",
      workOrder: unit?.workOrder ?? "",
      code: row.code,
      severity: row.severity as Severity,
      quantity: row.quantity,
      status: row.status,
      ncr:
        row.ncrNumber === null
          ? null
          : { number: row.ncrNumber, status: row.ncrStatus, url: row.ncrUrl },
      decisions: row.decisions,
      delivery: delivery ? { state: delivery.state, attempts: delivery.attempts } : null,
      at: row.occurredAt,
    };
  });
  const counts = Object.fromEntries(defectFilters.map((of, index) => [of, numbers[index] ?? 0]));
  return { lines, counts: counts as Record<DefectFilter, number> };
}

/** Every id that a defect has or had before it left with its pieces: it may have been reported under each. */
async function idsOf(
  actor: Actor,
  rows: readonly { id: string }[],
): Promise<{ now: string; earlier: string }[]> {
  const asked = rows.map(({ id }) => id);
  return inTransaction(
    (tx) => tx.$queryRaw<{ now: string; earlier: string }[]>`
      select asked.id::text as now, i.defect::text as earlier
        from unnest(${asked}::uuid[]) asked(id) cross join lateral defect_ids(asked.id) i`,
    actor.site,
  );
}

/** The traveler a defect was found on. Null: not at this site. */
export async function travelerOfDefect(actor: Actor, defect: string): Promise<string | null> {
  const row = await forSite(actor.site).defect.findFirst({
    where: { id: defect, siteId: actor.site },
    select: { travelerId: true },
  });
  return row?.travelerId ?? null;
}

/** The plant's own words and rules for defects and holds. */
export async function plantPolicy(
  actor: Actor,
): Promise<PlantPolicy & { timeZone: string; name: string; code: string }> {
  const row = await db.site.findUniqueOrThrow({
    where: { id: actor.site },
    select: { policy: true, timeZone: true, name: true, code: true },
  });
  return {
    ...(row.policy as unknown as PlantPolicy),
    timeZone: row.timeZone,
    name: row.name,
    code: row.code,
  };
}
