import "server-only";
import type { Tx } from "#lib/db/client";
import { roles as allRoles, type Role } from "#lib/instructions/schema";
import { sha256Hex } from "#lib/kit/canonical";
import { err, ok, type Result } from "#lib/kit/result";
import { changesIn } from "#lib/plant/changes.rules";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import type {
  PersonChangeForm,
  PersonForm,
  PersonRow,
  WithdrawBadgeForm,
} from "./changes.schema.ts";
import type { Actor } from "./schema.ts";

export type PersonRefusal = {
  code:
    | "person_unknown"
    | "employee_number_taken"
    | "badge_unknown"
    | "nothing_changed"
    | "own_roles"
    | "last_administrator";
  params: Readonly<Record<string, string>>;
};
type Outcome = Promise<Result<{ person: string }, PersonRefusal>>;
const refused = (code: PersonRefusal["code"], params: Readonly<Record<string, string>> = {}) =>
  err<PersonRefusal>({ code, params });

const happened = (
  person: string,
  type: Happening["type"],
  body: Happening["body"],
  texts: string[] = [],
) => ({ kind: "person", stream: person, type, body, texts }) satisfies Happening;

/** Within a transaction, for a form and for a file alike: the person and their roles at this site. */
export async function addPerson(tx: Tx, actor: Actor, id: string, row: PersonRow, locale = "en") {
  const name = row.name.normalize("NFC");
  const { count } = await tx.person.createMany({
    data: [{ id, employeeNumber: row.employeeNumber, name, locale }],
    skipDuplicates: true,
  });
  if (count === 0) return refused("employee_number_taken", { number: row.employeeNumber });
  const given = [...new Set(row.roles)];
  await tx.personRole.createMany({
    data: given.map((role) => ({ personId: id, siteId: actor.site, role })),
  });
  return ok({
    value: { person: id },
    events: [
      happened(id, "person.created", { person: id }),
      ...given.map((role) => happened(id, "role.given", { person: id, role })),
    ],
  });
}

export const addPersonByForm = (actor: Actor, { command, locale, ...row }: PersonForm): Outcome =>
  recorded(actor, (tx) => addPerson(tx, actor, command, row, locale));

/**
 * Changes a person and their roles at this site at once. Nobody changes their own roles, and a site keeps
 * an administrator: both would have to be mended past the application.
 */
export function changePerson(actor: Actor, form: PersonChangeForm): Outcome {
  const { person: id, reason } = form;
  return recorded(actor, async (tx) => {
    // One after the other at a site: two administrators who remove each other would leave nobody.
    await tx.$queryRaw`select id from sites where id = ${actor.site}::uuid for update`;
    const person = await tx.person.findUnique({ where: { id } });
    if (!person) return refused("person_unknown");
    const held = await rolesHeld(tx, actor, id);
    const { given, taken } = rolesBetween(held, form.roles);
    const asked = { locale: form.locale, status: form.status };
    const { locale, status } = person;
    const changes = changesIn({ locale, status }, asked);
    const isRenamed = form.name !== person.name;
    if (Object.keys(changes).length + given.length + taken.length === 0 && !isRenamed) {
      return refused("nothing_changed");
    }
    if (id === actor.id && (given.length + taken.length > 0 || changes.status)) {
      return refused("own_roles");
    }
    const leaves = taken.includes("administrator") || form.status === "inactive";
    if (leaves && held.includes("administrator") && (await isLastAdministrator(tx, actor, id))) {
      return refused("last_administrator");
    }
    await write(tx, actor, { id, given, taken, data: { ...asked, name: form.name } });
    const body = { person: id, changes, renamed: isRenamed, reason: sha256Hex(reason) };
    const isPersonal = isRenamed || Object.keys(changes).length > 0;
    const because = { person: id, reason: sha256Hex(reason) };
    return ok({
      value: { person: id },
      events: [
        ...(isPersonal ? [happened(id, "person.changed", body, [reason])] : []),
        ...given.map((role) => happened(id, "role.given", { ...because, role }, [reason])),
        ...taken.map((role) => happened(id, "role.withdrawn", { ...because, role }, [reason])),
      ],
    });
  });
}

const isRole = (role: string): role is Role => (allRoles as readonly string[]).includes(role);

async function rolesHeld(tx: Tx, actor: Actor, person: string): Promise<Role[]> {
  const rows = await tx.personRole.findMany({ where: { personId: person, siteId: actor.site } });
  return rows.map(({ role }) => role).filter(isRole);
}

const rolesBetween = (held: readonly Role[], asked: readonly Role[]) => ({
  given: asked.filter((role) => !held.includes(role)),
  taken: held.filter((role) => !asked.includes(role)),
});

async function isLastAdministrator(tx: Tx, actor: Actor, person: string): Promise<boolean> {
  const others = await tx.$queryRaw<{ person_id: string }[]>`
    select r.person_id from person_roles r join people p on p.id = r.person_id
    where r.site_id = ${actor.site}::uuid and r.role = 'administrator' and p.status = 'active'`;
  return others.every(({ person_id }) => person_id === person);
}

async function write(
  tx: Tx,
  actor: Actor,
  of: {
    id: string;
    given: readonly Role[];
    taken: readonly Role[];
    data: { name: string; locale: string; status: "active" | "inactive" };
  },
): Promise<void> {
  await tx.person.update({ where: { id: of.id }, data: of.data });
  await tx.personRole.createMany({
    data: of.given.map((role) => ({ personId: of.id, siteId: actor.site, role })),
    skipDuplicates: true,
  });
  await tx.personRole.deleteMany({
    where: { personId: of.id, siteId: actor.site, role: { in: [...of.taken] } },
  });
  if (of.data.status === "active") return;
  const endedAt = new Date();
  await tx.deskSession.updateMany({ where: { personId: of.id, endedAt: null }, data: { endedAt } });
}

/** Lost or handed back: what it says opens nothing from now on. */
export function withdrawBadge(actor: Actor, form: WithdrawBadgeForm): Outcome {
  return recorded(actor, async (tx) => {
    const badge = await tx.badge.findUnique({ where: { id: form.badge } });
    if (!badge || badge.withdrawnAt !== null) return refused("badge_unknown");
    await tx.badge.update({ where: { id: badge.id }, data: { withdrawnAt: new Date() } });
    const person = badge.personId;
    const body = { person, badge: badge.id, reason: sha256Hex(form.reason) };
    return ok({
      value: { person },
      events: [happened(person, "badge.withdrawn", body, [form.reason])],
    });
  });
}
