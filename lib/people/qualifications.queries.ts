import "server-only";
import { db, forSite } from "#lib/db/client";
import type { Localized } from "#lib/instructions/schema";
import type { Actor } from "./schema.ts";

export type QualificationKind = { code: string; name: Localized; waivableBy: string };

/** What can be required of people, as the company has it. */
export async function qualificationKinds(): Promise<QualificationKind[]> {
  const rows = await db.qualification.findMany({ orderBy: { code: "asc" } });
  return rows.map(({ name, ...row }) => ({ ...row, name: name as unknown as Localized }));
}

export type HeldQualification = {
  id: string;
  person: string;
  code: string;
  authority: string;
  evidence: string;
  validFrom: string;
  validUntil: string | null;
  withdrawnOn: string | null;
  reason: string | null;
  /** The system that told it and as of when it did so last; null: it was given here. */
  source: { system: string; asOf: Date } | null;
};

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

/** Everything that the people of the site ever held, or one of them; what was given last first. */
export async function qualificationsHeld(
  actor: Actor,
  person?: string,
): Promise<HeldQualification[]> {
  const scoped = forSite(actor.site);
  const here = await scoped.personRole.findMany({
    where: { siteId: actor.site, ...(person !== undefined && { personId: person }) },
    select: { personId: true },
    distinct: ["personId"],
  });
  const rows = await db.personQualification.findMany({
    where: { personId: { in: here.map(({ personId }) => personId) } },
    orderBy: [{ code: "asc" }, { validFrom: "desc" }, { id: "desc" }],
  });
  const hashes = rows.flatMap(({ withdrawnReasonSha256 }) => withdrawnReasonSha256 ?? []);
  const texts = await scoped.textBlob.findMany({
    where: { siteId: actor.site, sha256: { in: hashes } },
    select: { sha256: true, text: true },
  });
  const textOf = new Map(texts.map(({ sha256, text }) => [sha256, text]));
  return rows.map((row) => ({
    id: row.id,
    person: row.personId,
    code: row.code,
    authority: row.authority,
    evidence: row.evidence,
    validFrom: dayOf(row.validFrom),
    validUntil: row.validUntil && dayOf(row.validUntil),
    withdrawnOn: row.withdrawnOn && dayOf(row.withdrawnOn),
    reason: textOf.get(row.withdrawnReasonSha256 ?? "") ?? null,
    source: row.source && row.toldAsOf ? { system: row.source, asOf: row.toldAsOf } : null,
  }));
}

export type QualificationSource = {
  system: string;
  asOf: Date;
  receivedAt: Date;
  told: number;
  refused: number;
};

/** The systems that hand over lists, with their last one. */
export const qualificationSources = (actor: Actor): Promise<QualificationSource[]> =>
  forSite(actor.site).qualificationSource.findMany({
    where: { siteId: actor.site },
    select: { system: true, asOf: true, receivedAt: true, told: true, refused: true },
    orderBy: { system: "asc" },
  });
