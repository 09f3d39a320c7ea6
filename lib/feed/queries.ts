import "server-only";
import { forSite } from "#lib/db/client";
import type { Instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import type { DeliveryOperation, DeliveryState } from "./delivery.rules.ts";
import { defectIds } from "./disposition.queries.ts";
import type { FeedProcess } from "./processes.schema.ts";

/** A delivery as the desk shows it. */
export type DeliveryShown = {
  id: string;
  connector: { id: string; code: string; name: string; status: string; statusNote: string | null };
  process: FeedProcess;
  /** Null for an event that is not about a traveler. */
  traveler: string | null;
  defect: string | null;
  operation: DeliveryOperation;
  state: DeliveryState;
  externalKey: string;
  number: string | null;
  url: string | null;
  /** The QMS's own word: open, contained, dispositioned, closed, void, merged or unmapped. */
  status: string | null;
  /** Since when it can't be found there any more. */
  goneAt: Instant | null;
  attempts: number;
  lastResult: string | null;
  nextAt: Instant;
  createdAt: Instant;
  updatedAt: Instant;
};

const shown = {
  id: true,
  connectorId: true,
  process: true,
  travelerId: true,
  defectId: true,
  operation: true,
  state: true,
  externalKey: true,
  externalId: true,
  externalNumber: true,
  attempts: true,
  lastResult: true,
  nextAt: true,
  createdAt: true,
  updatedAt: true,
} as const;

/** Oldest first: the NCR, then its comments and photos. */
export async function deliveriesOf(
  actor: Actor,
  of: { defect: string } | { traveler: string },
): Promise<DeliveryShown[]> {
  const site = forSite(actor.site);
  const rows = await site.delivery.findMany({
    where:
      "defect" in of
        ? { defectId: { in: await defectIds(actor, of.defect) } }
        : { travelerId: of.traveler },
    select: shown,
    orderBy: { position: "asc" },
  });
  const connectors = await site.connector.findMany({
    where: { id: { in: rows.map(({ connectorId }) => connectorId) } },
    select: { id: true, code: true, name: true, status: true, statusNote: true },
  });
  const records = await site.externalRecord.findMany({
    where: { externalId: { in: rows.flatMap(({ externalId }) => externalId ?? []) } },
    select: { connectorId: true, externalId: true, url: true, status: true, goneAt: true },
  });
  return rows.map(({ connectorId, travelerId, defectId, externalId, externalNumber, ...row }) => {
    const record = records.find(
      (one) => one.connectorId === connectorId && one.externalId === externalId,
    );
    return {
      ...row,
      process: row.process as FeedProcess,
      operation: row.operation as DeliveryOperation,
      connector: connectors.find(({ id }) => id === connectorId) ?? {
        id: connectorId,
        code: "",
        name: "",
        status: "retired",
        statusNote: null,
      },
      traveler: travelerId,
      defect: defectId,
      number: externalNumber,
      url: record?.url ?? null,
      status: record?.status ?? null,
      goneAt: record?.goneAt?.toISOString() ?? null,
      nextAt: row.nextAt.toISOString(),
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    };
  });
}

export type AttemptShown = {
  id: string;
  act: string;
  fence: string;
  request: string;
  response: string | null;
  /** Null while nobody knows: the worker was stopped before an answer. */
  classification: string | null;
  startedAt: Instant;
  endedAt: Instant | null;
};

/** What was tried, in order, with what was sent and what came back. */
export async function attemptsOf(actor: Actor, delivery: string): Promise<AttemptShown[]> {
  const rows = await forSite(actor.site).deliveryAttempt.findMany({
    where: { deliveryId: delivery },
    select: {
      id: true,
      act: true,
      fence: true,
      request: true,
      response: true,
      classification: true,
      startedAt: true,
      endedAt: true,
    },
    orderBy: { startedAt: "asc" },
  });
  return rows.map(({ fence, startedAt, endedAt, ...row }) => ({
    ...row,
    fence: fence.toString(),
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  }));
}

/** How many deliveries of this site stand where; states without any are left out. */
export async function deliveryCounts(
  actor: Actor,
): Promise<Partial<Record<DeliveryState, number>>> {
  const counts = await forSite(actor.site).delivery.groupBy({
    by: ["state"],
    _count: { _all: true },
  });
  return Object.fromEntries(counts.map(({ state, _count }) => [state, _count._all]));
}

export type DeliveryStopped = {
  id: string;
  connector: string;
  operation: DeliveryOperation;
  defect: string | null;
  /** Defect code and unit that it is about. */
  code: string | null;
  unit: string;
  lastResult: string | null;
  updatedAt: Date;
};

/** What goes on only when a person has put something right, the longest stopped first. */
export async function deliveriesStopped(actor: Actor): Promise<DeliveryStopped[]> {
  const site = forSite(actor.site);
  const rows = await site.delivery.findMany({
    where: { siteId: actor.site, state: { in: ["parked", "dead"] } },
    select: {
      id: true,
      connectorId: true,
      travelerId: true,
      defectId: true,
      operation: true,
      lastResult: true,
      updatedAt: true,
    },
    orderBy: { updatedAt: "asc" },
    take: 100,
  });
  const [connectors, defects, units] = await Promise.all([
    site.connector.findMany({
      where: { id: { in: rows.map(({ connectorId }) => connectorId) } },
      select: { id: true, name: true },
    }),
    site.defect.findMany({
      where: { id: { in: rows.flatMap(({ defectId }) => defectId ?? []) } },
      select: { id: true, code: true },
    }),
    site.traveler.findMany({
      where: { id: { in: rows.flatMap(({ travelerId }) => travelerId ?? []) } },
      select: { id: true, serial: true, lot: true },
    }),
  ]);
  return rows.map(({ connectorId, travelerId, defectId, operation, ...row }) => {
    const unit = units.find(({ id }) => id === travelerId);
    return {
      ...row,
      connector: connectors.find(({ id }) => id === connectorId)?.name ?? "",
      operation: operation as DeliveryOperation,
      defect: defectId,
      code: defects.find(({ id }) => id === defectId)?.code ?? null,
      unit: unit?.serial ?? unit?.lot ?? "",
    };
  });
}
