import "server-only";
import * as z from "zod/mini";
import { db, forSite } from "#lib/db/client";
import { type Role, roles } from "#lib/instructions/schema";
import { initialsOf } from "./card.rules.ts";
import type { Actor } from "./schema.ts";
import type { FloorPerson } from "./sign-in.schema.ts";

const isRole = (role: string): role is Role => (roles as readonly string[]).includes(role);
const stampKind = z.enum(["operator", "inspection", "quality"]);
const day = (date: Date): string => date.toISOString().slice(0, 10);

export type PersonAtSite = FloorPerson & { active: boolean; locale: string };

/** A person with the roles they hold at this site; null for nobody. No secret is among it. */
export async function personAtSite(id: string, site: string): Promise<PersonAtSite | null> {
  const scoped = forSite(site);
  const [person, held, stamps, qualifications, trainers] = await Promise.all([
    db.person.findUnique({
      where: { id },
      select: { id: true, name: true, employeeNumber: true, status: true, locale: true },
    }),
    scoped.personRole.findMany({
      where: { personId: id, siteId: site },
      select: { role: true },
      orderBy: { role: "asc" },
    }),
    db.stamp.findMany({
      where: { personId: id, withdrawnOn: null },
      select: { number: true, kind: true },
      orderBy: { number: "asc" },
    }),
    db.personQualification.findMany({
      where: { personId: id },
      select: { code: true, validFrom: true, validUntil: true },
      orderBy: [{ code: "asc" }, { validFrom: "asc" }],
    }),
    trainersOf(id, site),
  ]);
  if (!person) return null;
  return {
    id: person.id,
    name: person.name,
    initials: initialsOf(person.name),
    employeeNumber: person.employeeNumber,
    active: person.status === "active",
    locale: person.locale,
    roles: held.map(({ role }) => role).filter(isRole),
    stamps: stamps.map(({ number, kind }) => ({ number, kind: stampKind.parse(kind) })),
    qualifications: qualifications.map(({ code, validFrom, validUntil }) => ({
      code,
      validFrom: day(validFrom),
      validUntil: validUntil ? day(validUntil) : null,
    })),
    trainers,
  };
}

/** Under whom an apprentice may work today, by the plant's own calendar. */
const trainersOf = (id: string, site: string) =>
  forSite(site).$queryRaw<{ id: string; name: string; qualification: string | null }[]>`
    select t.trainer_id::text as id, p.name, t.qualification
      from trainers t join people p on p.id = t.trainer_id
      join sites s on s.id = ${site}::uuid
      where t.person_id = ${id}::uuid
        and t.valid_from <= (now() at time zone s.time_zone)::date
        and (t.valid_until is null or t.valid_until >= (now() at time zone s.time_zone)::date)
      order by t.valid_from, t.id`;

export type PersonListed = {
  id: string;
  name: string;
  employeeNumber: string;
  active: boolean;
  roles: readonly Role[];
};

/** Everybody who holds a role at the actor's site, by name. */
export async function peopleAtSite(actor: Actor): Promise<PersonListed[]> {
  const held = await forSite(actor.site).personRole.findMany({
    where: { siteId: actor.site },
    select: { personId: true, role: true },
    orderBy: { role: "asc" },
  });
  const rolesOf = Map.groupBy(held, ({ personId }) => personId);
  const people = await db.person.findMany({
    where: { id: { in: [...rolesOf.keys()] } },
    select: { id: true, name: true, employeeNumber: true, status: true },
    orderBy: { name: "asc" },
  });
  return people.map(({ status, ...person }) => ({
    ...person,
    active: status === "active",
    roles: (rolesOf.get(person.id) ?? []).map(({ role }) => role).filter(isRole),
  }));
}
