import "server-only";
import { db } from "#lib/db/client";
import { dateIn, instant } from "#lib/kit/time";
import { initialsOf } from "#lib/people/card.rules";

/** A person as they stand on paper beside a signature (21 CFR 11.50 (a)(1)). */
export type PersonOnPaper = {
  name: string;
  initials: string;
  employeeNumber: string;
  stamps: readonly string[];
};

export async function peopleOnPaper(
  ids: readonly string[],
): Promise<Record<string, PersonOnPaper>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return {};
  const [people, stamps] = await Promise.all([
    db.person.findMany({
      where: { id: { in: wanted } },
      select: { id: true, name: true, employeeNumber: true },
    }),
    db.stamp.findMany({
      where: { personId: { in: wanted } },
      select: { personId: true, number: true, withdrawnOn: true },
      orderBy: { number: "asc" },
    }),
  ]);
  const today = dateIn("UTC", instant(Date.now()));
  const isInForce = (until: Date | null) => !until || until.toISOString().slice(0, 10) > today;
  return Object.fromEntries(
    people.map(({ id, name, employeeNumber }) => [
      id,
      {
        name,
        initials: initialsOf(name),
        employeeNumber,
        stamps: stamps
          .filter((stamp) => stamp.personId === id && isInForce(stamp.withdrawnOn))
          .map(({ number }) => number),
      },
    ]),
  );
}
