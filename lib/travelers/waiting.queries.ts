import "server-only";
import { db, forSite } from "#lib/db/client";
import { type InstructionContent, instructionContent } from "#lib/instructions/schema";
import type { Actor } from "#lib/people/schema";
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

/** Travelers that wait for a signature. */
export async function travelersWithBuyoffsDue(actor: Actor): Promise<TravelerWithBuyoffsDue[]> {
  const waiting = await forSite(actor.site).traveler.findMany({
    where: { siteId: actor.site, buyoffsDue: { isEmpty: false } },
    orderBy: { releasedAt: "asc" },
    take: 100,
  });
  const revisions = await db.instructionRevision.findMany({
    where: { contentSha256: { in: waiting.map((of) => of.contentSha256) } },
    select: { contentSha256: true, content: true },
  });
  const contents = new Map(
    revisions.map((of) => [of.contentSha256, instructionContent.parse(JSON.parse(of.content))]),
  );
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
