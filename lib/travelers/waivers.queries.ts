import "server-only";
import { db, forSite } from "#lib/db/client";
import { Prisma } from "#lib/db/generated/client";
import type { Role } from "#lib/instructions/schema";
import { canonicalSha256 } from "#lib/kit/canonical";
import { type Instant, instant } from "#lib/kit/time";
import { type QualificationKind, qualificationKinds } from "#lib/people/qualifications.queries";
import { peopleAtSite } from "#lib/people/queries";
import type { Actor } from "#lib/people/schema";
import { waiverStanding } from "./gates.rules.ts";
import type { UnitLine } from "./landing.queries.ts";
import type { Waiver } from "./state.schema.ts";
import { waiverContent } from "./waivers.rules.ts";
import type { WaiverShown } from "./waivers.schema.ts";

export type WaiverLine = UnitLine & {
  waiver: Waiver;
  standing: ReturnType<typeof waiverStanding>;
  names: { person: string; requestedBy: string; grantedBy: string; revokedBy: string };
  /** Null: disposed of by retention. */
  reason: string | null;
  revokedBecause: string | null;
  /** What whoever grants it signs. */
  contentSha256: string;
};

const standsAs = (shown: WaiverShown, at: Date): Prisma.Sql =>
  ({
    waiting: Prisma.sql`w.revoked_at is null and w.granted_at is null and w.valid_until >= ${at}`,
    inForce: Prisma.sql`w.revoked_at is null and w.granted_at is not null and w.valid_until >= ${at}`,
    ended: Prisma.sql`(w.revoked_at is not null or w.valid_until < ${at})`,
  })[shown];

/** How many there are of each: those that ended are many, and nobody waits for them. */
export async function waiversCounted(
  actor: Actor,
  at = new Date(),
): Promise<Record<Exclude<WaiverShown, "ended">, number>> {
  const site = forSite(actor.site);
  const open = { siteId: actor.site, revokedAt: null, validUntil: { gte: at } };
  const [waiting, inForce] = await Promise.all([
    site.waiver.count({ where: { ...open, grantedAt: null } }),
    site.waiver.count({ where: { ...open, grantedAt: { not: null } } }),
  ]);
  return { waiting, inForce };
}

export const WAIVERS_PER_PAGE = 50;

/** What waits longest comes first; of what is granted or over, what was asked for last. */
export async function waiversFound(
  actor: Actor,
  shown: WaiverShown,
  page = 1,
  at = new Date(),
): Promise<{ lines: WaiverLine[]; more: boolean }> {
  const order = shown === "waiting" ? Prisma.sql`asc` : Prisma.sql`desc`;
  const rows = await forSite(actor.site).$queryRaw<Row[]>`
    select t.id::text as traveler, coalesce(t.serial, t.lot, '') as unit,
           t.work_order as "workOrder", kept.waiver
      from waivers w
      join travelers t on t.id = w.traveler_id
      cross join lateral (
        select one as waiver from jsonb_array_elements(t.state -> 'waivers') one
         where one ->> 'id' = w.id::text limit 1) kept
     where w.site_id = ${actor.site}::uuid and ${standsAs(shown, at)}
     order by w.requested_at ${order}, w.id
     limit ${WAIVERS_PER_PAGE + 1} offset ${(page - 1) * WAIVERS_PER_PAGE}`;
  const here = rows.slice(0, WAIVERS_PER_PAGE);
  return { lines: await told(actor, here, instant(at.getTime())), more: rows.length > here.length };
}

type Row = UnitLine & { waiver: Waiver };

async function told(actor: Actor, rows: readonly Row[], at: Instant): Promise<WaiverLine[]> {
  const waivers = rows.map(({ waiver }) => waiver);
  const [people, texts] = await Promise.all([
    db.person.findMany({
      where: { id: { in: [...new Set(waivers.flatMap(peopleOf))] } },
      select: { id: true, name: true },
    }),
    forSite(actor.site).textBlob.findMany({
      where: {
        siteId: actor.site,
        sha256: { in: waivers.flatMap(({ reason, revoked }) => [reason, revoked?.reason ?? ""]) },
      },
      select: { sha256: true, text: true },
    }),
  ]);
  const nameOf = (person: string | null) => people.find(({ id }) => id === person)?.name ?? "";
  const textOf = (hash: string) => texts.find(({ sha256 }) => sha256 === hash)?.text ?? null;
  return rows.map(({ waiver, ...unit }) => ({
    ...unit,
    waiver,
    standing: waiverStanding(waiver, at),
    names: {
      person: nameOf(waiver.person),
      requestedBy: nameOf(waiver.requestedBy),
      grantedBy: nameOf(waiver.grantedBy),
      revokedBy: nameOf(waiver.revoked?.person ?? null),
    },
    reason: textOf(waiver.reason),
    revokedBecause: waiver.revoked && textOf(waiver.revoked.reason),
    contentSha256: canonicalSha256(
      waiverContent({ id: unit.traveler }, { ...waiver, waiver: waiver.id }),
    ),
  }));
}

const peopleOf = ({ person, requestedBy, grantedBy, revoked }: Waiver): string[] =>
  [person, requestedBy, grantedBy, revoked?.person].flatMap((id) => id ?? []);

/** Units on which work goes on: those that a waiver could help. The last released come first. */
export async function unitsInWork(actor: Actor): Promise<{ traveler: string; unit: string }[]> {
  const rows = await forSite(actor.site).traveler.findMany({
    where: { siteId: actor.site, status: { in: ["released", "in_work", "on_hold"] } },
    select: { id: true, serial: true, lot: true },
    orderBy: [{ releasedAt: "desc" }, { id: "asc" }],
    take: 1000,
  });
  return rows.map(({ id, serial, lot }) => ({ traveler: id, unit: serial ?? lot ?? "" }));
}

/** For whom and of what this person may ask: nobody asks for themselves, nor for what nobody may waive. */
export async function waiverChoices(actor: Actor): Promise<{
  people: { value: string; label: string }[];
  qualifications: QualificationKind[];
}> {
  const [people, kinds] = await Promise.all([peopleAtSite(actor), qualificationKinds()]);
  return {
    people: people
      .filter(({ id, active }) => active && id !== actor.id)
      .map(({ id, name, employeeNumber }) => ({ value: id, label: `${name} · ${employeeNumber}` })),
    qualifications: kinds.filter(
      ({ waivableBy }) =>
        (waivableBy === "quality" && isAny(actor, ["supervisor", "quality"])) ||
        (waivableBy === "supervisor_and_quality" && isAny(actor, ["supervisor"])),
    ),
  };
}

const isAny = ({ roles }: Actor, wanted: readonly Role[]): boolean =>
  roles.some((role) => wanted.includes(role));
