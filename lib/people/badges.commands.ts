import "server-only";
import { err, ok, type Result } from "#lib/kit/result";
import { hashSecret, newTypedCode } from "#lib/kit/secrets";
import type { Happening } from "#lib/record/commands";
import { recorded } from "#lib/record/recorded.commands";
import { badgeCode } from "./badges.queries.ts";
import type { BadgesForm } from "./changes.schema.ts";
import type { Actor } from "./schema.ts";

export type BadgesRefusal = {
  code: "person_unknown";
  params: Readonly<Record<string, string>>;
};
/** A badge to print: what its code says is in the drawing and the text, and is nowhere else afterwards. */
export type PrintedBadge = {
  badge: string;
  svg: string;
  name: string;
  employeeNumber: string;
};

/** A new badge for each of several people who work here, all of them or none: one sheet for the printer. */
export async function issueBadges(
  actor: Actor,
  form: BadgesForm,
): Promise<Result<PrintedBadge[], BadgesRefusal>> {
  const made = await Promise.all(
    [...new Set(form.people)].map(async (person) => {
      const id = newTypedCode(2).replace("-", "");
      const secret = newTypedCode(4).replaceAll("-", "");
      return { person, id, text: `BDG~${id}~${secret}`, secretHash: await hashSecret(secret) };
    }),
  );
  return recorded(actor, async (tx) => {
    const ids = made.map(({ person }) => person);
    const [people, works] = await Promise.all([
      tx.person.findMany({ where: { id: { in: ids }, status: "active" } }),
      tx.personRole.findMany({ where: { personId: { in: ids }, siteId: actor.site } }),
    ]);
    const isHere = (id: string) =>
      people.some((of) => of.id === id) && works.some((of) => of.personId === id);
    if (!ids.every(isHere)) return err<BadgesRefusal>({ code: "person_unknown", params: {} });
    await tx.badge.createMany({
      data: made.map(({ id, person, secretHash }) => ({ id, personId: person, secretHash })),
    });
    const events = made.map(
      ({ id, person }): Happening => ({
        kind: "person",
        stream: person,
        type: "badge.issued",
        body: { person, badge: id },
      }),
    );
    const value = made.map(({ person, text }): PrintedBadge => {
      const of = people.find(({ id }) => id === person);
      const { name = "", employeeNumber = "" } = of ?? {};
      return { badge: text, svg: badgeCode(text), name, employeeNumber };
    });
    return ok({ value, events });
  });
}
