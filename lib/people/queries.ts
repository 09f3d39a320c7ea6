import "server-only";
import * as z from "zod/mini";
import { db, forSite } from "#lib/db/client";
import { direct } from "#lib/db/direct";
import { type Role, roles } from "#lib/instructions/schema";
import { initialsOf } from "./card.rules.ts";
import type { Actor } from "./schema.ts";
import type { FloorPerson } from "./sign-in.schema.ts";

const isRole = (role: string): role is Role => (roles as readonly string[]).includes(role);
const stampKind = z.enum(["operator", "inspection", "quality"]);

export type PersonAtSite = FloorPerson & { active: boolean; locale: string };

/** A person as `person_at_site` tells of them. */
export type PersonTold = Omit<PersonAtSite, "initials" | "roles" | "stamps"> & {
  roles: readonly string[];
  stamps: readonly { number: string; kind: string }[];
};

const asking = { name: "person_at_site", text: "select person_at_site($1, $2) as told" };

/** A person with the roles they hold at this site; null for nobody. No secret is among it. */
export async function personAtSite(id: string, site: string): Promise<PersonAtSite | null> {
  const [row] = await direct<{ told: PersonTold | null }>(asking, [site, id]);
  return row?.told ? asPerson(row.told) : null;
}

export const asPerson = (told: PersonTold): PersonAtSite => ({
  ...told,
  initials: initialsOf(told.name),
  roles: told.roles.filter(isRole),
  stamps: told.stamps.map(({ number, kind }) => ({ number, kind: stampKind.parse(kind) })),
});

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
