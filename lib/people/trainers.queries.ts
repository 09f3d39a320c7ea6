import "server-only";
import { db, forSite } from "#lib/db/client";
import type { Actor } from "./schema.ts";

export type TrainingLine = {
  id: string;
  /** The trainer of whoever is looked at, or whom they train. */
  other: { id: string; name: string };
  as: "apprentice" | "trainer";
  qualification: string | null;
  validFrom: string;
  validUntil: string | null;
};

const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

/** Under whom somebody learns or learned, and whom they train or trained; the newest first. */
export async function trainingOf(person: string): Promise<TrainingLine[]> {
  const rows = await db.trainer.findMany({
    where: { OR: [{ personId: person }, { trainerId: person }] },
    orderBy: [{ validFrom: "desc" }, { id: "desc" }],
  });
  const names = await db.person.findMany({
    where: { id: { in: rows.flatMap(({ personId, trainerId }) => [personId, trainerId]) } },
    select: { id: true, name: true },
  });
  return rows.map((row) => {
    const isApprentice = row.personId === person;
    const other = isApprentice ? row.trainerId : row.personId;
    return {
      id: row.id,
      other: { id: other, name: names.find(({ id }) => id === other)?.name ?? other },
      as: isApprentice ? "apprentice" : "trainer",
      qualification: row.qualification,
      validFrom: dayOf(row.validFrom),
      validUntil: row.validUntil && dayOf(row.validUntil),
    };
  });
}

/** Who works at the site and could be named: everybody but the one who learns. */
export async function couldTrain(
  actor: Actor,
  person: string,
): Promise<{ id: string; name: string }[]> {
  const roles = await forSite(actor.site).personRole.findMany({
    where: { siteId: actor.site, personId: { notIn: [person, actor.id] } },
    select: { personId: true },
    distinct: ["personId"],
  });
  return db.person.findMany({
    where: { id: { in: roles.map(({ personId }) => personId) }, status: "active" },
    select: { id: true, name: true },
    orderBy: { name: "asc" },
  });
}
