import "server-only";
import { direct } from "#lib/db/direct";
import { dateIn, instant } from "#lib/kit/time";
import { initialsOf } from "#lib/people/card.rules";

/** A person as they stand on paper beside a signature (21 CFR 11.50 (a)(1)). */
export type PersonOnPaper = {
  name: string;
  initials: string;
  employeeNumber: string;
  stamps: readonly string[];
};

type Found = {
  id: string;
  name: string;
  employeeNumber: string;
  stamps: readonly { number: string; withdrawnOn: string | null }[];
};

const onPaper = {
  name: "people_on_paper",
  text: `select p.id, p.name, p.employee_number as "employeeNumber",
      coalesce((select jsonb_agg(jsonb_build_object('number', s.number, 'withdrawnOn', s.withdrawn_on)
        order by s.number) from stamps s where s.person_id = p.id), '[]') as stamps
    from people p where p.id = any($1::uuid[])`,
};

/** Whoever is in `known` was read a moment ago, with what is decided, and isn't asked for again. */
export async function peopleOnPaper(
  ids: readonly string[],
  known: Readonly<Record<string, Found>> = {},
): Promise<Record<string, PersonOnPaper>> {
  const wanted = [...new Set(ids)];
  const read = wanted.flatMap((id) => known[id] ?? []);
  const unread = wanted.filter((id) => !known[id]);
  const people =
    unread.length === 0 ? read : [...read, ...(await direct<Found>(onPaper, [unread]))];
  const today = dateIn("UTC", instant(Date.now()));
  return Object.fromEntries(
    people.map(({ id, name, employeeNumber, stamps }) => [
      id,
      {
        name,
        initials: initialsOf(name),
        employeeNumber,
        stamps: stamps
          .filter(({ withdrawnOn }) => withdrawnOn === null || withdrawnOn > today)
          .map(({ number }) => number),
      },
    ]),
  );
}
